/** Calls about who is told: channels, routes, silences, maintenance, notifications. */
import type { AnyBodies } from "../bodies.ts";
import { channelPageSchema, channelSchema, channelTestSchema } from "../channel.ts";
import { deliveryPageSchema, notificationPageSchema, notificationSchema } from "../channel.ts";
import { nothingSchema } from "../common.ts";
import { maintenancePageSchema, maintenancePreviewSchema } from "../maintenance.ts";
import { maintenanceSchema } from "../maintenance.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions, WriteOptions } from "../request.ts";
import type { TrialOptions } from "../request.ts";
import { routeAnswerSchema, routesSchema } from "../routes.ts";
import { silencePageSchema, silenceSchema } from "../silence.ts";
import type { PageOptions } from "./queries.ts";

/** The longest that a test message may be waited for. */
const TEST_TIMEOUT_MS = 60_000;

/** Channels: listed, made, changed, tried, deleted. */
export const channelCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/channels", query, schema: channelPageSchema, ...options }),
  get: (channel: string, options: CallOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "GET", path, schema: channelSchema, ...options });
  },
  create: (body: Bodies["channel"], options: PostOptions & TrialOptions = {}) =>
    api.send({ method: "POST", path: "/channels", body, schema: channelSchema, ...options }),
  /** Creates the channel of this name, or replaces it. */
  put: (channel: string, body: Bodies["channelPut"], options: WriteOptions & TrialOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "PUT", path, body, schema: channelSchema, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (
    channel: string,
    body: Bodies["channelPatch"],
    options: WriteOptions & TrialOptions = {},
  ) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "PATCH", path, body, schema: channelSchema, ...options });
  },
  delete: (channel: string, options: WriteOptions & TrialOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
  /** Sends one message, and says what became of it. */
  test: (channel: string, options: PostOptions = {}) => {
    const path = apiPath("channels", channel, "test");
    const timeoutMs = TEST_TIMEOUT_MS;
    return api.send({ method: "POST", path, schema: channelTestSchema, timeoutMs, ...options });
  },
});

/** Maintenance: planned, ended, forgotten. */
export const maintenanceCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) => {
    const schema = maintenancePageSchema;
    return api.send({ method: "GET", path: "/maintenance", query, schema, ...options });
  },
  get: (maintenance: string, options: CallOptions = {}) => {
    const path = apiPath("maintenance", maintenance);
    return api.send({ method: "GET", path, schema: maintenanceSchema, ...options });
  },
  create: (body: Bodies["maintenance"], options: PostOptions & TrialOptions = {}) =>
    api.send({ method: "POST", path: "/maintenance", body, schema: maintenanceSchema, ...options }),
  /** When its windows would be, and what they would cover; nothing is written. */
  preview: (
    body: Bodies["maintenance"],
    query: { windows?: number | undefined } = {},
    options: CallOptions = {},
  ) => {
    const answer = { path: "/maintenance/preview", schema: maintenancePreviewSchema };
    return api.send({ method: "POST", query, body, ...answer, ...options });
  },
  end: (maintenance: string, options: PostOptions = {}) => {
    const path = apiPath("maintenance", maintenance, "end");
    return api.send({ method: "POST", path, schema: maintenanceSchema, ...options });
  },
  /** Ends it and forgets it. */
  delete: (maintenance: string, options: CallOptions = {}) => {
    const path = apiPath("maintenance", maintenance);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

/** Silences: begun and ended. */
export const silenceCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/silences", query, schema: silencePageSchema, ...options }),
  get: (id: string, options: CallOptions = {}) => {
    const path = apiPath("silences", id);
    return api.send({ method: "GET", path, schema: silenceSchema, ...options });
  },
  create: (body: Bodies["silence"], options: PostOptions & TrialOptions = {}) =>
    api.send({ method: "POST", path: "/silences", body, schema: silenceSchema, ...options }),
  end: (id: string, options: PostOptions = {}) => {
    const path = apiPath("silences", id, "end");
    return api.send({ method: "POST", path, schema: silenceSchema, ...options });
  },
  /** Ends it; it stays in the list. */
  delete: (id: string, options: CallOptions = {}) => {
    const path = apiPath("silences", id);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

/** The tree of routes: read, set, removed, tried. */
export const routeCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  get: (options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/routes", schema: routesSchema, ...options }),
  put: (body: Bodies["routes"], options: WriteOptions & TrialOptions = {}) =>
    api.send({ method: "PUT", path: "/routes", body, schema: routesSchema, ...options }),
  delete: (options: WriteOptions = {}) =>
    api.send({ method: "DELETE", path: "/routes", schema: nothingSchema, ...options }),
  /** Where a happening would go; nothing is sent. */
  test: (body: Bodies["routeTest"], options: CallOptions = {}) =>
    api.send({ method: "POST", path: "/routes/test", body, schema: routeAnswerSchema, ...options }),
});

/** What lists of notifications can be asked. */
export interface NotificationOptions extends PageOptions {
  state?: "pending" | "delivered" | "dead" | "withheld" | undefined;
  /** Id or name of a channel. */
  channel?: string | undefined;
}

/** Notifications: listed, and sent again. */
export const notificationCalls = (api: ApiRequester) => ({
  list: (query: NotificationOptions = {}, options: CallOptions = {}) => {
    const schema = notificationPageSchema;
    return api.send({ method: "GET", path: "/notifications", query, schema, ...options });
  },
  deliveries: (id: string, options: CallOptions = {}) => {
    const path = apiPath("notifications", id, "deliveries");
    return api.send({ method: "GET", path, schema: deliveryPageSchema, ...options });
  },
  /** Sends a dead one again, under the same id. */
  requeue: (id: string, options: PostOptions = {}) => {
    const path = apiPath("notifications", id, "requeue");
    const schema = notificationSchema.pick({ id: true });
    return api.send({ method: "POST", path, schema, ...options });
  },
});

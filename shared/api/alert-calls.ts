/** Calls of the API about who is told: silences and routes. */
import { z } from "zod";
import type { ApiRequester } from "./request.ts";
import { apiPath } from "./request.ts";
import { routeAnswerSchema, routesSchema } from "./routes.ts";
import { silencePageSchema, silenceSchema } from "./silence.ts";

/** Calls about silences. */
export const silenceCalls = (api: ApiRequester) => ({
  list: (query: { limit?: number | undefined; cursor?: string | undefined } = {}) =>
    api.send({ method: "GET", path: "/silences", query, schema: silencePageSchema }),
  create: (body: unknown, idempotencyKey?: string) =>
    api.send({ method: "POST", path: "/silences", body, schema: silenceSchema, idempotencyKey }),
  end: (id: string) =>
    api.send({ method: "POST", path: apiPath("silences", id, "end"), schema: silenceSchema }),
});

/** Calls about the tree of routes. */
export const routeCalls = (api: ApiRequester) => ({
  get: () => api.send({ method: "GET", path: "/routes", schema: routesSchema }),
  put: (root: unknown, options: { ifRevision?: number | undefined } = {}) =>
    api.send({ method: "PUT", path: "/routes", body: root, schema: routesSchema, ...options }),
  delete: () => api.send({ method: "DELETE", path: "/routes", schema: z.unknown() }),
  test: (body: unknown) =>
    api.send({ method: "POST", path: "/routes/test", body, schema: routeAnswerSchema }),
});

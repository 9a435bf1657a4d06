/** Calls about who may call: tokens and browser sessions. */
import { auditPageSchema } from "../audit.ts";
import type { AnyBodies } from "../bodies.ts";
import { nothingSchema } from "../common.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions } from "../request.ts";
import { browserSessionPageSchema, sessionSchema, signInMethodsSchema } from "../session.ts";
import { tokenCreatedSchema, tokenPageSchema } from "../token.ts";
import type { PageOptions } from "./queries.ts";

/** Tokens: listed, made, deleted. */
export const tokenCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/tokens", query, schema: tokenPageSchema, ...options }),
  /** The answer has the secret, which is shown this once. */
  create: (body: Bodies["token"], options: PostOptions = {}) =>
    api.send({ method: "POST", path: "/tokens", body, schema: tokenCreatedSchema, ...options }),
  /** The answer has the new secret; the present one is accepted for `graceMs` more. */
  rotate: (id: string, body: { graceMs?: number | undefined } = {}, options: PostOptions = {}) => {
    const path = apiPath("tokens", id, "rotate");
    return api.send({ method: "POST", path, body, schema: tokenCreatedSchema, ...options });
  },
  delete: (id: string, options: CallOptions = {}) => {
    const path = apiPath("tokens", id);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

/** What part of the audit log is asked for; times are RFC 3339 or milliseconds since the epoch. */
export interface AuditOptions extends PageOptions {
  /** Name or id of who did it. */
  actor?: string | undefined;
  /** As in the path of the API, such as `targets`. */
  resource?: string | undefined;
  /** Name or id of what was written. */
  name?: string | undefined;
  class?: "write" | "refused" | "sign_in" | undefined;
  from?: string | number | undefined;
  to?: string | number | undefined;
}

/** Who wrote what, when and from where; for admins. */
export const auditCalls = (api: ApiRequester) => ({
  list: (query: AuditOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/audit", query, schema: auditPageSchema, ...options }),
});

/** The caller's own session. */
export const sessionCalls = (api: ApiRequester) => ({
  /** Signs a browser in; its cookie is accepted wherever a token is. */
  create: (body: { token: string }, options: CallOptions = {}) =>
    api.send({ method: "POST", path: "/session", body, schema: nothingSchema, ...options }),
  /** Who calls, by a cookie or a token. */
  get: (options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/session", schema: sessionSchema, ...options }),
  delete: (options: CallOptions = {}) =>
    api.send({ method: "DELETE", path: "/session", schema: nothingSchema, ...options }),
});

/** Browsers that are signed in, for admins. */
export const sessionsCalls = (api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) => {
    const schema = browserSessionPageSchema;
    return api.send({ method: "GET", path: "/sessions", query, schema, ...options });
  },
  delete: (id: string, options: CallOptions = {}) => {
    const path = apiPath("sessions", id);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

/** How a person can sign in. */
export const authCalls = (api: ApiRequester) => ({
  methods: (options: CallOptions = {}) => {
    const answer = { schema: signInMethodsSchema, isWhole: true };
    return api.send({ method: "GET", path: "/auth/methods", ...answer, ...options });
  },
});

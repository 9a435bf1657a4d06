/** Calls about who may call: tokens and browser sessions. */
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
  delete: (id: string, options: CallOptions = {}) => {
    const path = apiPath("tokens", id);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
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

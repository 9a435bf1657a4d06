/** Calls about status pages. */
import type { AnyBodies } from "../bodies.ts";
import { nothingSchema } from "../common.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions, WriteOptions } from "../request.ts";
import { statusPagePageSchema, statusPageSchema } from "../status-page.ts";
import type { PageOptions } from "./queries.ts";

/** Status pages: listed, made, changed, deleted. */
export const statusPageCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: PageOptions = {}, options: CallOptions = {}) => {
    const schema = statusPagePageSchema;
    return api.send({ method: "GET", path: "/status-pages", query, schema, ...options });
  },
  get: (page: string, options: CallOptions = {}) => {
    const path = apiPath("status-pages", page);
    return api.send({ method: "GET", path, schema: statusPageSchema, ...options });
  },
  create: (body: Bodies["statusPage"], options: PostOptions = {}) =>
    api.send({ method: "POST", path: "/status-pages", body, schema: statusPageSchema, ...options }),
  /** Creates the page of this name, or replaces it. */
  put: (page: string, body: Bodies["statusPagePut"], options: WriteOptions = {}) => {
    const path = apiPath("status-pages", page);
    return api.send({ method: "PUT", path, body, schema: statusPageSchema, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (page: string, body: Bodies["statusPagePatch"], options: WriteOptions = {}) => {
    const path = apiPath("status-pages", page);
    return api.send({ method: "PATCH", path, body, schema: statusPageSchema, ...options });
  },
  delete: (page: string, options: WriteOptions = {}) => {
    const path = apiPath("status-pages", page);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

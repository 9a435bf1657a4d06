/** Calls about the mesh: probes, and who reaches whom. */
import type { AnyBodies } from "../bodies.ts";
import { nothingSchema } from "../common.ts";
import { meshSchema } from "../mesh.ts";
import { probeCreatedSchema, probePageSchema, probeSchema } from "../probe.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions, WriteOptions } from "../request.ts";
import type { TrialOptions } from "../request.ts";
import type { PageOptions, SortedOptions } from "./queries.ts";

/** Probes: listed, made, drained, removed. */
export const probeCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  list: (query: SortedOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/probes", query, schema: probePageSchema, ...options }),
  get: (probe: string, options: CallOptions = {}) =>
    api.send({ method: "GET", path: apiPath("probes", probe), schema: probeSchema, ...options }),
  /** The answer has the probe's token, which is shown this once. */
  create: (body: Bodies["probe"], options: PostOptions = {}) =>
    api.send({ method: "POST", path: "/probes", body, schema: probeCreatedSchema, ...options }),
  /** Replaces what was said of a probe that is there. */
  put: (probe: string, body: Bodies["probePut"], options: WriteOptions & TrialOptions = {}) => {
    const path = apiPath("probes", probe);
    return api.send({ method: "PUT", path, body, schema: probeSchema, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (probe: string, body: Bodies["probePatch"], options: WriteOptions & TrialOptions = {}) => {
    const path = apiPath("probes", probe);
    return api.send({ method: "PATCH", path, body, schema: probeSchema, ...options });
  },
  /** Who reaches whom: one page of probes, and all canaries. */
  mesh: (query: PageOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/mesh", query, schema: meshSchema, ...options }),
  drain: (probe: string, options: PostOptions = {}) => {
    const path = apiPath("probes", probe, "drain");
    return api.send({ method: "POST", path, schema: probeSchema, ...options });
  },
  delete: (probe: string, options: CallOptions = {}) => {
    const path = apiPath("probes", probe);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

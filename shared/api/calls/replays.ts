/** Calls about replays: what other rules would have said. */
import type { AnyBodies } from "../bodies.ts";
import { nothingSchema } from "../common.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions } from "../request.ts";
import { replaySchema } from "../replay.ts";

/** Replays: started, asked for until they are over, and forgotten. */
export const replayCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  start: (body: Bodies["replay"], options: PostOptions = {}) =>
    api.send({ method: "POST", path: "/replays", body, schema: replaySchema, ...options }),
  get: (id: string, options: CallOptions = {}) =>
    api.send({ method: "GET", path: apiPath("replays", id), schema: replaySchema, ...options }),
  /** Cancels one that runs, and forgets it. */
  delete: (id: string, options: CallOptions = {}) => {
    const path = apiPath("replays", id);
    return api.send({ method: "DELETE", path, schema: nothingSchema, ...options });
  },
});

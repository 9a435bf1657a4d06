/** The calls of the API client that have to do with replays. */
import { z } from "zod";
import { apiPath } from "./request.ts";
import type { ApiRequester } from "./request.ts";
import { replaySchema } from "./replay.ts";
import type { ReplayRequest } from "./replay.ts";

/** Replays: started, asked for until they are over, and forgotten. */
export const replayCalls = (api: ApiRequester) => ({
  start: (body: ReplayRequest) =>
    api.send({ method: "POST", path: "/replays", body, schema: replaySchema }),
  get: (id: string) =>
    api.send({ method: "GET", path: apiPath("replays", id), schema: replaySchema }),
  /** Cancels one that runs, and forgets it. */
  delete: (id: string) =>
    api.send({ method: "DELETE", path: apiPath("replays", id), schema: z.unknown() }),
});

/**
 * `quorate/client`: the typed client of Quorate's API, for Node 20 and later and for browsers.
 *
 *     import { createClient, ProblemError } from "quorate/client";
 *     const quorate = createClient({ url: "http://127.0.0.1:7700", token });
 *     const { items } = await quorate.verdicts.list({ state: "down" });
 *     for await (const event of quorate.events.follow({ types: "incident.*" })) …
 */
import type { ApiBodies } from "./api/bodies.ts";
import { createApiClient } from "./api/client.ts";
import type { ApiPage } from "./api/common.ts";
import type { ApiClientOptions } from "./api/request.ts";

/** Further attempts unless the caller says otherwise. */
const RETRIES = 2;

/**
 * Creates a client of one aggregator. Its calls are named as the operations of the API's document:
 * `targets.list`, `verdicts.explain`. Every call rejects with a ProblemError, or with the reason of
 * its signal. What may be repeated is tried up to 2 times more unless `retries` says otherwise.
 */
export const createClient = (options: ApiClientOptions) =>
  createApiClient<ApiBodies>({ retries: RETRIES, ...options });

/** The client of one aggregator. */
export type Client = ReturnType<typeof createClient>;

/**
 * Every row of a list, page after page: `everyRow((page) => quorate.targets.list(page))`.
 */
export async function* everyRow<Row>(
  list: (page: { cursor?: string | undefined }) => Promise<ApiPage<Row>>,
): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page: ApiPage<Row> = await list(cursor === undefined ? {} : { cursor });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

export { ProblemError } from "./api/problem-error.ts";
export type { ApiBodies } from "./api/bodies.ts";
export type { ChannelInput, ProbeInput, TargetInput } from "./api/bodies.ts";
export type { ApiAuditRecord } from "./api/audit.ts";
export type { ApiBulkAnswer } from "./api/bulk.ts";
export type { ApiChannel, ApiDelivery, ApiNotification } from "./api/channel.ts";
export type { ApiPage } from "./api/common.ts";
export type { ApiEvent } from "./api/event.ts";
export type { ApiGlance } from "./api/glance.ts";
export type { ApiIncident } from "./api/incident.ts";
export type { ApiKind } from "./api/kind.ts";
export type { ApiMaintenance } from "./api/maintenance.ts";
export type { ApiMesh } from "./api/mesh.ts";
export type { ApiProbe } from "./api/probe.ts";
export type { ApiReplay } from "./api/replay.ts";
export type { ApiLatencyBucket, ApiResult } from "./api/result.ts";
export type { ApiRouteAnswer, ApiRoutes } from "./api/routes.ts";
export type { ApiSilence } from "./api/silence.ts";
export type { ApiTargetStats } from "./api/stats.ts";
export type { ApiStanding } from "./api/standing.ts";
export type { ApiSummary } from "./api/summary.ts";
export type { ApiRun, ApiTarget } from "./api/target.ts";
export type { ApiTimeline } from "./api/timeline.ts";
export type { ApiToken } from "./api/token.ts";
export type { ApiTargetUptime, ApiUptime } from "./api/uptime.ts";
export type { ApiExplanation, ApiTransition, ApiVerdict } from "./api/verdict.ts";
export type { ApiClientOptions, CallOptions, PostOptions } from "./api/request.ts";
export type { TrialOptions, WriteOptions } from "./api/request.ts";
export type { ErrorCode, InputIssue } from "./errors.ts";

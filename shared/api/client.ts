/** The typed client of the HTTP API: one group of calls a noun, named as in its document. */
import type { AnyBodies } from "./bodies.ts";
import { auditCalls, authCalls, sessionCalls, sessionsCalls } from "./calls/access.ts";
import { tokenCalls } from "./calls/access.ts";
import { channelCalls, maintenanceCalls, notificationCalls } from "./calls/alerts.ts";
import { routeCalls, silenceCalls } from "./calls/alerts.ts";
import { eventCalls } from "./calls/events.ts";
import { probeCalls } from "./calls/mesh.ts";
import { replayCalls } from "./calls/replays.ts";
import { statusPageCalls } from "./calls/status-pages.ts";
import { backupCalls, kindCalls, summaryCalls, systemCalls } from "./calls/system.ts";
import { statsCalls, targetCalls, uptimeCalls } from "./calls/targets.ts";
import { glanceCalls, incidentCalls, verdictCalls } from "./calls/verdicts.ts";
import { createApiRequester } from "./request.ts";
import type { ApiClientOptions } from "./request.ts";

/**
 * Creates a client of one aggregator; every call rejects with a ProblemError, or with the reason of
 * its signal. `Bodies` says how much of what is sent is typed: by default nothing, for programs
 * which pass on what a person wrote.
 */
export function createApiClient<Bodies extends AnyBodies = AnyBodies>(options: ApiClientOptions) {
  const api = createApiRequester(options);
  return {
    targets: targetCalls<Bodies>(api),
    stats: statsCalls(api),
    uptime: uptimeCalls(api),
    verdicts: verdictCalls(api),
    glances: glanceCalls(api),
    probes: probeCalls<Bodies>(api),
    incidents: incidentCalls(api),
    channels: channelCalls<Bodies>(api),
    maintenance: maintenanceCalls<Bodies>(api),
    statusPages: statusPageCalls<Bodies>(api),
    silences: silenceCalls<Bodies>(api),
    routes: routeCalls<Bodies>(api),
    notifications: notificationCalls(api),
    tokens: tokenCalls<Bodies>(api),
    session: sessionCalls(api),
    sessions: sessionsCalls(api),
    auth: authCalls(api),
    audit: auditCalls(api),
    events: eventCalls(api),
    replays: replayCalls<Bodies>(api),
    kinds: kindCalls(api),
    summary: summaryCalls(api),
    system: systemCalls(api),
    backups: backupCalls(api),
  };
}

/** The typed client of the HTTP API. */
export type ApiClient = ReturnType<typeof createApiClient>;

/** What the doctor asks an aggregator: whether it is well, whose token this is, and its clock. */
import type { ApiClient } from "../../../shared/api/client.ts";
import type { ApiSummary } from "../../../shared/api/summary.ts";
import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import { isLoopbackHost } from "../../../shared/host-port.ts";
import { VERSION } from "../../../shared/version.ts";
import { formatDuration } from "../words.ts";
import { findingsOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const { ok, warn, fail } = findingsOf("aggregator");

/** Difference of two clocks beyond which times in messages mislead, and beyond which all do. */
const SKEW_MS_WARN = 1_000;
const SKEW_MS_FAIL = 30_000;

/** Backlog of the engine beyond which verdicts come late. */
const LAG_MS_WARN = 1_000;

/** What is asked of an aggregator. */
export interface AggregatorQuestion {
  client: ApiClient;
  url: URL;
  hasToken: boolean;
  clock: Clock;
}

/** The findings, and the summary when it could be read. */
export interface AggregatorFindings {
  findings: Finding[];
  summary: ApiSummary | null;
}

/** Looks at an aggregator through its API. */
export async function checkAggregator(question: AggregatorQuestion): Promise<AggregatorFindings> {
  const { client, url, clock } = question;
  const findings: Finding[] = [];
  try {
    await client.system.health();
  } catch (thrown) {
    const advice = "Start it with `quorate aggregator`, or set QUORATE_URL or a context.";
    return {
      findings: [fail("api", `${url.origin}: ${messageOf(thrown)}`, advice)],
      summary: null,
    };
  }
  findings.push(await checkReady(client), ...(await checkToken(question)), checkWire(url));
  const beganMs = clock.wallMs();
  try {
    const summary = await client.summary.get({ show: 1 });
    const middleMs = (beganMs + clock.wallMs()) / 2;
    findings.push(checkVersion(summary.version), checkClock(Date.parse(summary.at) - middleMs));
    findings.push(...checkEngine(summary));
    return { findings, summary };
  } catch (thrown) {
    findings.push(fail("api", messageOf(thrown), "Give a token that may read."));
    return { findings, summary: null };
  }
}

async function checkReady(client: ApiClient): Promise<Finding> {
  try {
    await client.system.ready();
    return ok("api", "It is ready.");
  } catch (thrown) {
    const advice = "Wait while it folds its log; its log on standard error says how far it is.";
    return fail("api", messageOf(thrown), advice);
  }
}

async function checkToken({ client, hasToken }: AggregatorQuestion): Promise<Finding[]> {
  const advice =
    "Set QUORATE_TOKEN, name a context, or run this beside the aggregator's data folder.";
  if (!hasToken) return [fail("token", "No token was found.", advice)];
  try {
    const { who, scope, expiresAt } = await client.session.get();
    const until = expiresAt === null ? "" : ` until ${expiresAt}`;
    return [ok("token", `The token is ${who}'s and may ${scope}${until}.`)];
  } catch (thrown) {
    return [fail("token", messageOf(thrown), advice)];
  }
}

function checkWire({ protocol, hostname }: URL): Finding {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (protocol === "https:") return ok("tls", "The API is spoken to over TLS.");
  if (isLoopbackHost(host)) return ok("tls", "The API is on this machine: no TLS is needed.");
  const advice = "Start it with --tls-cert and --tls-key, or put a proxy that does TLS before it.";
  return warn("tls", "Token and answers go over the network in the open.", advice);
}

function checkVersion(version: string): Finding {
  if (version === VERSION) return ok("version", `Command line and aggregator are ${VERSION}.`);
  const text = `The aggregator is ${version}, this command line is ${VERSION}.`;
  return warn("version", text, "Use the same version of both; the aggregator is upgraded first.");
}

/** Whether two clocks agree; `skewMs` above 0: the aggregator's is ahead. */
export function checkClock(skewMs: number): Finding {
  const size = Math.abs(skewMs);
  const way = skewMs > 0 ? "ahead" : "behind";
  const text = `The aggregator's clock is ${formatDuration(size)} ${way}.`;
  const advice = "Let chrony or systemd-timesyncd keep both clocks.";
  if (size >= SKEW_MS_FAIL) return fail("clock", text, advice);
  return size >= SKEW_MS_WARN ? warn("clock", text, advice) : ok("clock", text);
}

function checkEngine({ engine, notifications }: ApiSummary): Finding[] {
  const { ready, lagMs, queue, dropped } = engine;
  const behind = `${Math.round(lagMs)} ms behind, ${queue} results wait`;
  const findings =
    ready && lagMs < LAG_MS_WARN
      ? [ok("engine", `The engine is ${behind}.`)]
      : [warn("engine", `The engine is ${behind}.`, "Give it a faster disk or more of a core.")];
  if (dropped > 0) {
    const text = `${dropped} results were of no target or of an older revision.`;
    findings.push(ok("engine", text));
  }
  if (notifications.dead === 0) return [...findings, ok("alerts", "No notification was given up.")];
  const advice = "See why: notifications list --state dead; then notifications requeue ID.";
  return [
    ...findings,
    warn("alerts", `${notifications.dead} notifications were given up.`, advice),
  ];
}

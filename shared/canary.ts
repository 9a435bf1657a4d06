/** Canaries: what is known to answer, so that a probe can tell its own fault from a target's. */
import { QuorateError } from "./errors.ts";
import { parseHostPort } from "./host-port.ts";
import { LIMITS } from "./limits.ts";
import { nameSchema } from "./target.ts";

/** Id of the canary that is the aggregator itself. */
export const AGGREGATOR_CANARY = "aggregator";

/** A reference endpoint that an operator named. */
export interface NamedCanary {
  id: string;
  /** "tcp://host:port" or an http(s) URL (any status below 500 passes). */
  url: string;
  /** Only probes of this region look at it; null: all do. */
  region: string | null;
}

/** Id of the canary that is a probe's health endpoint. */
export function peerCanaryId(probeId: string): string {
  return `probe:${probeId}`;
}

/** Reads `[REGION:]ID=URL`; throws QuorateError "invalid" with a sentence. */
export function parseNamedCanary(text: string): NamedCanary {
  const equals = text.indexOf("=");
  const head = text.slice(0, Math.max(0, equals)).split(":");
  const [region, id] = head.length === 2 ? head : [null, head[0]];
  const isName = (name: string | null | undefined): boolean => nameSchema.safeParse(name).success;
  const named = head.length <= 2 && isName(id) && (region === null || isName(region));
  if (equals < 1 || !named || id === undefined || region === undefined) {
    throw refused(text, "expected [REGION:]ID=URL, such as north:dns=tcp://10.0.0.2:53");
  }
  if (id === AGGREGATOR_CANARY) {
    throw refused(text, `the id ${AGGREGATOR_CANARY} stands for the aggregator: use another`);
  }
  return { id, url: parseCanaryUrl(text.slice(equals + 1), text), region };
}

/** Reads the URL of a canary; `given` is what the operator wrote. Throws "invalid". */
export function parseCanaryUrl(url: string, given: string = url): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isHttp = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  const dialed = /^tcp:\/\/([^/?#@]+)\/?$/.exec(url)?.[1];
  const isTcp = dialed !== undefined && (parseHostPort(dialed)?.port ?? 0) > 0;
  if (!isHttp && !isTcp) {
    throw refused(given, "expected tcp://HOST:PORT, http://… or https://… as its address");
  }
  if (parsed !== null && (parsed.username !== "" || parsed.password !== "")) {
    throw refused(given, "a canary is dialled without a sign-in: leave user and password out");
  }
  return isTcp ? `tcp://${dialed}` : url;
}

/** Refuses ids that stand twice, and more canaries than a probe of one region is given. */
export function checkNamedCanaries(canaries: readonly NamedCanary[]): void {
  const ids = new Set<string>();
  for (const { id } of canaries) {
    if (ids.has(id)) {
      throw new QuorateError("invalid", `The canary ${id} is named twice: each needs its own id.`);
    }
    ids.add(id);
  }
  for (const region of new Set(canaries.map((canary) => canary.region))) {
    const given = canaries.filter((one) => one.region === null || one.region === region);
    if (given.length <= LIMITS.canariesMax) continue;
    const where = region === null ? "every region" : `region ${region}`;
    throw new QuorateError(
      "invalid",
      `Expected at most ${LIMITS.canariesMax} canaries for one probe; ` +
        `${given.length} are named for ${where}.`,
    );
  }
}

/** The address of a canary as it may be shown: what stands in a query may be a secret. */
export function shownCanaryUrl(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

function refused(given: string, expected: string): QuorateError {
  const shown = JSON.stringify(given.replace(/\/\/[^/@]*@/, "//***@").slice(0, 120));
  return new QuorateError("invalid", `The canary ${shown} cannot be used: ${expected}.`);
}

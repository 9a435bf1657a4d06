/** The matrix of who reaches whom, as the API shows it. */
import { AGGREGATOR_CANARY, shownCanaryUrl } from "../../shared/canary.ts";
import type { MeshAnswer, MeshCanary, MeshReach } from "../../shared/mesh.ts";
import type { CanaryLists } from "./canary-lists.ts";
import type { Sight } from "./reach.ts";
import type { Shared } from "./records.ts";
import { freshAnswerMs } from "./teller.ts";

/** What the matrix is read from. */
interface Sources {
  shared: Shared;
  lists: CanaryLists;
}

/** Reads the matrix at this moment. */
export function readMeshReach({ shared, lists }: Sources): MeshReach {
  const atMs = shared.deps.engine.nowMs();
  const freshSinceMs = atMs - freshAnswerMs(shared.deps.heartbeatMs);
  const given = new Map<string, readonly string[]>();
  const urls = new Map<string, string>();
  for (const session of shared.openSessions()) {
    const { canaries } = lists.listOf(session);
    given.set(
      session.probeId,
      canaries.map(({ id }) => id),
    );
    for (const { id, url } of canaries) urls.set(id, url);
  }
  const ids = new Set([...shared.reach.canaryIds(), ...urls.keys()]);
  const canaries = [...ids].sort().map((id) => canaryOf(id, { shared, lists, urls, freshSinceMs }));
  return {
    atMs,
    canaries,
    answersOf(probeId) {
      const sights = shared.reach.of(probeId);
      const connected = given.has(probeId);
      const known = new Set([...sights.keys(), ...(given.get(probeId) ?? [])]);
      return [...known].sort().map((id) => {
        return answerOf(id, { sight: sights.get(id), freshSinceMs, connected });
      });
    },
  };
}

interface CanarySources extends Sources {
  urls: ReadonlyMap<string, string>;
  freshSinceMs: number;
}

function canaryOf(id: string, { shared, lists, urls, freshSinceMs }: CanarySources): MeshCanary {
  const { deps, reach } = shared;
  const named = deps.canaries.find((one) => one.id === id);
  const own = id === AGGREGATOR_CANARY ? deps.advertisedUrl : (urls.get(id) ?? null);
  const { asked, reached } = reach.tally(id, freshSinceMs);
  const excluded = lists.trials.isExcluded(id);
  const onTrial = own !== null && !lists.trials.isProven(id, own);
  return {
    id,
    kind: named ? "named" : id === AGGREGATOR_CANARY ? "aggregator" : "probe",
    url: own === null ? null : shownCanaryUrl(own),
    region: named?.region ?? null,
    counts: !excluded && !onTrial,
    excluded,
    reason: whyNot({ excluded, onTrial, failing: asked - reached, asked }),
    asked,
    reached,
  };
}

function whyNot(facts: { excluded: boolean; onTrial: boolean; failing: number; asked: number }) {
  const { excluded, onTrial, failing, asked } = facts;
  if (excluded) {
    return (
      "Half of the mesh or more failed to reach it, so it says nothing about a probe; it counts " +
      `again once more than half reach it (now ${asked - failing} of ${asked}).`
    );
  }
  if (!onTrial) return "";
  return "Nobody has reached it yet: it counts once somebody does. Is its health port open?";
}

interface AnswerSources {
  sight: Sight | undefined;
  freshSinceMs: number;
  connected: boolean;
}

function answerOf(canaryId: string, { sight, freshSinceMs, connected }: AnswerSources): MeshAnswer {
  if (sight === undefined) {
    const rest = { atMs: null, sinceMs: null, latencyUs: null, reason: "" };
    return { canaryId, state: "unknown", ...rest, detail: "It was not asked about it yet." };
  }
  const { ok, latencyUs, reason, detail, atMs, sinceMs } = sight;
  const times = { atMs, sinceMs, latencyUs };
  if (atMs >= freshSinceMs) {
    return { canaryId, state: ok ? "ok" : "fail", ...times, reason, detail };
  }
  const said = `its last answer, ${ok ? "ok" : "a failure"}, is too old`;
  const why = connected ? "It tells of it no more" : "The probe is not connected";
  return { canaryId, state: "unknown", ...times, reason, detail: `${why}: ${said}.` };
}

/** An engine that commits to a real log and folds nothing: tests say when, and the verdicts. */
import type { Clock } from "../../shared/clock.ts";
import type { VantageState, VerdictState } from "../../shared/verdict.ts";
import type { Target } from "../../shared/target.ts";
import type { Engine, HeldAlert, LatencyHistogram, Store } from "../../aggregator/ports.ts";
import type { VerdictSummary } from "../../aggregator/ports.ts";
import type { EventBody } from "../../aggregator/verdict/event.ts";

/** A fake engine with the handles that tests pull. */
export interface FakeEngine extends Engine {
  /** Everything submitted, in order. */
  readonly submitted: EventBody[];
  /** From here on nothing is committed until `release`. */
  hold(): void;
  release(): void;
  /** What a message told of many told of, by its id. */
  readonly folded: Map<string, string[]>;
  /** Latencies by probe, for the metrics. */
  readonly latencyOf: Map<string, LatencyHistogram>;
  /** What each probe has seen of a target, by the target's id. */
  readonly seen: Map<string, { probeId: string; state: VantageState }[]>;
  /** How often it was told that silences or routes changed. */
  readonly changes: { alerts: number };
  /** The next submissions of results fail with this message, until null is given. */
  failResults(message: string | null): void;
  setReady(ready: boolean): void;
  setQueueLength(length: number): void;
  setExcluded(canaryIds: readonly string[]): void;
  setVerdict(targetId: string, state: VerdictState): void;
  /** What withholds alerts of a target, by its id. */
  readonly held: Map<string, HeldAlert>;
}

/** What only the metrics ask for. */
function metricViews() {
  const latencyOf: FakeEngine["latencyOf"] = new Map();
  const seen: FakeEngine["seen"] = new Map();
  return {
    latencyOf,
    seen,
    lagMs: () => 0,
    vantageStates: (targetId: string) => seen.get(targetId) ?? [],
    latencies: () => latencyOf,
  };
}

/** Targets as submitted, with the verdicts that a test gave them. */
function judgedTargets(submitted: readonly EventBody[], verdicts: Map<string, VerdictState>) {
  const verdict = (targetId: string): VerdictSummary | null => {
    const state = verdicts.get(targetId);
    if (state === undefined) return null;
    return { targetId, state, sinceMs: 0, lean: null, incidentId: null, transition: 1 };
  };
  const held: FakeEngine["held"] = new Map();
  const present = (): Map<string, Target> => {
    const targets = new Map<string, Target>();
    for (const body of submitted) {
      if (body.type === "target_set") targets.set(body.target.id, body.target);
      if (body.type === "target_deleted") targets.delete(body.targetId);
    }
    return targets;
  };
  return {
    target: (targetId: string) => present().get(targetId) ?? null,
    verdict,
    held,
    heldAlert: (targetId: string) => held.get(targetId) ?? null,
    blind: () => false,
    targets: () =>
      [...present().values()].map((target) => {
        const unjudged = { state: "unknown", sinceMs: target.createdAtMs, lean: null } as const;
        const unknown = { targetId: target.id, ...unjudged, incidentId: null, transition: 0 };
        return { target, verdict: verdict(target.id) ?? unknown };
      }),
  };
}

/** Creates a fake engine on a store's log. */
export function createFakeEngine(store: Pick<Store, "log">, clock: Clock): FakeEngine {
  const submitted: EventBody[] = [];
  const verdicts = new Map<string, VerdictState>();
  let gate: { opened: Promise<void>; open: () => void } | null = null;
  let failure: string | null = null;
  let isReady = true;
  let queueLength = 0;
  let excluded: readonly string[] = [];

  const folded = new Map<string, string[]>();
  const changes = { alerts: 0 };
  return {
    submitted,
    folded,
    ...metricViews(),
    changes,
    foldedIncidents: (foldId) => folded.get(foldId) ?? null,
    alertsChanged: () => void (changes.alerts += 1),
    async submit(body) {
      submitted.push(body);
      if (body.type === "results" && failure !== null) throw new Error(failure);
      if (gate !== null) await gate.opened;
      await store.log.append([{ atMs: clock.wallMs(), body }]);
    },
    ...judgedTargets(submitted, verdicts),
    explain: () => null,
    presentSpan: (targetId) => {
      const state = verdicts.get(targetId);
      return state === undefined ? null : { fromMs: 0, state, maintenance: false };
    },
    probe: () => null,
    excludedCanaries: () => excluded,
    nowMs: () => clock.wallMs(),
    ready: () => isReady,
    queueLength: () => queueLength,
    droppedResults: () => 0,
    close: async () => void (isReady = false),
    hold() {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      gate = { opened, open };
    },
    release() {
      gate?.open();
      gate = null;
    },
    failResults: (message) => void (failure = message),
    setReady: (ready) => void (isReady = ready),
    setQueueLength: (length) => void (queueLength = length),
    setExcluded: (canaryIds) => void (excluded = canaryIds),
    setVerdict: (targetId, state) => void verdicts.set(targetId, state),
  };
}

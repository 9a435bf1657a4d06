/** What the rest of the aggregator may see of the engine's state. */
import { foldedIn } from "../alert/book.ts";
import type { AlertBook } from "../alert/book.ts";
import type { Engine, HeldAlert, JudgedTarget, VerdictSummary } from "../ports.ts";
import { holdOf } from "../verdict/alerts.ts";
import { explain } from "../verdict/explain.ts";
import type { EngineState, TargetRecord } from "../verdict/state.ts";
import { vantageStateOf } from "../verdict/vote.ts";
import type { LatencyTally } from "./latency-tally.ts";
import type { LogTime } from "./log-time.ts";

/** The part of a living engine that views look at. */
export interface Viewed {
  state: EngineState;
  book: AlertBook;
  time: LogTime;
  queue: readonly { atMs: number }[];
  lagMs: number;
  latencies: LatencyTally;
  ready: boolean;
  closed: boolean;
}

/** The questions that others may ask of an engine at any moment. */
export function engineViews(living: Viewed): Omit<Engine, "submit" | "close" | "alertsChanged"> {
  return {
    verdict: (targetId) => {
      const target = living.state.targets.get(targetId);
      return target ? summaryOf(target) : null;
    },
    target: (targetId) => living.state.targets.get(targetId)?.target ?? null,
    targets: () => judgedIn(living.state),
    heldAlert: (targetId) => heldIn(living.state, targetId),
    blind: () => living.state.blind,
    explain: (targetId) => {
      const target = living.state.targets.get(targetId);
      return target ? explain(living.state, target, living.time.nowMs()) : null;
    },
    presentSpan: (targetId) => living.state.targets.get(targetId)?.span ?? null,
    probe: (probeId) => {
      const record = living.state.probes.get(probeId);
      return record
        ? { state: record.state, reason: record.reason, sinceMs: record.sinceMs }
        : null;
    },
    foldedIncidents: (foldId) => foldedIn(living.book, foldId),
    excludedCanaries: () => living.state.excludedCanaries,
    nowMs: () => living.time.nowMs(),
    ready: () => living.ready && !living.closed,
    queueLength: () => living.queue.length,
    lagMs: () => {
      const oldest = living.queue[0];
      return oldest ? living.time.nowMs() - oldest.atMs : living.lagMs;
    },
    vantageStates: (targetId) => {
      const { state, time } = living;
      const pairs = state.targets.get(targetId)?.pairs ?? [];
      return [...pairs].map((pair) => {
        return { probeId: pair.probe.id, state: vantageStateOf(state, pair, time.nowMs()) };
      });
    },
    latencies: () => living.latencies.histograms(),
    droppedResults: () => living.state.dropped,
  };
}

function summaryOf(target: TargetRecord): VerdictSummary {
  const { id: targetId, state, sinceMs, lean, incident, transitions: transition } = target;
  return { targetId, state, sinceMs, lean, incidentId: incident?.id ?? null, transition };
}

function* judgedIn({ targets }: EngineState): Generator<JudgedTarget> {
  for (const record of targets.values()) {
    yield { target: record.target, verdict: summaryOf(record) };
  }
}

function heldIn(state: EngineState, targetId: string): HeldAlert | null {
  const target = state.targets.get(targetId);
  const held = target ? holdOf(state, target) : null;
  return held && { by: held.hold, parent: held.parent, reason: held.reason };
}

/** Two accounts of a replay side by side. */
import { isoTime } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { ReplayOutage, ReplayReport, ReplayTransition } from "../../shared/api/replay.ts";
import { figuresOf, sightingOf } from "./what-if-side.ts";
import type { Side, SideIncident } from "./what-if-side.ts";

/** Both accounts of a replay, and how they came about. */
export interface Accounts {
  happened: Side;
  replayed: Side;
  targets: number;
  events: number;
  record: ReplayReport["record"];
}

/** What happened beside what would have. */
export function reportOf({ happened, replayed, targets, events, record }: Accounts): ReplayReport {
  const outages = outagesOf(happened, replayed);
  const transitions = mergeTransitions(happened, replayed);
  const alone = (mine: "happened" | "replayed", other: "happened" | "replayed"): number =>
    outages.filter((outage) => outage[mine].length > 0 && outage[other].length === 0).length;
  const shown = outages.slice(0, LIMITS.replayRowsMax);
  return {
    targets,
    events,
    record,
    happened: figuresOf(happened, alone("happened", "replayed")),
    replayed: figuresOf(replayed, alone("replayed", "happened")),
    outages: shown,
    outagesLeftOut: outages.length - shown.length,
    transitions: transitions.slice(0, LIMITS.replayRowsMax),
    transitionsLeftOut: Math.max(0, transitions.length - LIMITS.replayRowsMax),
  };
}

interface Seen {
  incident: SideIncident;
  side: "happened" | "replayed";
}

/** Incidents of one target that overlap, in whichever fold, are one outage; the oldest first. */
function outagesOf(happened: Side, replayed: Side): ReplayOutage[] {
  const all: Seen[] = [
    ...happened.incidents.map((incident) => ({ incident, side: "happened" as const })),
    ...replayed.incidents.map((incident) => ({ incident, side: "replayed" as const })),
  ].sort((left, right) => left.incident.openedAtMs - right.incident.openedAtMs);
  const newest = new Map<string, { seen: Seen[]; endMs: number }>();
  const groups: Seen[][] = [];
  for (const one of all) {
    const { targetId, beganAtMs, resolvedAtMs } = one.incident;
    const endMs = resolvedAtMs ?? Infinity;
    const before = newest.get(targetId);
    if (before && beganAtMs <= before.endMs) {
      before.seen.push(one);
      before.endMs = Math.max(before.endMs, endMs);
      continue;
    }
    const seen = [one];
    newest.set(targetId, { seen, endMs });
    groups.push(seen);
  }
  return groups.map((group) => outageOf(group, happened));
}

function outageOf(group: readonly Seen[], { period }: Side): ReplayOutage {
  const [first] = group;
  const of = (side: Seen["side"]) =>
    group.filter((seen) => seen.side === side).map(({ incident }) => sightingOf(incident, period));
  return {
    targetId: first?.incident.targetId ?? "",
    target: first?.incident.target ?? "",
    beganAt: isoTime(Math.min(...group.map(({ incident }) => incident.beganAtMs))),
    happened: of("happened"),
    replayed: of("replayed"),
  };
}

/** Transitions of both, each once, by time and target. */
function mergeTransitions(happened: Side, replayed: Side): ReplayTransition[] {
  const merged = new Map<string, ReplayTransition>();
  for (const side of ["happened", "replayed"] as const) {
    const { transitions } = side === "happened" ? happened : replayed;
    for (const { targetId, target, atMs, from, to } of transitions) {
      const key = `${targetId} ${atMs} ${from} ${to}`;
      const known = merged.get(key);
      if (known) known.side = "both";
      else merged.set(key, { targetId, target, at: isoTime(atMs), from, to, side });
    }
  }
  return [...merged.values()].sort((left, right) => order(left) - order(right));
}

function order({ at }: ReplayTransition): number {
  return Date.parse(at);
}

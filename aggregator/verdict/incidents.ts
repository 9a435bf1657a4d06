/** Incidents of a target: one trouble from its opening to its resolution. */
import type { Severity } from "../../shared/event.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import type { IncidentEffect } from "./effect.ts";
import { isBad, isHealthy } from "./machine.ts";
import type { OpenIncident, TargetRecord } from "./state.ts";

/** What a transition did to the target's incident. */
export interface IncidentMove {
  /** As the transition tells it. */
  change: "opened" | "resolved" | "none";
  /** The incident the transition belongs to. */
  incidentId: string | null;
  /** Effects to push after the transition; their sentence is filled in by the caller. */
  effects: IncidentEffect[];
}

/** How severe an incident in a state is: nobody reaches the target, or somebody does. */
function severityOf(state: VerdictState): Severity {
  return state === "down" ? "critical" : "major";
}

/**
 * Moves the incident with a state that was just entered. A bad state opens one, or goes on with
 * the bad one that is open; an incident of PARTIAL ends when the target turns bad, so that the
 * outage is an incident, and an alert, of its own.
 */
export function moveIncident(
  target: TargetRecord,
  opensPartial: boolean,
  atMs: number,
): IncidentMove {
  const open = target.incident;
  const { state } = target;
  if (isBad(state)) {
    if (open?.kind === "bad") return worsen(target, open, atMs);
    const effects = open ? [effectOf(target, open, { change: "resolved", atMs })] : [];
    return begin(target, { kind: "bad", atMs, effects });
  }
  if (opensPartial && !open) return begin(target, { kind: "partial", atMs, effects: [] });
  if (isHealthy(state) && open) {
    target.incident = null;
    const effects = [effectOf(target, open, { change: "resolved", atMs })];
    return { change: "resolved", incidentId: open.id, effects };
  }
  return { change: "none", incidentId: open?.id ?? null, effects: [] };
}

interface Beginning {
  kind: OpenIncident["kind"];
  atMs: number;
  effects: IncidentEffect[];
}

function begin(target: TargetRecord, { kind, atMs, effects }: Beginning): IncidentMove {
  target.incidents += 1;
  const id = `inc_${target.id.replace(/^tgt_/, "")}_${target.incidents}`;
  const alert = { raisedAtMs: null, hold: "" as const, floorMs: 0, waitUntilMs: 0 };
  target.incident = { id, openedAtMs: atMs, severity: severityOf(target.state), kind, alert };
  const opened = effectOf(target, target.incident, { change: "opened", atMs });
  return { change: "opened", incidentId: id, effects: [...effects, opened] };
}

/** The same incident goes on, perhaps with another severity or cause. */
function worsen(target: TargetRecord, open: OpenIncident, atMs: number): IncidentMove {
  open.severity = severityOf(target.state);
  const effects = [effectOf(target, open, { change: "changed", atMs })];
  return { change: "none", incidentId: open.id, effects };
}

/** The effect of a change of an incident; `sentence` is empty until the caller fills it in. */
export function effectOf(
  target: TargetRecord,
  incident: OpenIncident,
  change: Pick<IncidentEffect, "change" | "atMs">,
): IncidentEffect {
  return {
    type: "incident",
    ...change,
    incidentId: incident.id,
    targetId: target.id,
    targetName: target.target.spec.name,
    openedAtMs: incident.openedAtMs,
    severity: incident.severity,
    cause: target.cause,
    sentence: "",
  };
}

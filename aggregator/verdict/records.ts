/** Probes and targets as the fold first hears of them. */
import type { Probe } from "../../shared/probe.ts";
import type { Target } from "../../shared/target.ts";
import type { Vantage } from "../../shared/vantage.ts";
import { newTally, slowAboveUs } from "./availability.ts";
import type { ProbeRecord, TargetRecord } from "./state.ts";

/** A probe as the fold first hears of it: joining. */
export function newProbeRecord(probe: Probe, atMs: number): ProbeRecord {
  return {
    id: probe.id,
    vantage: vantageOf(probe),
    state: probe.draining ? "draining" : "joining",
    reason: "it has not been heard yet",
    sinceMs: atMs,
    number: 0,
    everEligible: false,
    draining: probe.draining,
    removed: false,
    cleanHeartbeats: 0,
    lastHeartbeatMs: 0,
    score: 0,
    quarantines: 0,
    quarantinedAtMs: 0,
    quarantineUntilMs: 0,
    byScore: false,
    failFloorMs: 0,
    answers: new Map(),
    heartbeats: [],
    pairs: 0,
    failing: new Set(),
    wakeMs: Infinity,
  };
}

/** A target as the fold first hears of it: unknown. */
export function newTargetRecord(target: Target, atMs: number): TargetRecord {
  return {
    id: target.id,
    handle: target.handle,
    target,
    checkRevision: target.revision,
    pairs: [],
    state: "unknown",
    sinceMs: atMs,
    cause: null,
    lean: null,
    transitions: 0,
    incidents: 0,
    notices: 0,
    alerts: 0,
    incident: null,
    maintenance: null,
    suspicion: null,
    okFloorMs: 0,
    floorMs: 0,
    heldUntilMs: 0,
    guardedUntilMs: 0,
    tally: newTally(0),
    slowAboveUs: slowAboveUs(target),
    calls: null,
    degraded: "",
    flap: { changes: 0, sampledMs: atMs, last: "", active: false },
    span: { fromMs: atMs, state: "unknown", maintenance: false },
    shortSinceMs: null,
    outageNoticed: false,
    misconfigured: null,
    misconfigurationNoticed: false,
    quiet: false,
    wakeMs: Infinity,
  };
}

/** A probe as a vantage. */
export function vantageOf(probe: Probe): Vantage {
  const { name, region, zone, labels } = probe.spec;
  return { id: probe.id, name, region, zone, labels };
}

/** A small mesh around the fold, for tests: builds log events and collects effects. */
import { classNumber } from "../../shared/outcome.ts";
import type { OutcomeClass } from "../../shared/outcome.ts";
import type { Probe } from "../../shared/probe.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { targetSpecSchema } from "../../shared/target.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import type { Effect } from "../../aggregator/verdict/effect.ts";
import type { EventBody, LogEvent } from "../../aggregator/verdict/event.ts";
import { createState } from "../../aggregator/verdict/state.ts";
import type { EngineState } from "../../aggregator/verdict/state.ts";
import { step } from "../../aggregator/verdict/step.ts";

/** One look of one probe at one target. */
export interface LookInput {
  probe: string;
  target: Target;
  class: OutcomeClass;
  /** Log time at which the check ended; the result is received `delayMs` later. */
  endMs: number;
  attempt?: number;
  boot?: number;
  certified?: boolean;
  replayed?: boolean;
  reason?: string;
  resolver?: string;
  /** Round trip that widens [lo, hi]. Default 0. */
  doubtMs?: number;
  revision?: number;
  /** Default 0. */
  latencyMs?: number;
}

const REASONS: Record<OutcomeClass, string> = {
  ok: "ok",
  sub: "http_status",
  dead: "connection_refused",
  dns: "name_not_found",
  void: "out_of_sockets",
};

/** The event of one look, as if the probe's monotonic clock were log time. */
export function lookEvent(input: LookInput): EventBody {
  const endMs = Math.round(input.endMs);
  const latencyMs = input.latencyMs ?? 0;
  const failed = input.class !== "ok";
  const batch = ResultBatch.fromPartial({
    baseMonoMs: endMs - latencyMs,
    anchorAtMs: Math.max(1, 10 - (input.doubtMs ?? 0)),
    anchorMonoMs: 10,
    handle: [input.target.handle],
    revision: [input.revision ?? input.target.revision],
    startMs: [0],
    lateMs: [0],
    attempt: [input.attempt ?? 0],
    outcome: [classNumber(input.class)],
    latencyUs: [1_000 * latencyMs],
    failures: failed ? [failureOf(input)] : [],
  });
  return {
    type: "results",
    probeId: input.probe,
    boot: input.boot ?? 1,
    sequence: 1,
    sentMonoMs: endMs,
    replayed: input.replayed ?? false,
    batch,
    bytes: new Uint8Array(),
  };
}

function failureOf(input: LookInput) {
  return {
    row: 0,
    reason: input.reason ?? REASONS[input.class],
    detail: `${input.probe} saw ${REASONS[input.class]}.`,
    resolver: input.resolver ?? "",
    certificate: input.certified === false ? (2 as const) : (1 as const),
  };
}

/** A probe for tests: its id is its name. */
export function testProbe(name: string, region: string, zone: string): Probe {
  return {
    id: name,
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
    draining: false,
    spec: { name, region, zone, labels: {} },
  };
}

/** A target for tests: its id is its name. */
export function testTarget(name: string, handle: number, spec: Partial<TargetSpec> = {}): Target {
  const full = targetSpecSchema.parse({ name, kind: "http", options: { url: "x" }, ...spec });
  return { id: name, handle, revision: 1, createdAtMs: 0, updatedAtMs: 0, spec: full };
}

/** A heartbeat of a probe that is well, unless told otherwise. */
export function beat(
  probe: string,
  say: { canaries?: Record<string, boolean>; mustFailHeld?: boolean; lagMs?: number } = {},
): EventBody {
  const canaries = Object.entries(say.canaries ?? { one: true, two: true, three: true });
  return {
    type: "heartbeat",
    probeId: probe,
    canaries: canaries.map(([id, ok]) => ({ id, ok })),
    mustFailHeld: say.mustFailHeld ?? true,
    lagMs: say.lagMs ?? 0,
    overloaded: false,
  };
}

/** A log that is folded as it is written. */
export interface VerdictMesh {
  state: EngineState;
  log: LogEvent[];
  effects: Effect[];
  /** Appends and folds an event; gives its effects. */
  at(atMs: number, body: EventBody): Effect[];
}

/** Creates a mesh that has seen nothing. */
export function createVerdictMesh(): VerdictMesh {
  const mesh: VerdictMesh = {
    state: createState(),
    log: [],
    effects: [],
    at: (atMs, body) => {
      const event = { seq: mesh.log.length + 1, atMs, body };
      mesh.log.push(event);
      const effects = step(mesh.state, event);
      mesh.effects.push(...effects);
      return effects;
    },
  };
  return mesh;
}

/** One line a person can compare: what an effect says. */
export function effectLine(effect: Effect): string {
  switch (effect.type) {
    case "transition": {
      const cause = effect.cause ? ` (${effect.cause})` : "";
      const incident = effect.incident === "none" ? "" : `, incident ${effect.incident}`;
      const step = `${effect.targetId} ${effect.from} -> ${effect.to}`;
      return `${time(effect.atMs)} ${step}${cause}${incident}`;
    }
    case "incident":
      return `${time(effect.atMs)} ${effect.incidentId} ${effect.change}, ${effect.severity}`;
    case "alert": {
      const why = effect.change === "withheld" ? `: ${effect.reason}` : "";
      return `${time(effect.atMs)} ${effect.incidentId} alert ${effect.change}${why}`;
    }
    case "uptime":
      return `${effect.targetId} was ${effect.state} for ${effect.toMs - effect.fromMs} ms`;
    case "notice":
      return `${time(effect.atMs)} ${effect.targetId} notice ${effect.kind}`;
    case "probe_state": {
      const why = effect.reason ? `: ${effect.reason}` : "";
      return `${time(effect.atMs)} ${effect.probeId} ${effect.from} -> ${effect.to}${why}`;
    }
    case "mesh":
      return `${time(effect.atMs)} mesh ${effect.blind ? "blind" : "sighted"}`;
    case "recheck":
      return `recheck ${effect.targetId} by ${effect.probeIds.join(" ")} x${effect.attempts}`;
    case "canaries":
      return `canaries excluded: ${effect.excluded.join(" ") || "none"}`;
  }
}

function time(atMs: number): string {
  return `${(atMs / 1000).toFixed(1)}s`;
}

/** Targets, probes and batches for tests, with what a test does not care about filled in. */
import { targetSpecSchema } from "../../shared/target.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import { probeSpecSchema } from "../../shared/probe.ts";
import type { Probe, ProbeSpec } from "../../shared/probe.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";

/** A target named `name` with handle `handle` and id `tgt_<name>`. */
export function makeTarget(name: string, handle: number, spec: Partial<TargetSpec> = {}): Target {
  return {
    id: `tgt_${name}`,
    handle,
    revision: 1,
    createdAtMs: 1,
    updatedAtMs: 1,
    spec: targetSpecSchema.parse({ name, kind: "tcp", options: { port: 80 }, ...spec }),
  };
}

/** A probe named `name` in zone `<name>` of region `r1`, with id `prb_<name>`. */
export function makeProbe(name: string, spec: Partial<ProbeSpec> = {}): Probe {
  return {
    id: `prb_${name}`,
    revision: 1,
    createdAtMs: 1,
    updatedAtMs: 1,
    draining: false,
    spec: probeSpecSchema.parse({ name, region: "r1", zone: name, ...spec }),
  };
}

/** A batch of `rows` results that were ok, of target handle 1, with `changes` laid over it. */
export function makeBatch(rows: number, changes: Partial<ResultBatch> = {}): ResultBatch {
  const column = (value: number): number[] => Array.from({ length: rows }, () => value);
  return ResultBatch.fromPartial({
    baseMonoMs: 1_000,
    anchorAtMs: 1,
    anchorMonoMs: 1,
    handle: column(1),
    revision: column(1),
    startMs: column(0),
    lateMs: column(0),
    attempt: column(0),
    outcome: column(1),
    latencyUs: column(500),
    ...changes,
  });
}

/** An encoded batch, as it stands in a Results message. */
export function encodedBatch(batch: ResultBatch): Buffer {
  return Buffer.from(ResultBatch.encode(batch).finish());
}

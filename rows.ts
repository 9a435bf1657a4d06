/** Results of a simulated probe become rows of a batch, as in probe/batch.ts. */
import { LIMITS } from "../../shared/limits.ts";
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { KIND } from "./agenda.ts";
import { newMessage, send } from "./link.ts";
import { monoNow, timeOf } from "./sim.ts";
import type { Sim, SimLook, SimProbe } from "./sim.ts";
import { CLASS } from "./world.ts";

/** Numbers of certificates on the wire. */
export const CERTIFICATE = { ok: 1, failed: 2, none: 3 } as const;

/** Adds a finished look to the open batch, or begins one that leaves in a moment. */
export function addRow(sim: Sim, look: SimLook, certificate: number): void {
  const { probe, target } = look.seat;
  const startMs = Math.floor(look.startMonoMs);
  const batch = (probe.batch ??= openBatch(sim, probe, look));
  if (look.anchorMonoMs < batch.anchorMonoMs) {
    batch.anchorAtMs = look.anchorAtMs;
    batch.anchorMonoMs = look.anchorMonoMs;
  }
  batch.baseMonoMs = Math.min(batch.baseMonoMs, startMs);
  const row = batch.handle.length;
  batch.handle.push(target + 1);
  batch.revision.push(1);
  batch.startMs.push(startMs);
  batch.lateMs.push(Math.max(0, startMs - look.slotMonoMs));
  batch.attempt.push(look.attempt);
  batch.outcome.push(look.class);
  batch.latencyUs.push(Math.max(0, Math.round((look.endMonoMs - look.startMonoMs) * 1_000)));
  if (look.class === CLASS.ok) return;
  batch.failures.push({ row, detail: "", ...failureOf(sim, look, certificate) });
}

function failureOf(sim: Sim, { reason, resolver }: SimLook, certificate: number) {
  const { without } = sim.options;
  return {
    reason,
    resolver: without.includes("resolver") ? "" : resolver,
    certificate: wireCertificate(without.includes("certificate") ? CERTIFICATE.ok : certificate),
  };
}

function wireCertificate(certificate: number): 1 | 2 | 3 {
  if (certificate === CERTIFICATE.ok) return CERTIFICATE.ok;
  return certificate === CERTIFICATE.failed ? CERTIFICATE.failed : CERTIFICATE.none;
}

function openBatch(sim: Sim, probe: SimProbe, look: SimLook): ResultBatch {
  const dueMs = timeOf(sim, probe, monoNow(sim, probe) + LIMITS.batchWaitMs);
  const { index, boot } = probe;
  sim.agenda.push({ atMs: dueMs, kind: KIND.flush, who: index, what: 0, life: boot });
  return {
    baseMonoMs: Infinity,
    anchorAtMs: look.anchorAtMs,
    anchorMonoMs: look.anchorMonoMs,
    handle: [],
    revision: [],
    startMs: [],
    lateMs: [],
    attempt: [],
    outcome: [],
    latencyUs: [],
    phaseUs: [],
    failures: [],
  };
}

/** Sends the open batch. */
export function flush(sim: Sim, probe: SimProbe): void {
  const { batch } = probe;
  if (!batch) return;
  probe.batch = null;
  const { startMs } = batch;
  batch.baseMonoMs = Math.max(0, batch.baseMonoMs);
  for (let row = 0; row < startMs.length; row += 1) {
    startMs[row] = Math.max(0, (startMs[row] ?? 0) - batch.baseMonoMs);
  }
  send(sim, newMessage(sim, probe, { batch }));
}

/** Rounds of canaries and heartbeats of a simulated probe, as probe/self-check.ts runs them. */
import { KIND } from "./agenda.ts";
import { endSession, heartbeatMs, isSilent, newMessage, planBeat, send } from "./link.ts";
import { addRow } from "./rows.ts";
import { CERTIFICATE } from "./rows.ts";
import type { Round, Sim, SimLook, SimProbe, Waiter } from "./sim.ts";
import { canaryAnswers, controlUp, lossOf } from "./world.ts";

/** Shortest time between the starts of two rounds. */
const ROUND_GAP_MS = 100;
/** Time a canary has to answer. */
const CANARY_TIMEOUT_MS = 1_000;

/** A heartbeat is due. */
export function beat(sim: Sim, probe: SimProbe): void {
  if (isSilent(sim, probe)) return endSession(sim, probe);
  planBeat(sim, probe, heartbeatMs());
  if (probe.beatWaits) return;
  probe.beatWaits = true;
  wait(sim, probe, { look: null, session: probe.session });
}

/** A failure ended: it waits for a round that starts after it. */
export function certify(sim: Sim, probe: SimProbe, failed: SimLook): void {
  wait(sim, probe, { look: failed, session: 0 });
}

function wait(sim: Sim, probe: SimProbe, waiter: Waiter): void {
  probe.waiters.push(waiter);
  arm(sim, probe);
}

function arm(sim: Sim, probe: SimProbe): void {
  if (probe.roundRuns || probe.roundArmed || probe.waiters.length === 0) return;
  const atMs = probe.roundStartMs + ROUND_GAP_MS;
  if (atMs <= sim.nowMs) return startRound(sim, probe);
  probe.roundArmed = true;
  sim.agenda.push({
    atMs,
    kind: KIND.roundStart,
    who: probe.index,
    what: 0,
    life: probe.boot,
  });
}

/** Asks every canary once; the answers are what holds now. */
export function startRound(sim: Sim, probe: SimProbe): void {
  const { random, index } = probe;
  probe.roundArmed = false;
  probe.roundRuns = true;
  probe.roundStartMs = sim.nowMs;
  learnCanaries(sim, probe);
  const loss = lossOf(sim.world, index);
  let lastsMs = 20 + 60 * random.float();
  let passed = 0;
  const canaries: Round["canaries"] = [];
  for (const canary of probe.canaries) {
    const lost = loss > 0 && random.float() < loss;
    const ok = !lost && canaryAnswers(sim.world, index, canary);
    if (ok) passed += 1;
    else lastsMs = CANARY_TIMEOUT_MS;
    canaries.push({ id: canaryId(canary), ok });
  }
  const mustFailHeld = (sim.world.liarGivenAway[index] ?? 0) === 0;
  const round = { waiters: probe.waiters, canaries, passed, mustFailHeld };
  probe.waiters = [];
  sim.agenda.push({
    atMs: sim.nowMs + lastsMs,
    kind: KIND.roundEnd,
    who: index,
    what: sim.rounds.put(round),
    life: probe.boot,
  });
}

function canaryId(canary: number): string {
  return canary < 0 ? "aggregator" : `probe:prb_${canary}`;
}

/** While it is connected a probe is told its canaries: the aggregator, and peers with a session. */
function learnCanaries(sim: Sim, probe: SimProbe): void {
  if (probe.session === 0 || !controlUp(sim.world, probe.index)) return;
  const { leftOut } = sim.judge;
  for (const [canary, untilMs] of leftOut) if (untilMs <= sim.nowMs) leftOut.delete(canary);
  const canaries = [-1];
  for (const peer of sim.probes) {
    if (peer !== probe && peer.session !== 0) canaries.push(peer.index);
  }
  probe.canaries = leftOut.size === 0 ? canaries : canaries.filter((one) => !leftOut.has(one));
}

/** A round ended: whoever waited for it has an answer. */
export function endRound(sim: Sim, probe: SimProbe, place: number): void {
  const round = sim.rounds.take(place);
  probe.roundRuns = false;
  if (!round) return;
  for (const waiter of round.waiters) {
    if (waiter.look) addRow(sim, waiter.look, certificateOf(round));
    else if (waiter.session === probe.session) sendBeat(sim, probe, round);
  }
  arm(sim, probe);
}

function certificateOf({ canaries, passed }: Round): number {
  if (canaries.length === 0) return CERTIFICATE.none;
  return 2 * passed > canaries.length ? CERTIFICATE.ok : CERTIFICATE.failed;
}

function sendBeat(sim: Sim, probe: SimProbe, round: Round): void {
  probe.beatWaits = false;
  const strain = sim.world.overload[probe.index] ?? 0;
  const lagMs = strain > 0 ? 4_000 * strain * probe.random.float() : 0;
  const unfeigned = !sim.options.without.includes("quarantine");
  const heartbeat = newMessage(sim, probe, {
    heartbeat: {
      type: "heartbeat",
      probeId: probe.id,
      canaries: unfeigned ? round.canaries : round.canaries.map(({ id }) => ({ id, ok: true })),
      mustFailHeld: round.mustFailHeld || !unfeigned,
      lagMs: unfeigned ? Math.round(Math.max(lagMs, probe.lagMs)) : 0,
      overloaded: probe.skipped > 0 && unfeigned,
    },
  });
  probe.lagMs = 0;
  probe.skipped = 0;
  send(sim, heartbeat);
}

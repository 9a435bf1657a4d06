/** The link of a simulated probe: sessions, messages on their way, and what is kept meanwhile. */
import { retryDelayMs } from "../../probe/link-state.ts";
import type { HeartbeatEvent } from "../../aggregator/verdict/event.ts";
import { KIND } from "./agenda.ts";
import { submit } from "./judge.ts";
import { delayOf, logNow, monoNow } from "./sim.ts";
import type { Message, Sim, SimProbe } from "./sim.ts";
import { controlUp } from "./world.ts";

/** As in probe/link.ts and the brief's defaults. */
const WELCOME_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 3 * HEARTBEAT_MS;
/** Batches that may be sent and not yet acknowledged. */
const WINDOW = 32;
/** Age at which the spool is on disk, and outlives a crash. */
const ON_DISK_MS = 1_000;

/** Sends a message in the open session; results wait in the spool without one. */
export function send(sim: Sim, message: Message): void {
  const { probe } = message;
  if (probe.session === 0) {
    if (message.batch) probe.spool.push(message);
    return;
  }
  const { background } = sim.world;
  message.session = probe.session;
  message.sentMonoMs = monoNow(sim, probe);
  const { random } = probe;
  if (message.batch && random.float() < background.delayed) {
    const atMs = sim.nowMs + 1_000 + 19_000 * random.float();
    return arriveAt(sim, message, atMs);
  }
  probe.lastArrivalMs = Math.max(probe.lastArrivalMs, sim.nowMs + delayOf(probe));
  arriveAt(sim, message, probe.lastArrivalMs);
  if (message.batch && random.float() < background.duplicated) {
    arriveAt(sim, { ...message }, probe.lastArrivalMs + 5_000 * random.float());
  }
}

function arriveAt(sim: Sim, message: Message, atMs: number): void {
  const what = sim.messages.put(message);
  sim.agenda.push({ atMs, kind: KIND.deliver, who: message.probe.index, what, life: 0 });
}

/** A message arrives, unless its session is over or its path is cut. */
export function deliver(sim: Sim, place: number): void {
  const message = sim.messages.take(place);
  if (!message) return;
  const { probe } = message;
  if (message.session !== probe.session) return comeBack(sim, message);
  if (!controlUp(sim.world, probe.index)) {
    probe.stalled.push(message);
    return;
  }
  receive(sim, message);
}

/** What a session did not deliver waits for the next one; a heartbeat is worth nothing by then. */
function comeBack(sim: Sim, message: Message): void {
  const { probe, batch } = message;
  if (!batch) return;
  if (message.boot !== probe.boot || !probe.alive) {
    if (probe.frozeMs >= 0 || sim.nowMs - message.madeMs > ON_DISK_MS) probe.earlier.push(message);
  } else send(sim, message);
}

function receive(sim: Sim, message: Message): void {
  const { probe, batch, heartbeat, boot, sentMonoMs, replayed } = message;
  if (heartbeat) {
    submit(sim, heartbeat);
    const life = message.session;
    const atMs = sim.nowMs + delayOf(probe);
    sim.agenda.push({ atMs, kind: KIND.ack, who: probe.index, what: logNow(sim), life });
  }
  if (!batch) return;
  traceBatch(sim, message);
  const { handle, outcome } = batch;
  for (let row = 0; row < handle.length && !replayed; row += 1) {
    const seen = { target: (handle[row] ?? 0) - 1, class: outcome[row] ?? 0 };
    sim.comparators.take(probe.index, seen, sim.nowMs);
  }
  submit(sim, {
    type: "results",
    probeId: probe.id,
    boot,
    sequence: 1,
    sentMonoMs,
    replayed,
    batch,
    bytes: NO_BYTES,
  });
}

const NO_BYTES = new Uint8Array();

function traceBatch(sim: Sim, { probe, batch, replayed }: Message): void {
  const { trace } = sim.options;
  if (!trace || !batch) return;
  for (const [row, handle] of batch.handle.entries()) {
    const failure = batch.failures.find((one) => one.row === row);
    const startedMs = batch.baseMonoMs + (batch.startMs[row] ?? 0);
    const ageMs = monoNow(sim, probe) - startedMs - (batch.latencyUs[row] ?? 0) / 1_000;
    const words = [
      `${probe.id} sees web_${handle - 1}: class ${batch.outcome[row]}`,
      `attempt ${batch.attempt[row]}`,
      `${Math.round(ageMs)} ms ago`,
      failure ? `${failure.reason} certificate ${failure.certificate} ${failure.resolver}` : "",
      replayed ? "replayed" : "",
    ];
    trace(words.filter((word) => word !== "").join(", "), sim.nowMs);
  }
}

/** A path that was cut is whole again: what hung in the connection comes through. */
export function restore(sim: Sim, probe: SimProbe): void {
  if (!controlUp(sim.world, probe.index)) return;
  for (const message of probe.stalled.splice(0)) {
    if (message.session === probe.session) receive(sim, message);
    else comeBack(sim, message);
  }
}

/** Ends the session, if there is one, and plans the next try. */
export function endSession(sim: Sim, probe: SimProbe): void {
  probe.session = 0;
  probe.beatWaits = false;
  const stalled = probe.stalled.splice(0);
  for (const message of stalled) comeBack(sim, message);
  probe.failures += 1;
  const waitMs = retryDelayMs(probe.failures, probe.random);
  planConnect(sim, probe, waitMs);
}

/** Plans the next try to open a session. */
export function planConnect(sim: Sim, probe: SimProbe, waitMs: number): void {
  const { boot, index } = probe;
  const atMs = sim.nowMs + waitMs;
  sim.agenda.push({ atMs, kind: KIND.connect, who: index, what: 0, life: boot });
}

/** Tries to open a session: refused at once, welcomed, or silence until the deadline. */
export function connect(sim: Sim, probe: SimProbe): void {
  const { index, boot } = probe;
  const reachable = controlUp(sim.world, index);
  const welcome = reachable && sim.judge.dead === 0;
  let waitMs = 3 * delayOf(probe);
  if (!reachable) waitMs = WELCOME_TIMEOUT_MS;
  const kind = welcome ? KIND.open : KIND.refuse;
  sim.agenda.push({ atMs: sim.nowMs + waitMs, kind, who: index, what: logNow(sim), life: boot });
}

/** The welcome came: the session is open, and what was kept is sent, this boot's first. */
export function open(sim: Sim, probe: SimProbe, welcomedAtMs: number): void {
  if (sim.judge.dead > 0) return endSession(sim, probe);
  probe.sessions += 1;
  probe.session = probe.sessions;
  probe.lastAckMs = sim.nowMs;
  setAnchor(sim, probe, welcomedAtMs);
  submit(sim, { type: "probe_joined", probeId: probe.id });
  planBeat(sim, probe, 0);
  const kept = [...probe.spool.splice(0), ...probe.earlier.splice(0)];
  for (const [index, message] of kept.entries()) {
    message.replayed = message.boot !== probe.boot;
    if (index % WINDOW === 0) probe.lastArrivalMs += 2 * probe.delayMs;
    send(sim, message);
  }
}

function setAnchor(sim: Sim, probe: SimProbe, atMs: number): void {
  probe.anchorAtMs = atMs;
  probe.anchorMonoMs = monoNow(sim, probe);
}

/** Plans the next heartbeat of the present session. */
export function planBeat(sim: Sim, probe: SimProbe, waitMs: number): void {
  const { index, session } = probe;
  const atMs = sim.nowMs + waitMs / probe.rate;
  sim.agenda.push({ atMs, kind: KIND.beat, who: index, what: 0, life: session });
}

/** A heartbeat was acknowledged: a point where log time and the probe's clock met. */
export function acknowledge(sim: Sim, probe: SimProbe, atMs: number): void {
  if (!controlUp(sim.world, probe.index)) return;
  probe.failures = 0;
  probe.lastAckMs = sim.nowMs;
  setAnchor(sim, probe, atMs);
}

/** Whether the session has been silent for too long and must end. */
export function isSilent(sim: Sim, probe: SimProbe): boolean {
  return sim.nowMs - probe.lastAckMs > SILENT_MS;
}

/** The time between two heartbeats. */
export function heartbeatMs(): number {
  return HEARTBEAT_MS;
}

/** A message that was not sent yet. */
export function newMessage(
  sim: Sim,
  probe: SimProbe,
  body: { batch?: Message["batch"]; heartbeat?: HeartbeatEvent },
): Message {
  return {
    probe,
    session: 0,
    boot: probe.boot,
    madeMs: sim.nowMs,
    sentMonoMs: 0,
    replayed: false,
    batch: body.batch ?? null,
    heartbeat: body.heartbeat ?? null,
  };
}

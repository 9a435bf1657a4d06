/** The hot path: a batch of results in columns becomes evidence. */
import { LIMITS } from "../../shared/limits.ts";
import { isReasonCode } from "../../shared/reason.ts";
import type { Failure } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { isLate, resultBounds } from "../../shared/timing.ts";
import type { BatchTiming, ResultBounds } from "../../shared/timing.ts";
import { countAttempt } from "./availability.ts";
import type { Look } from "./evidence.ts";
import type { ResultsEvent } from "./event.ts";
import { beforeChange, markTarget } from "./marks.ts";
import { ownNotes } from "./pair-notes.ts";
import type { EngineState, Pair, ProbeRecord, TargetRecord } from "./state.ts";

const OK = 1;
const SUB = 2;
const DNS = 4;
const CERTIFICATE_OK = 1;
/** A slot beyond this (2,000 years) is of no clock: cut, so that what is reckoned stays exact. */
const SLOT_MS_MAX = 2 ** 46;

/** The parts of a batch that hold for each of its rows. */
interface Batch {
  probe: ProbeRecord;
  event: ResultsEvent;
  timing: BatchTiming;
  /** Written anew for each row, as `look` is: one object serves the whole batch. */
  bounds: ResultBounds;
  look: Look;
}

/**
 * Inserts a batch of results into the evidence. Rows of an unknown target, of another revision or
 * of a probe that is no vantage are counted and dropped; `void` and uncertified failures are
 * counted; late ones are counted, they are history only (VERDICTS sections 3 and 4).
 */
export function takeResults(state: EngineState, event: ResultsEvent): void {
  const probe = state.probes.get(event.probeId);
  const { batch } = event;
  if (!probe || probe.removed) {
    state.dropped += batch.handle.length;
    return;
  }
  const shared: Batch = {
    probe,
    event,
    timing: {
      receivedAtMs: state.atMs,
      sentMonoMs: event.sentMonoMs,
      anchorAtMs: batch.anchorAtMs,
      anchorMonoMs: batch.anchorMonoMs,
      replayed: event.replayed,
    },
    bounds: { loMs: 0, hiMs: 0, anchored: false },
    look: emptyLook(),
  };
  let failure = 0;
  for (let row = 0; row < batch.handle.length; row += 1) {
    const found = batch.failures[failure];
    const detail = found?.row === row ? found : undefined;
    if (detail) failure += 1;
    takeRow(state, shared, { row, failure: detail });
  }
}

function emptyLook(): Look {
  return {
    boot: 0,
    slotMs: 0,
    attempt: 0,
    outcome: 0,
    loMs: 0,
    hiMs: 0,
    reason: 0,
    resolver: 0,
    latencyUs: 0,
  };
}

interface Row {
  row: number;
  failure: Failure | undefined;
}

function takeRow(state: EngineState, shared: Batch, { row, failure }: Row): void {
  const { batch } = shared.event;
  const target = state.byHandle.get(batch.handle[row] ?? 0);
  const pair = target && pairOf(target, shared.probe);
  const revision = batch.revision[row] ?? 0;
  if (!pair || revision < target.checkRevision || revision > target.target.revision) {
    state.dropped += 1;
    return;
  }
  beforeChange(state, target);
  const outcome = batch.outcome[row] ?? 0;
  if (outcome < OK || outcome > DNS) {
    takeVoid(state, pair, failure);
    return;
  }
  fillLook(shared, row);
  const { look } = shared;
  if (isLate(shared.bounds, shared.event.replayed, target.target.spec.intervalMs)) {
    ownNotes(pair).late += 1;
    return;
  }
  if (outcome !== OK) {
    if (failure?.certificate !== CERTIFICATE_OK) {
      ownNotes(pair).uncertified += 1;
      return;
    }
    look.reason = internText(state, reasonTextOf(failure.reason));
    look.resolver = internText(state, failure.resolver);
  } else {
    look.reason = 0;
    look.resolver = 0;
  }
  insert(state, pair, { look, detail: failure?.detail ?? "" });
}

function pairOf(target: TargetRecord, probe: ProbeRecord): Pair | undefined {
  for (const pair of target.pairs) if (pair.probe === probe) return pair;
  return undefined;
}

function fillLook(shared: Batch, row: number): void {
  const { look, event, timing, bounds } = shared;
  const { batch } = event;
  const startMs = batch.baseMonoMs + (batch.startMs[row] ?? 0);
  const latencyUs = batch.latencyUs[row] ?? 0;
  const endMs = startMs + latencyUs / 1000;
  look.boot = event.boot;
  look.slotMs = Math.min(SLOT_MS_MAX, Math.max(0, startMs - (batch.lateMs[row] ?? 0)));
  look.attempt = batch.attempt[row] ?? 0;
  look.outcome = batch.outcome[row] ?? SUB;
  look.latencyUs = latencyUs;
  resultBounds(timing, endMs, bounds);
  look.hiMs = bounds.hiMs;
  look.loMs = bounds.loMs;
}

/** The index of a text in the bounded table; past the bound every new text is the last one. */
function internText({ texts, textIndex }: EngineState, text: string): number {
  const known = textIndex.get(text);
  if (known !== undefined) return known;
  if (texts.length >= LIMITS.textsMax) return texts.length - 1;
  texts.push(text);
  textIndex.set(text, texts.length - 1);
  return texts.length - 1;
}

function reasonTextOf(reason: string): string {
  return isReasonCode(reason) ? reason : "internal";
}

function takeVoid(state: EngineState, pair: Pair, failure: Failure | undefined): void {
  ownNotes(pair).voids += 1;
  if (failure?.reason !== "misconfigured" && failure?.reason !== "unsupported") return;
  const { target } = pair;
  if (target.misconfigured !== null) return;
  target.misconfigured = failure.detail;
  markTarget(state, target);
}

interface Insertion {
  look: Look;
  detail: string;
}

function insert(state: EngineState, pair: Pair, { look, detail }: Insertion): void {
  const { target } = pair;
  const place = state.evidence.insert(pair.row, look);
  if (place === "none") return;
  if (look.attempt === 0 && pair.probe.state === "eligible") countAttempt(state, target, look);
  if (place === "newest" && pair.notes.detail !== detail) ownNotes(pair).detail = detail;
  // A further success of a vantage that was counted ok changes nothing on a quiet target.
  if (look.outcome === OK && place === "newest" && target.quiet && pair.quiet) return;
  markTarget(state, target);
}

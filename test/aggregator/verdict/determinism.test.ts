import assert from "node:assert/strict";
import { restoreSnapshot } from "../../../aggregator/verdict/restore.ts";
import { takeSnapshot } from "../../../aggregator/verdict/snapshot.ts";
import type { Effect } from "../../../aggregator/verdict/effect.ts";
import type { LogEvent } from "../../../aggregator/verdict/event.ts";
import { seededRandom } from "../../../shared/random.ts";
import { fold, hashOf, testProperties, told } from "../../helpers/verdict-sweep.ts";

/** A whole number of windows. */
const SHIFT_MS = 12_500;

testProperties({
  "two engines fed the same log have equal state hashes, and gave the same effects": (swept) => {
    const other = fold(swept.log);
    assert.equal(told(other.effects), told(swept.effects));
    assert.equal(hashOf(other.state), hashOf(swept.state));
  },

  "a snapshot at any event and the rest of the log equal the whole": ({ log, seed, ...whole }) => {
    const cut = Math.floor(seededRandom(seed).float() * log.length);
    const before = fold(log.slice(0, cut));
    const restored = restoreSnapshot(structuredClone(takeSnapshot(before.state)));
    const after = fold(log.slice(cut), restored);
    assert.equal(told([...before.effects, ...after.effects]), told(whole.effects));
    assert.equal(hashOf(after.state), hashOf(whole.state));
  },

  "extra ticks and duplicates change nothing": ({ log, seed, effects }) => {
    const random = seededRandom(seed);
    const noisy = log.flatMap((event): LogEvent[] => {
      // Until a takeover nobody listens, so there is no tick just before it.
      if (event.body.type === "takeover") return [event];
      const tick: LogEvent = { seq: 0, atMs: event.atMs, body: { type: "tick" } };
      const repeats = event.body.type === "results" || event.body.type === "calls";
      return repeats && random.float() < 0.3 ? [tick, event, event] : [tick, event];
    });
    assert.equal(told(fold(noisy).effects), told(effects));
  },

  "the order of results inside a window changes nothing": ({ log, seed, effects }) => {
    assert.equal(told(fold(shuffleWindows(log, seed)).effects), told(effects));
  },

  "shifting the log by whole windows shifts the effects and changes nothing else": (swept) => {
    const shifted = swept.log.map((event) => ({ ...event, atMs: event.atMs + SHIFT_MS }));
    const moved = fold(shifted.map(shiftTimes)).effects;
    assert.equal(moments(moved, SHIFT_MS), moments(swept.effects, 0));
  },
});

/** Shuffles neighbouring results of one window; their log times stay in order. */
function shuffleWindows(log: readonly LogEvent[], seed: number): LogEvent[] {
  const random = seededRandom(seed);
  const shuffled = [...log];
  for (let index = 1; index < shuffled.length; index += 1) {
    const [left, right] = [shuffled[index - 1], shuffled[index]];
    if (!left || !right || left.body.type !== "results" || right.body.type !== "results") continue;
    if (left.atMs !== right.atMs || random.float() < 0.4) continue;
    shuffled[index - 1] = { ...right, seq: left.seq };
    shuffled[index] = { ...left, seq: right.seq };
  }
  return shuffled;
}

/** What happened when, as lines of one text; `shiftMs` is taken off. */
function moments(effects: readonly Effect[], shiftMs: number): string {
  return effects
    .flatMap((effect) => {
      if (effect.type === "transition") {
        return [`${effect.atMs - shiftMs} ${effect.targetId} ${effect.to}`];
      }
      if (effect.type !== "alert") return [];
      return [`${effect.atMs - shiftMs} ${effect.incidentId} ${effect.change}`];
    })
    .join("\n");
}

/** Times that a body names are shifted with it; a probe's clock is not, but its anchor is. */
function shiftTimes(event: LogEvent): LogEvent {
  const { body } = event;
  if (body.type === "calls") return { ...event, body: { ...body, ...later(body) } };
  if (body.type === "maintenance_set") {
    return { ...event, body: { ...body, window: { ...body.window, ...later(body.window) } } };
  }
  if (body.type !== "results") return event;
  const anchorAtMs = body.batch.anchorAtMs + SHIFT_MS;
  return { ...event, body: { ...body, batch: { ...body.batch, anchorAtMs } } };
}

function later({ fromMs, toMs }: { fromMs: number; toMs: number }) {
  return { fromMs: fromMs + SHIFT_MS, toMs: toMs + SHIFT_MS };
}

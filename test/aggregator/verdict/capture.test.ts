import assert from "node:assert/strict";
import { decodeHead, decodePart } from "../../../aggregator/engine/snapshot-codec.ts";
import { encodeHead, encodePart } from "../../../aggregator/engine/snapshot-codec.ts";
import { beginCapture } from "../../../aggregator/verdict/capture.ts";
import { restoreSnapshot } from "../../../aggregator/verdict/restore.ts";
import { takeSnapshot } from "../../../aggregator/verdict/snapshot.ts";
import type { SnapshotData, TargetData } from "../../../aggregator/verdict/snapshot.ts";
import { step } from "../../../aggregator/verdict/step.ts";
import { seededRandom } from "../../../shared/random.ts";
import { fold, hashOf, SWEEP_LOGS, testProperties } from "../../helpers/verdict-sweep.ts";

/** The data as one text, its targets in order of id. */
function textOf(data: SnapshotData): string {
  const targets = data.targets.toSorted((left, right) =>
    left.target.id < right.target.id ? -1 : 1,
  );
  return JSON.stringify({ ...data, targets });
}

const whole = { captures: 0 };

testProperties({
  "what is captured while the fold goes on is the state at the beginning": ({ log, seed }) => {
    const random = seededRandom(seed);
    const cut = Math.floor(random.float() * log.length);
    const { state } = fold(log.slice(0, cut));
    const expected = textOf(takeSnapshot(state));
    const capture = beginCapture(state);
    const targets: TargetData[] = [];
    for (const event of log.slice(cut)) {
      step(state, event);
      if (random.float() < 0.2) targets.push(...capture.take(1));
      if (capture.isSpoiled()) break;
    }
    targets.push(...capture.take(Infinity));
    capture.end();
    if (!capture.isSpoiled()) {
      whole.captures += 1;
      assert.equal(textOf({ ...capture.head, targets }), expected);
    }
    if (seed === SWEEP_LOGS) assert.ok(whole.captures > SWEEP_LOGS / 10, "few were not spoiled");
  },

  "a snapshot as bytes is the state that it was taken of": ({ state }) => {
    const { targets, ...head } = takeSnapshot(state);
    const stored = decodeHead(encodeHead({ head, parts: 2 }));
    const middle = Math.floor(targets.length / 2);
    const parts = [targets.slice(0, middle), targets.slice(middle)].map((some) => {
      const decoded = decodePart(encodePart(some));
      assert.ok(decoded !== null);
      return decoded;
    });
    assert.ok(stored?.parts === 2);
    const restored = restoreSnapshot({ ...stored.head, targets: parts.flat() });
    assert.equal(hashOf(restored), hashOf(state));
  },

  "a snapshot with a wrong bit anywhere is not read": ({ state, seed }) => {
    const { targets, ...head } = takeSnapshot(state);
    const random = seededRandom(seed);
    const spoil = (bytes: Uint8Array): Uint8Array => {
      const spoiled = Uint8Array.from(bytes);
      const place = Math.floor(random.float() * spoiled.length);
      spoiled[place] = (spoiled[place] ?? 0) ^ (1 << Math.floor(random.float() * 8));
      return spoiled;
    };
    assert.equal(decodeHead(spoil(encodeHead({ head, parts: 1 }))), null);
    assert.equal(decodePart(spoil(encodePart(targets))), null);
    assert.equal(decodePart(new Uint8Array(3)), null);
  },
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { SNAPSHOT_REST_MS } from "../../../probe/assigned.ts";
import { createShares } from "../../../probe/workers/share.ts";
import { Assignments } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { assignment } from "../../helpers/probe-parts.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const message = (given: Partial<Assignments>): Assignments => {
  return { ...Assignments.decode(new Uint8Array(0)), ...given };
};

/** What a worker that is told all of these messages has. */
function handlesOf(shares: readonly Uint8Array[]): number[] {
  return shares.flatMap((bytes) => Assignments.decode(bytes).upserts.map(({ handle }) => handle));
}

function openBook() {
  const clock = simClock();
  return { clock, book: createShares({ clock, workers: 2 }) };
}

test("every target belongs to one worker, and a removal goes to the one that has it", () => {
  const { book } = openBook();
  const upserts = [1, 2, 3, 4].map((handle) => assignment({ handle }));
  const { own, shares } = book.divide(message({ snapshot: true, upserts }));
  assert.deepEqual(own.upserts, []);
  assert.deepEqual(
    shares.map((one) => handlesOf([one])),
    [
      [2, 4],
      [1, 3],
    ],
  );
  const removed = book.divide(message({ removedHandles: [3] })).shares;
  assert.deepEqual(
    removed.map((one) => Assignments.decode(one).removedHandles),
    [[], [3]],
  );
  assert.deepEqual([handlesOf(book.all(0)), handlesOf(book.all(1))], [[2, 4], [1]]);
});

test("push targets stay in the process whose door takes their reports", () => {
  const { book } = openBook();
  const push = assignment({ handle: 2, kind: "push" });
  const first = book.divide(message({ upserts: [push] }));
  assert.deepEqual(first.own.upserts, [push]);
  assert.deepEqual(handlesOf(first.shares), []);
  const changed = book.divide(message({ upserts: [assignment({ handle: 2, revision: 2 })] }));
  assert.deepEqual(changed.own.removedHandles, [2]);
  assert.deepEqual(handlesOf(changed.shares), [2]);
  const back = book.divide(message({ upserts: [push] }));
  assert.deepEqual(Assignments.decode(back.shares[0] ?? new Uint8Array()).removedHandles, [2]);
  assert.deepEqual(handlesOf(book.all(0)), []);
});

test("a worker that begins anew is told what it has, and nothing that is gone", () => {
  const { clock, book } = openBook();
  const upserts = Array.from({ length: 2_500 }, (_, index) => assignment({ handle: index * 2 }));
  const canaries = [{ id: "gate", url: "tcp://10.0.0.1:80" }];
  book.divide(message({ snapshot: true, hasCanaries: true, canaries, upserts }));
  const all = book.all(0).map((bytes) => Assignments.decode(bytes));
  assert.equal(all[0]?.snapshot, true);
  assert.deepEqual(all[0]?.canaries, canaries);
  assert.deepEqual(
    all.map((one) => one.upserts.length),
    [0, 1_000, 1_000, 500],
  );
  book.divide(message({ snapshot: true, upserts: upserts.slice(0, 10) }));
  assert.equal(handlesOf(book.all(0)).length, 10);
  book.divide(message({ upserts: upserts.slice(10, 20) }));
  clock.advance(SNAPSHOT_REST_MS);
  assert.equal(handlesOf(book.all(0)).length, 20);
});

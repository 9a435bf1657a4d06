/** The rounds in which readers of streams are written to. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEventRounds } from "../../../aggregator/http/event-rounds.ts";
import { settle, simClock } from "../../helpers/sim-clock.ts";

/** Rounds with so many readers, and who had a turn, in order. */
function openRounds(readers: number) {
  const clock = simClock();
  const rounds = createEventRounds({ clock, readers: () => readers });
  const served: string[] = [];
  const ask = (name: string): void => {
    void rounds.turn().then(() => served.push(name));
  };
  return { clock, rounds, served, ask };
}

test("a few readers have their turn at once, whatever the clock says", async () => {
  const { clock, served, ask } = openRounds(10);
  ask("a");
  ask("b");
  await settle();
  assert.deepEqual(served, ["a", "b"]);
  assert.equal(clock.pending(), 0);
});

test("the more readers there are, the longer is gathered", async () => {
  const { clock, served, ask } = openRounds(2_000);
  ask("a");
  await clock.run(30);
  ask("b");
  await clock.run(19);
  assert.deepEqual(served, []);
  await clock.run(1);
  assert.deepEqual(served, ["a", "b"], "what comes during the gathering has its turn in it");
});

test("a reader that comes while a round goes on waits for the next", async () => {
  const { clock, rounds, served, ask } = openRounds(2_000);
  void rounds.turn().then(() => {
    served.push("first");
    ask("again");
  });
  for (let index = 0; index < 250; index += 1) ask(`r${index}`);
  await clock.run(50);
  await settle();
  assert.equal(served.length, 251);
  assert.ok(!served.includes("again"));
  await clock.run(50);
  assert.equal(served.at(-1), "again");
  assert.equal(clock.pending(), 0);
});

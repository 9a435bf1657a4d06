/** The event bus. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEventBus } from "../../aggregator/bus.ts";
import type { StoredEvent } from "../../aggregator/ports.ts";
import { silentLog } from "../../shared/log.ts";
import { eventWithId } from "../helpers/store-data.ts";

const stored = (number: number): StoredEvent => ({ number, event: eventWithId(`e${number}`) });

test("every subscriber gets every publish at once and in order, until it leaves", () => {
  const bus = createEventBus({ log: silentLog() });
  const first: number[] = [];
  const second: number[] = [];
  const leave = bus.subscribe((events) => first.push(...events.map(({ number }) => number)));
  bus.subscribe((events) => second.push(...events.map(({ number }) => number)));
  bus.publish([stored(1), stored(2)]);
  leave();
  leave();
  bus.publish([stored(3)]);
  assert.deepEqual(first, [1, 2]);
  assert.deepEqual(second, [1, 2, 3]);
});

test("a subscriber that throws does not keep the others from their events", () => {
  const errors: string[] = [];
  const log = {
    ...silentLog(),
    error: (_: object, sentence: string) => void errors.push(sentence),
  };
  const bus = createEventBus({ log });
  let seen = 0;
  bus.subscribe(() => {
    throw new Error("no");
  });
  bus.subscribe((events) => (seen += events.length));
  bus.publish([stored(1)]);
  assert.equal(seen, 1);
  assert.equal(errors.length, 1);
});

test("one subscriber more than the bound is refused, and let in when another left", () => {
  const bus = createEventBus({ log: silentLog(), subscribersMax: 1 });
  const leave = bus.subscribe(() => undefined);
  assert.throws(() => bus.subscribe(() => undefined), { code: "unavailable" });
  leave();
  bus.subscribe(() => undefined);
});

test("publishing nothing calls nobody", () => {
  const bus = createEventBus({ log: silentLog() });
  bus.subscribe(() => assert.fail("called"));
  bus.publish([]);
});

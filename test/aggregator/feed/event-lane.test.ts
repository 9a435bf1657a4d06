/** Lanes of events that many readers want alike. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEventLane, createEventLanes } from "../../../aggregator/feed/event-lane.ts";
import type { StoredEvent } from "../../../aggregator/ports.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { eventWithId } from "../../helpers/store-data.ts";

const stored = (number: number): StoredEvent => ({ number, event: eventWithId(`e${number}`) });
const batch = (from: number, count: number): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => stored(from + index));
const numbers = (events: readonly StoredEvent[]): number[] => events.map(({ number }) => number);
const all = (): boolean => true;

test("readers at the same place are given the same array, others what they lack", () => {
  const lane = createEventLane(all);
  lane.take(batch(1, 3));
  const place = lane.end();
  lane.take(batch(4, 2));
  assert.deepEqual(numbers(lane.from(place)), [4, 5]);
  assert.equal(lane.from(place), lane.from(place));
  assert.deepEqual(numbers(lane.from(0)), [1, 2, 3, 4, 5]);
  lane.take(batch(6, 1));
  assert.deepEqual(numbers(lane.from(place)), [4, 5, 6]);
});

test("what every reader of a lane brings to it is in it once, and only what is wanted", () => {
  const lane = createEventLane(({ number }) => number % 2 === 0);
  const published = batch(1, 6);
  for (let reader = 0; reader < 3; reader += 1) lane.take(published);
  assert.deepEqual(numbers(lane.from(0)), [2, 4, 6]);
});

test("a lane is bounded, and places stay what they were", () => {
  const lane = createEventLane(all);
  const max = LIMITS.subscriberEventsMax;
  for (let first = 1; first <= max * 5; first += max / 10) lane.take(batch(first, max / 10));
  assert.equal(lane.end(), max * 5);
  assert.deepEqual(numbers(lane.from(max * 5 - 2)), [max * 5 - 1, max * 5]);
  const oldest = lane.from(0);
  assert.ok(oldest.length >= max && oldest.length < 2 * max, `${oldest.length} are kept`);
});

test("a lane is shared by its key for as long as somebody reads it", () => {
  const lanes = createEventLanes();
  const one = lanes.enter("a", all);
  one.publish(batch(1, 2));
  const two = lanes.enter("a", all);
  two.publish(batch(3, 2));
  assert.deepEqual([one.waiting(), two.waiting()], [4, 2], "a reader enters at the end");
  assert.deepEqual(numbers(two.take()), [3, 4]);
  assert.deepEqual(numbers(one.take()), [1, 2, 3, 4]);
  one.leave();
  two.publish(batch(5, 1));
  assert.equal(lanes.enter("b", all).waiting(), 0);
  two.leave();
  const three = lanes.enter("a", all);
  three.publish(batch(1, 1));
  assert.deepEqual(numbers(three.take()), [1], "nothing is left of the lane before");
});

/** Rests of a step, because one window may bring thousands of targets at once. */

/** Targets that are worked on between two rests: some milliseconds. */
const REST_TARGETS = 256;

/** Work on its way, told when it rests. */
export type Rests = Generator<void, void, void>;

/** Does the work of each item, and rests after so many. */
export function* restfully<Item>(items: Iterable<Item>, work: (item: Item) => void): Rests {
  let done = 0;
  for (const item of items) {
    work(item);
    done += 1;
    if (done % REST_TARGETS === 0) yield;
  }
}

/** Takes work to its end without a rest. */
export function finished<Value>(work: Generator<void, Value, void>): Value {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** The agenda of a simulation: what happens next. A binary heap in columns, so that it is cheap. */

import type { Clock } from "../../shared/clock.ts";

/** The agenda; it is also what tells the time of the simulation. */
export interface Agenda {
  /** True time, milliseconds since the simulation began; not known to anybody inside it. */
  nowMs(): number;
  /** Runs something at a time, or now if that is past; together due keeps the order it came in. */
  at(atMs: number, run: () => void): void;
  /** Runs everything that is due up to a time. */
  runUntil(untilMs: number): void;
}

interface Heap {
  at: number[];
  order: number[];
  run: (() => void)[];
}

/** Creates an empty agenda at time 0. */
export function createAgenda(): Agenda {
  const heap: Heap = { at: [], order: [], run: [] };
  let nowMs = 0;
  let pushed = 0;
  return {
    nowMs: () => nowMs,
    at(atMs, run) {
      pushed += 1;
      rise(heap, { atMs: Math.max(atMs, nowMs), order: pushed, run });
    },
    runUntil(untilMs) {
      for (;;) {
        const atMs = heap.at[0];
        const run = heap.run[0];
        if (atMs === undefined || run === undefined || atMs > untilMs) break;
        nowMs = atMs;
        removeFirst(heap);
        run();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

interface Entry {
  atMs: number;
  order: number;
  run: () => void;
}

/** Puts a new entry in its place; a new one never goes before one of the same time. */
function rise(heap: Heap, { atMs, order, run }: Entry): void {
  let place = heap.at.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if ((heap.at[parent] ?? 0) <= atMs) break;
    copy(heap, parent, place);
    place = parent;
  }
  heap.at[place] = atMs;
  heap.order[place] = order;
  heap.run[place] = run;
}

function copy(heap: Heap, from: number, to: number): void {
  heap.at[to] = heap.at[from] ?? 0;
  heap.order[to] = heap.order[from] ?? 0;
  heap.run[to] = heap.run[from] ?? nothing;
}

function nothing(): void {
  // Fills a place that cannot be empty.
}

function before(heap: Heap, left: number, right: number): boolean {
  const leftAt = heap.at[left] ?? 0;
  const rightAt = heap.at[right] ?? 0;
  if (leftAt !== rightAt) return leftAt < rightAt;
  return (heap.order[left] ?? 0) < (heap.order[right] ?? 0);
}

/** Takes the first entry out and puts the last one into the hole. */
function removeFirst(heap: Heap): void {
  const last = heap.at.length - 1;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    if (left >= last) break;
    const right = left + 1;
    const child = right < last && before(heap, right, left) ? right : left;
    if (!before(heap, child, last)) break;
    copy(heap, child, place);
    place = child;
  }
  if (place !== last) copy(heap, last, place);
  heap.at.pop();
  heap.order.pop();
  heap.run.pop();
}

/** The clock of a machine that is always right. */
export function clockOf(agenda: Agenda): Clock {
  const after: Clock["after"] = (delayMs, callback) => {
    let isWanted = true;
    agenda.at(agenda.nowMs() + delayMs, () => isWanted && callback());
    return { cancel: () => void (isWanted = false) };
  };
  return {
    wallMs: () => Math.floor(agenda.nowMs()),
    monoMs: () => agenda.nowMs(),
    after,
    every(periodMs, callback) {
      let timer = after(periodMs, turn);
      function turn(): void {
        timer = after(periodMs, turn);
        callback();
      }
      return { cancel: () => timer.cancel() };
    },
  };
}

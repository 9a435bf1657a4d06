/** A binary heap of due times, fired in order of time, of what they wake, and of its id. */

/** What a timer wakes; those that are due together fire in order of what it is, then of its id. */
export interface Wake {
  dueMs: number;
  /** A window of maintenance, a probe or a target. */
  of: "m" | "p" | "t";
  id: string;
}

/** Timers of the fold. A stale entry is the caller's to recognise and skip. */
export interface Timers {
  push(wake: Wake): void;
  /** Due time of the earliest timer; Infinity when there is none. */
  nextMs(): number;
  /** The earliest timer, left in its place. */
  peek(): Wake | undefined;
  /** Takes the earliest timer. */
  pop(): Wake | undefined;
  size(): number;
}

function before(left: Wake, right: Wake): boolean {
  if (left.dueMs !== right.dueMs) return left.dueMs < right.dueMs;
  if (left.of !== right.of) return left.of < right.of;
  return left.id < right.id;
}

/** Creates an empty heap. */
export function createTimers(): Timers {
  const heap: Wake[] = [];

  function swapUp(from: number, wake: Wake): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(wake, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = wake;
  }

  function swapDown(wake: Wake): void {
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      if (left === undefined) break;
      const useRight = right !== undefined && before(right, left);
      const child = useRight ? right : left;
      if (!before(child, wake)) break;
      heap[place] = child;
      place = 2 * place + (useRight ? 2 : 1);
    }
    heap[place] = wake;
  }

  return {
    push: (wake) => swapUp(heap.length, wake),
    nextMs: () => heap[0]?.dueMs ?? Infinity,
    peek: () => heap[0],
    pop: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first !== undefined && last !== undefined && heap.length > 0) swapDown(last);
      return first;
    },
    size: () => heap.length,
  };
}

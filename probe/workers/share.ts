/** How targets are shared out among workers, and what each has: it may have to be told again. */
import type { Clock, Timer } from "../../shared/clock.ts";
import { Assignments } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Assignment } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { SNAPSHOT_REST_MS } from "../assigned.ts";

/** Targets in one message to a worker. */
const CHUNK = 1_000;

/** Kinds that live in the probe's own process: they are told by what its door takes in. */
const AT_HOME: ReadonlySet<string> = new Set(["push"]);

/** A message, divided. */
export interface Divided {
  /** What the probe's own process keeps. */
  own: Assignments;
  /** Encoded, one for each worker. */
  shares: Uint8Array[];
}

/** The book of what workers have. */
export interface Shares {
  /** Divides a message, and remembers it. */
  divide(message: Assignments): Divided;
  /** Everything that a worker has, encoded, as it is told to a new one. */
  all(worker: number): Uint8Array[];
  /** The worker of a target. */
  workerOf(handle: number): number;
  /** Forgets what a snapshot left to do. */
  stop(): void;
}

/** Creates an empty book for so many workers, counted from 0. */
export function createShares({ clock, workers }: { clock: Clock; workers: number }): Shares {
  const known = new Map<number, Assignment>();
  /** Handles that the last snapshot did not name, and that no delta has named since. */
  let unnamed = new Set<number>();
  let rest: Timer | null = null;
  let canaries = noAssignments();

  const workerOf = (handle: number): number => handle % workers;

  function remember(message: Assignments): void {
    if (message.snapshot) {
      unnamed = new Set(known.keys());
      rest?.cancel();
      rest = clock.after(SNAPSHOT_REST_MS, () => unnamed.forEach((one) => known.delete(one)));
    }
    if (message.snapshot || message.hasCanaries) {
      canaries = { ...message, snapshot: false, upserts: [], removedHandles: [] };
    }
    for (const handle of message.removedHandles) known.delete(handle);
    for (const one of message.upserts) {
      unnamed.delete(one.handle);
      if (AT_HOME.has(one.kind)) known.delete(one.handle);
      else known.set(one.handle, one);
    }
  }

  return {
    workerOf,
    stop: () => rest?.cancel(),
    divide(message) {
      remember(message);
      const home = message.upserts.filter(({ kind }) => AT_HOME.has(kind));
      const away = message.upserts.filter(({ kind }) => !AT_HOME.has(kind));
      // A target whose kind changed may have moved: who does not have it any more drops it.
      const gone = (moved: readonly Assignment[]): number[] => [
        ...message.removedHandles,
        ...moved.map(({ handle }) => handle),
      ];
      const shares = Array.from({ length: workers }, (_, worker) => {
        const isOurs = (handle: number): boolean => workerOf(handle) === worker;
        const upserts = away.filter(({ handle }) => isOurs(handle));
        const removedHandles = gone(home).filter(isOurs);
        return Assignments.encode({ ...message, upserts, removedHandles }).finish();
      });
      return { own: { ...message, upserts: home, removedHandles: gone(away) }, shares };
    },
    all(worker) {
      const upserts = [...known.values()].filter(({ handle }) => {
        return workerOf(handle) === worker && !unnamed.has(handle);
      });
      const messages = [Assignments.encode({ ...canaries, snapshot: true }).finish()];
      for (let from = 0; from < upserts.length; from += CHUNK) {
        const some = { ...noAssignments(), upserts: upserts.slice(from, from + CHUNK) };
        messages.push(Assignments.encode(some).finish());
      }
      return messages;
    },
  };
}

function noAssignments(): Assignments {
  return Assignments.decode(new Uint8Array(0));
}

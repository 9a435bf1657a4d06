/** Batches that the aggregator called malformed: twice, and they are dropped. */
import type { Log } from "../shared/log.ts";
import type { Refused } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { Spool } from "./spool.ts";

/** Refusals of one batch after which it is dropped; the first may have been a broken way. */
const REFUSALS_MAX = 2;
/** Batches whose refusals are remembered; beyond, counting begins anew. */
const REMEMBERED_MAX = 256;

/** Counts refusals. */
export interface Refusals {
  /** The aggregator refused this batch; the second time it leaves the spool. */
  take(refused: Refused): void;
}

/** Creates a count without any refusal. */
export function createRefusals({ log, spool }: { log: Log; spool: Spool }): Refusals {
  const counts = new Map<string, number>();
  return {
    take({ bootId, sequence }) {
      const key = `${bootId} ${sequence}`;
      const count = (counts.get(key) ?? 0) + 1;
      if (counts.size >= REMEMBERED_MAX) counts.clear();
      counts.set(key, count);
      if (count < REFUSALS_MAX) return;
      counts.delete(key);
      if (!spool.drop(bootId, sequence)) return;
      log.error(
        { bootId, sequence },
        "The aggregator refused this batch twice as malformed: it is dropped and its results are " +
          "lost, so that those behind it get through. Run the same version on both sides.",
      );
    },
  };
}

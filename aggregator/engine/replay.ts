/** How an engine comes to life: the newest snapshot that can be read, and the log after it. */
import { QuorateError } from "../../shared/errors.ts";
import { finished } from "../verdict/rests.ts";
import { nothingCollected } from "./effects.ts";
import { eventsAfter } from "./fold.ts";
import { commit, fold } from "./living.ts";
import { loadState } from "./loading.ts";
import type { Living } from "./parts.ts";

/** Brings the state to the end of the log; what a crash left uncommitted is committed. */
export async function replay(living: Living): Promise<void> {
  const { store, log } = living.deps;
  await restore(living);
  let replayed = 0;
  for await (const events of eventsAfter(store.log, living.state.seq)) {
    const collected = nothingCollected();
    for (const event of events) finished(fold(living, event, collected));
    living.state.seq = Math.max(living.state.seq, events.at(-1)?.seq ?? 0);
    await commit(living, collected, null);
    replayed += events.length;
  }
  if (replayed > 0) log.info({ replayed }, "The log is replayed; verdicts go on where they were.");
}

/** The newest snapshot that can be read; the log is kept from the one before it on. */
async function restore(living: Living): Promise<void> {
  const { store, log, settings } = living.deps;
  let stored = await store.log.loadSnapshot();
  const newestSeq = stored?.seq;
  while (stored) {
    const state = await loadState(store.log, stored.seq, stored.head);
    if (state) {
      living.state = state;
      living.state.settings = settings;
      return;
    }
    log.error({ seq: stored.seq }, "A snapshot is damaged; trying the one before it.");
    stored = await store.log.loadSnapshot(stored.seq);
  }
  if (newestSeq === undefined) return;
  throw new QuorateError(
    "unavailable",
    "No snapshot in the data directory can be read, expected one that this version wrote: " +
      "restore a backup, or start with an empty data directory.",
  );
}

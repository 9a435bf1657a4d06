/** The living engine: what its parts share, and how what was collected is committed. */
import { messageOf } from "../../shared/errors.ts";
import type { LogEvent } from "../verdict/event.ts";
import { alertsDueMs, planCommit, readForPlan } from "./alerting.ts";
import { changeEvent, isDurable } from "./effects.ts";
import type { Collected } from "./effects.ts";
import { foldSlowly } from "./fold.ts";
import { partsOf } from "./commit-parts.ts";
import type { Living } from "./parts.ts";
import type { Rests } from "../verdict/rests.ts";
import { nextTurn } from "../../shared/turn.ts";

/** Wait before what the store refused is tried again. */
const STORE_RETRY_MS = 1_000;

/** Folds one event, with rests, and collects its effects. */
export function* fold(living: Living, event: LogEvent, into: Collected): Rests {
  const { state } = living;
  const { body, atMs } = event;
  const change = changeEvent(state, body, atMs);
  if (change) into.changes.push(change);
  if (body.type === "target_deleted") {
    const gone = state.targets.get(body.targetId);
    if (gone) into.targets.set(body.targetId, gone.target);
  }
  // One by one: as arguments of one call, those of 50,000 targets that fall at once do not fit.
  const effects = yield* foldSlowly(state, event, living.deps.log);
  for (const effect of effects) into.effects.push(effect);
}

/** Commits what was collected, with a tick at `tickMs` unless null; then publishes it. */
export async function commit(
  living: Living,
  collected: Collected,
  tickMs: number | null,
): Promise<void> {
  const { store, bus } = living.deps;
  if (isDurable(collected) || isAlertingDue(living)) {
    living.alertsChanged = false;
    const facts = await untilDone(living, () => readForPlan(living, collected));
    if (facts === null) return;
    const built = planCommit(living, collected, facts);
    const tick = tickMs === null ? null : { atMs: tickMs, body: { type: "tick" } as const };
    for (const part of partsOf({ ...built, tick }, facts.events.length)) {
      const events = await untilDone(living, () => store.events.commit(part));
      if (events === null) return;
      if (living.ready) bus.publish(events);
      if (part.partial === true) await nextTurn();
    }
    if (!living.ready) return;
    living.deps.onCommitted(built.atMs);
  }
  if (living.ready) command(living, collected);
}

/** Whether alerting has something to say by now, although nothing happened. */
export function isAlertingDue(living: Living): boolean {
  return living.ready && alertsDueMs(living) <= living.time.nowMs();
}

/**
 * The state has moved on already, so its effects are committed sooner or later, never dropped.
 * Only an engine that is closing does not wait for a store that fails: null, and it is `ahead`.
 */
export async function untilDone<Result>(
  living: Living,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const { clock, log } = living.deps;
  while (!living.ahead) {
    try {
      return await work();
    } catch (error) {
      const message = { error: messageOf(error) };
      if (living.closed) {
        living.ahead = true;
        log.error(message, "Effects cannot be committed; the next start takes them from the log.");
        break;
      }
      log.error(message, "Effects cannot be committed; trying again.");
      await new Promise<void>((resolve) => void clock.after(STORE_RETRY_MS, resolve));
    }
  }
  return null;
}

function command(living: Living, { effects }: Collected): void {
  for (const effect of effects) {
    if (effect.type === "recheck") living.deps.onRecheck(effect);
    else if (effect.type === "canaries") living.deps.onCanaries();
  }
}

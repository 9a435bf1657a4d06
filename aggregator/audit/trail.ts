/** The trail of what is written: every write of the store is noted for whoever caused it. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { AuditChange, AuditEntry, AuditTrail, Engine, Store } from "../ports.ts";
import { changedFields } from "./fields.ts";
import { watchedEngine, watchedStore } from "./watched.ts";
import type { Note, Written } from "./watched.ts";

/** What the trail works with. */
export interface AuditTrailDeps {
  store: Store;
  clock: Clock;
  log: Log;
}

/** The trail of one aggregator. */
export interface RunningTrail extends AuditTrail {
  /** The store, whose writes are noted from now on. */
  readonly store: Store;
  /** An engine whose writes are noted. */
  watch<Watched extends Engine>(engine: Watched): Watched;
}

/** Creates the trail of a store. */
export function createAuditTrail({ store, clock, log }: AuditTrailDeps): RunningTrail {
  const running = new AsyncLocalStorage<AuditChange[]>();

  async function keep(records: readonly AuditEntry[]): Promise<void> {
    const atMs = clock.wallMs();
    try {
      await store.audit.append(records.map((record) => ({ ...record, atMs })));
    } catch (error) {
      const of = { records: records.length, error: messageOf(error) };
      log.error(of, "The audit log could not be written.");
    }
  }

  const note: Note = async (resource, before, after) => {
    const change = changeOf(resource, before, after);
    const changes = running.getStore();
    if (changes !== undefined) return void changes.push(change);
    const actor = { kind: "aggregator", id: null, name: "aggregator" } as const;
    const where = { address: "", operation: "", status: null, error: "" };
    await keep([{ class: "write", actor, ...where, ...change }]);
  };

  return {
    store: watchedStore(store, note),
    watch: (engine) => watchedEngine(engine, store, note),
    during: (changes, work) => running.run(changes, work),
    keep,
  };
}

function changeOf(resource: string, before: Written | null, after: Written | null): AuditChange {
  const both = before !== null && after !== null;
  const revisionOf = (one: Written | null): number | null => one?.revision ?? null;
  const known = after ?? before;
  return {
    action: both ? "update" : after === null ? "delete" : "create",
    resource,
    resourceId: known?.id ?? "",
    name: known?.name ?? "",
    revisionBefore: revisionOf(before),
    revisionAfter: revisionOf(after),
    changed: both ? changedFields(before.fields, after.fields) : [],
  };
}

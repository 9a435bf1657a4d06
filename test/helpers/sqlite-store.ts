/** SQLite stores for tests. */
import { join } from "node:path";
import type { Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { silentLog } from "../../shared/log.ts";
import type { StoreHarness } from "../contract/store/harness.ts";
import { simClock } from "./sim-clock.ts";
import { tempDirectory } from "./store-data.ts";

/** Opens the store of a path, which is not waited for when another holds it. */
export function openAt(path: string): Store {
  const clock = simClock();
  return openSqliteStore({ path, clock, log: silentLog(), busyTimeoutMs: 0 });
}

/** A store in memory. */
export async function memoryHarness(): Promise<StoreHarness> {
  const clock = simClock();
  const store = openSqliteStore({ path: ":memory:", clock, log: silentLog() });
  return { store, clock, reopen: null, dispose: () => store.close() };
}

/** A store in a file of a new directory. */
export async function fileHarness(): Promise<StoreHarness> {
  const directory = tempDirectory();
  const path = join(directory.path, "quorate.db");
  const clock = simClock();
  let current = openSqliteStore({ path, clock, log: silentLog() });
  const reopen = async (): Promise<Store> => {
    await current.close();
    current = openSqliteStore({ path, clock, log: silentLog() });
    return current;
  };
  const dispose = async (): Promise<void> => {
    await current.close();
    directory.remove();
  };
  return { store: current, clock, reopen, dispose };
}

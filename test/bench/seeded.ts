/** A data folder in which the log already has probes and targets. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import type { LogAppend, Store } from "../../aggregator/ports.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import type { TargetSpec } from "../../shared/target.ts";
import { makeProbe, makeTarget } from "../helpers/make-nouns.ts";

/** What the folder is seeded with. */
export interface Seed {
  targets: number;
  probes: number;
  intervalMs: number;
  /** What else the targets say. Default nothing. */
  spec?: Partial<TargetSpec>;
  /** Events of the log that come after targets and probes. Default none. */
  then?: (store: Store) => Promise<void>;
}

const GROUP = 1_000;

/** The targets came to be in the last hour: their timers would else be one wave. */
const CAME_MS = 3_600_000;

/** The id of the target with this handle. */
export const targetIdOf = (handle: number): string => `tgt_t${handle}`;

/** Makes a folder and gives its path; its owner removes it. */
export async function seedFolder(seed: Seed): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const clock = systemClock();
  const store = openSqliteStore({ path: join(folder, "quorate.db"), clock, log: silentLog() });
  const fromMs = clock.wallMs() - CAME_MS;
  const bodies: LogAppend["body"][] = [];
  for (let index = 0; index < seed.probes; index += 1) {
    const probe = makeProbe(`p${index}`, { region: `r${index % 3}`, zone: `z${index}` });
    bodies.push({ type: "probe_set", probe });
  }
  for (let handle = 1; handle <= seed.targets; handle += 1) {
    const { intervalMs } = seed;
    const labels = { team: `team-${handle % 40}` };
    const spec = { intervalMs, timeoutMs: 5_000, labels, ...seed.spec };
    bodies.push({ type: "target_set", target: makeTarget(`t${handle}`, handle, spec) });
  }
  for (let first = 0; first < bodies.length; first += GROUP) {
    const atMs = Math.floor(fromMs + (CAME_MS * first) / bodies.length);
    await store.log.append(bodies.slice(first, first + GROUP).map((body) => ({ atMs, body })));
  }
  await seed.then?.(store);
  await store.close();
  return folder;
}

/**
 * The data folder of a probe: one process at a time, and one probe for ever. Two processes on one
 * spool would send each other's results twice and delete each other's files; a spool that another
 * probe left would be sent in the wrong name.
 *
 * `probe.lock` names the process that holds the folder; it is gone after a stop, and after a crash
 * it names a process that is gone. `probe.json` names the probe whose results lie here.
 */
import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../shared/clock.ts";
import { messageOf, QuorateError, systemCodeOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";

/** How often the holder shows that it lives, and looks whether the lock is still its own. */
export const LOCK_TOUCH_MS = 2_000;
/** Age at which the lock of another machine, whose processes cannot be looked at, is stale. */
const STALE_MS = 5 * LOCK_TOUCH_MS;
/** Takes of a lock that others remove at the same moment. */
const TRIES = 5;

/** What holding a folder needs. */
export interface FolderDeps {
  clock: Clock;
  log: Log;
  dataDir: string;
  bootId: string;
  hostname: string;
  /** Another process took the folder all the same; the probe must stop. */
  onLost: (why: string) => void;
}

/** A folder that is held. */
export interface Folder {
  /** Takes the folder for a probe; a sentence when the results of another one lie here. */
  claim(probe: { probeId: string; name: string }): string | null;
  /** Lets the folder go. */
  release(): void;
}

const lockSchema = z.object({
  pid: z.int(),
  /** When the process began, in ticks since the machine did; empty where that is not known. */
  began: z.string(),
  hostname: z.string(),
  bootId: z.string(),
});
const ownerSchema = z.object({ probeId: z.string(), name: z.string() });

type Lock = z.output<typeof lockSchema>;

/**
 * Holds a folder, made when missing. Throws "conflict" when another process has it. A disk that
 * refuses is no reason not to run: it is logged, and results wait in memory.
 */
export function holdFolder(deps: FolderDeps): Folder {
  const { clock, log, dataDir, bootId, hostname } = deps;
  const path = join(dataDir, "probe.lock");
  const own: Lock = { pid: process.pid, began: beganOf(process.pid), hostname, bootId };
  if (!takeLock(deps, path, own)) return { claim: () => null, release: () => undefined };
  const timer = clock.every(LOCK_TOUCH_MS, () => {
    if (touch({ path, bootId }, clock.wallMs())) return;
    timer.cancel();
    deps.onLost(`Another process took the data folder ${dataDir}; give each probe its own --data.`);
  });
  return {
    claim: (probe) => claim(join(dataDir, "probe.json"), probe, log),
    release() {
      timer.cancel();
      if (readJson(path, lockSchema)?.bootId === bootId) remove(path);
    },
  };
}

/** True once the lock is ours; false when the disk refuses. */
function takeLock({ log, dataDir, clock }: FolderDeps, path: string, own: Lock): boolean {
  for (let tried = 1; ; tried += 1) {
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify(own), { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if (systemCodeOf(error) !== "EEXIST") {
        const fields = { dataDir, error: messageOf(error) };
        log.warn(
          fields,
          "The data folder cannot be written: nothing keeps a second probe from it.",
        );
        return false;
      }
    }
    const holder = readJson(path, lockSchema);
    if (holder !== null && tried > TRIES) throw heldBy(holder, dataDir);
    if (holder !== null && isAlive(holder, own, { path, wallMs: clock.wallMs() })) {
      throw heldBy(holder, dataDir);
    }
    remove(path);
  }
}

function heldBy({ pid, hostname }: Lock, dataDir: string): QuorateError {
  return new QuorateError(
    "conflict",
    `Expected a data folder of its own, and ${dataDir} is held by process ${pid} on ${hostname}. ` +
      "Give each probe its own --data, or stop the other one.",
  );
}

/** Whether the process of a lock runs; one of another machine is told by how fresh its lock is. */
function isAlive(lock: Lock, own: Lock, at: { path: string; wallMs: number }): boolean {
  if (lock.hostname !== own.hostname) return at.wallMs - touchedAtMs(at.path) < STALE_MS;
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    return systemCodeOf(error) === "EPERM";
  }
  // The number of a process that is gone may be another's by now.
  return lock.began === beganOf(lock.pid);
}

/** Start of a process as Linux tells it (proc(5), field 22 of stat); empty elsewhere. */
function beganOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    // Another system, or a process that is gone: the signal alone must tell.
    return "";
  }
}

function touchedAtMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    // Gone meanwhile: as old as can be.
    return 0;
  }
}

/** Shows that the holder lives; false when the lock is another's. A lost file is no other's. */
function touch({ path, bootId }: { path: string; bootId: string }, wallMs: number): boolean {
  const holder = readJson(path, lockSchema);
  if (holder !== null && holder.bootId !== bootId) return false;
  try {
    if (holder !== null) utimesSync(path, wallMs / 1_000, wallMs / 1_000);
  } catch {
    // A disk that refuses for a while: the spool tells of it, and the lock only looks older.
    return true;
  }
  return true;
}

function claim(
  path: string,
  { probeId, name }: { probeId: string; name: string },
  log: Log,
): string | null {
  const owner = readJson(path, ownerSchema);
  if (owner !== null && owner.probeId !== probeId) {
    return (
      `The results in this data folder are those of probe ${owner.name} (${owner.probeId}), and ` +
      `the token is that of ${name} (${probeId}). Give each probe its own --data, or remove the ` +
      "folder if its results are of no use any more."
    );
  }
  try {
    if (owner === null) writeFileSync(path, JSON.stringify({ probeId, name }), { mode: 0o600 });
  } catch (error) {
    log.warn({ path, error: messageOf(error) }, "Whose data folder this is cannot be kept.");
  }
  return null;
}

function readJson<Schema extends z.ZodType>(path: string, schema: Schema) {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Not there, or half written by a process that was killed: as good as not there.
    return null;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else removed it first; the next try to make it tells.
    return;
  }
}

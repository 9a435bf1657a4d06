/** Spools in folders of their own, for tests; everything is gone at the end. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSpool } from "../../probe/spool.ts";
import type { Spool, SpoolDeps } from "../../probe/spool.ts";
import { silentLog } from "../../shared/log.ts";
import { simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";

/** Boots of the tests. */
export const FIRST_BOOT = "first00000000000";
/** The boot after the first. */
export const SECOND_BOOT = "second0000000000";

/** A place for spools. */
export interface SpoolRoom {
  newFolder(): string;
  /** Opens the spool of a folder; the first boot's, unless told otherwise. */
  open(dataDir: string, given?: Partial<SpoolDeps>): { clock: SimClock; spool: Spool };
  /** A folder in which a first boot left batches 1 to `count` behind. */
  leftBehind(count: number): string;
  /** Deletes all folders. */
  close(): void;
}

/** Makes a place for spools. */
export function spoolRoom(): SpoolRoom {
  const root = mkdtempSync(join(tmpdir(), "quorate-spool-"));
  let folders = 0;
  const room: SpoolRoom = {
    newFolder() {
      folders += 1;
      const folder = join(root, String(folders));
      mkdirSync(folder);
      return folder;
    },
    open(dataDir, given = {}) {
      const clock = simClock();
      const deps = { clock, log: silentLog(), dataDir, bootId: FIRST_BOOT, ...given };
      return { clock, spool: openSpool(deps) };
    },
    leftBehind(count) {
      const dataDir = room.newFolder();
      const { spool } = room.open(dataDir);
      for (let number = 1; number <= count; number += 1) spool.add(batch(number));
      spool.close();
      return dataDir;
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
  return room;
}

/** A batch whose bytes tell its number, `size` bytes long. */
export function batch(number: number, size = 20): Uint8Array {
  return Buffer.from(`batch ${number} `.padEnd(size, "x"));
}

/** Everything the spool would send now, as "boot:sequence", the boot in five letters. */
export function takeAll(spool: Spool): string[] {
  const taken: string[] = [];
  for (let one = spool.take(); one; one = spool.take()) {
    assert.ok(Buffer.from(one.batch).toString().startsWith(`batch ${one.sequence} `));
    taken.push(`${one.bootId.slice(0, 5)}:${one.sequence}`);
  }
  return taken;
}

/** Names of the spool files in a data folder. */
export function spoolFiles(dataDir: string): string[] {
  return readdirSync(join(dataDir, "spool"));
}

/** A store on disk, backups of it, and folders to restore to, for one test. */
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createArchives } from "../../aggregator/backup/index.ts";
import { createBackups } from "../../aggregator/backup/pack.ts";
import type { Backups, Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import { simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";

/** The room. */
export interface BackupRoom {
  /** Folder of everything of the test. */
  folder: string;
  /** The data directory. */
  data: string;
  store: Store;
  clock: SimClock;
  backups: Backups;
  archives: ReturnType<typeof createArchives>;
  /** Makes a backup at a path of the folder. */
  save(name: string): Promise<string>;
  /** Names of everything in the folder. */
  names(): string[];
}

/** Opens a room, and removes it. */
export async function withBackupRoom(use: (room: BackupRoom) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-backup-"));
  const data = join(folder, "data");
  mkdirSync(join(data, "probe-tokens"), { recursive: true });
  writeFileSync(join(data, "admin.token"), "qrt_admin_secret\n", { mode: 0o600 });
  writeFileSync(join(data, "probe-tokens", "p1.token"), "qrt_probe_secret\n", { mode: 0o600 });
  const clock = simClock();
  const store = openSqliteStore({ path: join(data, "quorate.db"), clock, log: silentLog() });
  const backups = createBackups({ store, folder: data, clock, version: "1.2.3" });
  const save: BackupRoom["save"] = async (name) => {
    const path = join(folder, name);
    const { stream } = await backups.begin();
    await pipeline(stream, createWriteStream(path));
    return path;
  };
  const archives = createArchives(seededRandom(1));
  const names = (): string[] => readdirSync(folder).sort();
  try {
    await use({ folder, data, store, clock, backups, archives, save, names });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Backups of a running aggregator: a copy of its data, packed as it is sent. */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { isoTime } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Backups, Store } from "../ports.ts";
import { FILE_NAME, MANIFEST_NAME } from "./manifest.ts";
import type { BackupManifest } from "./manifest.ts";
import { TAR_END, tarHeader, tarPadding } from "./tar.ts";

/** What backups are made with. */
export interface BackupDeps {
  store: Pick<Store, "copyTo">;
  /** The data directory; the copy is made within it, and removed again. */
  folder: string;
  clock: Clock;
  version: string;
}

/** Name of the data file in a data directory. */
export const DATA_FILE = "quorate.db";

/** Folder of the copy while it is sent. */
const SCRATCH = "backup.tmp";

/** Creates what makes backups, one at a time. */
export function createBackups(deps: BackupDeps): Backups {
  let running = false;
  return {
    async begin() {
      if (running) {
        const sentence = "A backup is being made already. Wait for its end, and try again.";
        throw new QuorateError("conflict", sentence);
      }
      running = true;
      const scratch = join(deps.folder, SCRATCH);
      const end = async (): Promise<void> => {
        await rm(scratch, { recursive: true, force: true });
        running = false;
      };
      try {
        // What a crash left behind.
        await rm(scratch, { recursive: true, force: true });
        await mkdir(scratch, { mode: 0o700 });
        await deps.store.copyTo(join(scratch, DATA_FILE));
        const name = `quorate-${isoTime(deps.clock.wallMs())
          .replaceAll(/[^0-9]/g, "")
          .slice(0, 14)}`;
        return { name: `${name}.tar.gz`, stream: streamOf(deps, scratch, end) };
      } catch (error) {
        await end();
        throw error;
      }
    },
  };
}

function streamOf(deps: BackupDeps, scratch: string, end: () => Promise<void>): Readable {
  const packed = createGzip({ level: 1 });
  const source = Readable.from(pack(deps, scratch), { objectMode: false });
  // A reader that takes nothing would keep the copy, and the next backup, for ever.
  const stalled = (): void =>
    void packed.destroy(new Error("The reader of a backup takes nothing."));
  let timer = deps.clock.after(LIMITS.backupStallMs, stalled);
  packed.on("data", () => {
    timer.cancel();
    timer = deps.clock.after(LIMITS.backupStallMs, stalled);
  });
  packed.pause();
  packed.on("close", () => {
    timer.cancel();
    source.destroy();
    void end();
  });
  source.on("error", (error) => packed.destroy(error));
  return source.pipe(packed);
}

/** The archive: the copy, the small files beside the data, and what they all are. */
async function* pack(deps: BackupDeps, scratch: string): AsyncGenerator<Buffer> {
  const { folder, clock, version } = deps;
  const modifiedAtMs = clock.wallMs();
  const files: BackupManifest["files"] = [];
  const small = (await smallFiles(folder)).map((name) => ({ name, path: join(folder, name) }));
  for (const { name, path } of [{ name: DATA_FILE, path: join(scratch, DATA_FILE) }, ...small]) {
    const { size: bytes } = await stat(path);
    const hash = createHash("sha256");
    yield tarHeader({ name, bytes, mode: 0o600, modifiedAtMs });
    yield* contentOf(path, bytes, hash);
    yield tarPadding(bytes);
    files.push({ name, bytes, sha256: hash.digest("hex") });
  }
  const createdAt = isoTime(modifiedAtMs);
  const manifest: BackupManifest = { format: 1, program: "quorate", version, createdAt, files };
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  yield tarHeader({ name: MANIFEST_NAME, bytes: text.length, mode: 0o600, modifiedAtMs });
  yield text;
  yield tarPadding(text.length);
  yield TAR_END;
}

async function* contentOf(path: string, bytes: number, hash: Hash): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  // A file that grows meanwhile is cut where it ended, or its header would be wrong.
  const chunks: AsyncIterable<Buffer> = createReadStream(path, {
    end: bytes - 1,
    highWaterMark: 262_144,
  });
  let left = bytes;
  for await (const chunk of chunks) {
    hash.update(chunk);
    left -= chunk.length;
    yield chunk;
  }
  if (left > 0) throw new QuorateError("unavailable", `${path} became shorter while it was read.`);
}

/** Tokens and the like: small files of the data directory, and of the folders in it. */
async function smallFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === SCRATCH || entry.name.startsWith(DATA_FILE)) continue;
    if (entry.isFile()) names.push(entry.name);
    if (!entry.isDirectory()) continue;
    const within = await readdir(join(folder, entry.name), { withFileTypes: true });
    names.push(...within.filter((one) => one.isFile()).map((one) => `${entry.name}/${one.name}`));
  }
  const known = names.filter((name) => FILE_NAME.test(name) && name !== MANIFEST_NAME).sort();
  const sizes = await Promise.all(known.map(async (name) => (await stat(join(folder, name))).size));
  return known
    .filter((_, at) => (sizes[at] ?? 0) <= LIMITS.backupFileBytesMax)
    .slice(0, LIMITS.backupFilesMax);
}

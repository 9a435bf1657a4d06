/** Reads backups: checks every byte of one, and makes a data directory of it. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { messageOf, QuorateError, systemCodeOf } from "../../shared/errors.ts";
import type { Random } from "../../shared/random.ts";
import { inspectDataFile } from "../store/inspect.ts";
import type { DataFileReport } from "../store/inspect.ts";
import { FILE_NAME, MANIFEST_NAME, parseManifest } from "./manifest.ts";
import type { BackupManifest } from "./manifest.ts";
import { DATA_FILE } from "./pack.ts";
import { damaged, readTar } from "./tar.ts";
import type { TarEntry, TarSink } from "./tar.ts";

/** What was restored. */
export interface Restored {
  manifest: BackupManifest;
  report: DataFileReport;
}

/** Where from and where to. */
export interface RestoreOptions {
  file: string;
  /** Data directory that is made; it may be there if it is empty. */
  data: string;
  random: Random;
}

/** Checks a backup to its last byte; throws with a sentence when anything of it is wrong. */
export function verifyBackup(file: string): Promise<BackupManifest> {
  return readBackup(file, null);
}

/** Makes a data directory of a backup: whole, or nothing of it. */
export async function restoreBackup({ file, data, random }: RestoreOptions): Promise<Restored> {
  const target = resolve(data);
  await refuseFull(target);
  const scratch = join(
    dirname(target),
    `.${basename(target)}.restore-${Buffer.from(random.bytes(6)).toString("hex")}`,
  );
  try {
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const manifest = await readBackup(file, scratch);
    const report = inspectDataFile(join(scratch, DATA_FILE));
    await removeTraces(scratch);
    const [problem] = report.problems;
    if (problem !== undefined) throw damaged(lowerFirst(problem.replace(/\.$/, "")));
    // Looked at again: it may have been filled meanwhile, and rmdir removes nothing that is full.
    await removeEmpty(target);
    await rename(scratch, target);
    return { manifest, report };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw asSentence(error, target);
  }
}

/** What is wrong with a data directory, if anything. */
export async function checkData(data: string): Promise<DataFileReport> {
  const path = join(data, DATA_FILE);
  const before = await namesIn(data);
  if (!before.includes(DATA_FILE)) {
    const sentence = `There is no ${DATA_FILE} in ${data}. Give the aggregator's --data.`;
    throw new QuorateError("not_found", sentence);
  }
  try {
    return inspectDataFile(path);
  } finally {
    if (!before.includes(`${DATA_FILE}-wal`)) await removeTraces(data);
  }
}

/** SQLite leaves these beside a file that it only read. */
async function removeTraces(folder: string): Promise<void> {
  for (const end of ["-shm", "-wal"]) await rm(join(folder, DATA_FILE + end), { force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT") return [];
    throw new QuorateError("invalid", `Cannot read the folder ${folder}: ${messageOf(error)}.`);
  }
}

async function refuseFull(target: string): Promise<void> {
  const names = await namesIn(target);
  if (names.length === 0) return;
  const sentence = `${target} is not empty (${names.slice(0, 3).join(", ")}). Nothing was changed.`;
  throw new QuorateError("conflict", `${sentence} Give a folder that is not there yet.`);
}

async function removeEmpty(target: string): Promise<void> {
  try {
    await rmdir(target);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  }
}

function asSentence(error: unknown, target: string): QuorateError {
  if (error instanceof QuorateError) return error;
  const sentence = `Cannot restore to ${target}: ${messageOf(error)}. Nothing was changed.`;
  return new QuorateError("unavailable", sentence);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

interface Found {
  name: string;
  bytes: number;
  sha256: string;
}

/** Reads all of a backup; with a folder, its files are written there. */
async function readBackup(file: string, folder: string | null): Promise<BackupManifest> {
  const found: Found[] = [];
  let manifest = "";
  /** The file that is written; whatever ends the reading, it must be closed. */
  const writing: { file: FileHandle | null } = { file: null };
  const create = async (name: string): Promise<FileHandle | null> => {
    if (folder === null) return null;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    writing.file = await open(path, "wx", 0o600);
    return writing.file;
  };
  const close = async (): Promise<void> => {
    const { file } = writing;
    writing.file = null;
    await file?.sync();
    await file?.close();
  };
  const sink: TarSink = {
    file: (entry) => {
      if (manifest !== "") throw damaged("files follow its manifest");
      if (entry.name !== MANIFEST_NAME) return takeFile(entry, { found, create, close });
      if (entry.bytes > MANIFEST_BYTES_MAX) throw damaged("its manifest is too long");
      return {
        take: async (bytes) => void (manifest += bytes.toString("utf8")),
        end: async () => undefined,
      };
    },
  };
  const packed = createReadStream(file);
  const source = createGunzip();
  packed.on("error", (error) => source.destroy(error));
  try {
    await readTar(packed.pipe(source), sink);
  } catch (error) {
    throw readError(error, file);
  } finally {
    packed.destroy();
    source.destroy();
    await writing.file?.close();
  }
  if (manifest === "") throw damaged("it has no manifest");
  const said = parseManifest(manifest);
  compare(said, found);
  return said;
}

const MANIFEST_BYTES_MAX = 16 * 1_048_576;

function readError(error: unknown, file: string): QuorateError {
  if (error instanceof QuorateError) return error;
  const code = systemCodeOf(error);
  if (code.startsWith("Z_")) return damaged("it is cut off or was altered");
  if (code === "ERR_STREAM_PREMATURE_CLOSE") return damaged("it ends before its end");
  const sentence = `Cannot read the backup ${file}: ${messageOf(error)}. Nothing was changed.`;
  return new QuorateError("invalid", sentence);
}

interface Taking {
  found: Found[];
  create: (name: string) => Promise<FileHandle | null>;
  close: () => Promise<void>;
}

function takeFile(
  { name, bytes }: TarEntry,
  { found, create, close }: Taking,
): ReturnType<TarSink["file"]> {
  // Before anything is written: a name could lead out of the folder.
  if (!FILE_NAME.test(name) || name.includes("..")) throw damaged("a name in it is not allowed");
  if (found.some((one) => one.name === name)) throw damaged("a name stands in it twice");
  const hash = createHash("sha256");
  let opened: Promise<FileHandle | null> | null = null;
  return {
    take: async (chunk) => {
      hash.update(chunk);
      opened ??= create(name);
      await (await opened)?.writeFile(chunk);
    },
    end: async () => {
      // An empty file has no bytes to take.
      opened ??= create(name);
      await opened;
      await close();
      found.push({ name, bytes, sha256: hash.digest("hex") });
    },
  };
}

function compare({ files }: BackupManifest, found: readonly Found[]): void {
  if (!found.some(({ name }) => name === DATA_FILE)) throw damaged(`it holds no ${DATA_FILE}`);
  const isSame =
    files.length === found.length &&
    files.every(({ name, bytes, sha256 }, at) => {
      const one = found[at];
      return one?.name === name && one.bytes === bytes && one.sha256 === sha256;
    });
  if (!isSame) throw damaged("its files are not those that it was made with");
}

/** `quorate backup`, `restore` and `check`: the data of an aggregator as a whole. */
import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import type { BackupManifest, DataReport } from "./archives.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { addOutput, addVerb, openSession, openVoice } from "./session.ts";
import type { ClientFlags, OutputFlags } from "./session.ts";

/** Where data is unless another folder is named. */
const DEFAULT_DATA = "./.quorate";

/** Adds the verbs. */
export function addBackup(program: Command, context: CliContext): void {
  addVerb(program, "backup", "copy everything that a running aggregator keeps into a file")
    .argument("<file>", "the file, such as quorate.tar.gz; it will hold secrets")
    .option("--force", "write over a file that is there already")
    .action((file: string, flags: BackupFlags) => backUp(file, flags, context));
  addOutput(program.command("restore"))
    .description("make a data directory of a backup; the aggregator must not run yet")
    .argument("<file>", "the backup")
    .option("--data <dir>", "the folder; it must be absent or empty", DEFAULT_DATA)
    .option("--verify", "only check the backup, to its last byte; nothing is written")
    .action((file: string, flags: RestoreFlags) => restore(file, flags, context));
  addOutput(program.command("check"))
    .description("look whether the data of an aggregator that does not run is whole")
    .option("--data <dir>", "folder of the aggregator", DEFAULT_DATA)
    .action((flags: CheckFlags) => check(flags, context));
}

interface BackupFlags extends ClientFlags {
  force?: boolean;
}

async function backUp(file: string, flags: BackupFlags, context: CliContext): Promise<void> {
  if (flags.force !== true && existsSync(file)) {
    throw new UsageError(`${file} is there already; give --force to write over it.`);
  }
  const session = openSession(context, flags);
  const part = `${file}.part`;
  const answer = await session.client.backups.create({ signal: context.stopSignal() });
  try {
    await download(answer, part);
    const archives = await context.archives();
    const manifest = await archives.verify(part);
    await rename(part, file);
    if (session.json) return session.printer.json({ file, ...manifest });
    const told = `${file} holds ${sizeText(manifest)} of ${manifest.createdAt}, and was checked.`;
    session.printer.line(`${told} It holds secrets: keep it as one.`);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof QuorateError ? error : cutOff(error);
  }
}

async function download(answer: Response, path: string): Promise<void> {
  if (answer.body === null) throw new Error("the answer has no body");
  const source = Readable.from(answer.body);
  // A file of that name was left by a backup that was cut off.
  await rm(path, { force: true });
  await pipeline(source, createWriteStream(path, { mode: 0o600, flags: "wx" }));
}

function cutOff(error: unknown): QuorateError {
  const why = messageOf(error).replace(/\.$/, "");
  return new QuorateError("unavailable", `The backup was not finished: ${why}. Nothing was kept.`);
}

interface RestoreFlags extends OutputFlags {
  data: string;
  verify?: boolean;
}

async function restore(
  file: string,
  { data, verify, ...form }: RestoreFlags,
  context: CliContext,
): Promise<void> {
  const { archives, command } = context;
  const { printer, json } = openVoice(context, form);
  const { verify: verifyFile, restore: restoreFile } = await archives();
  if (verify === true) {
    const manifest = await verifyFile(file);
    if (json) return printer.json({ file, ...manifest });
    const told = `${file} is whole: ${sizeText(manifest)} of ${manifest.createdAt}`;
    return printer.line(printer.clean(`${told}, made by version ${manifest.version}.`));
  }
  const { manifest, report } = await restoreFile(file, data);
  if (json) return printer.json({ data, manifest, ...report });
  printer.line(
    printer.clean(`${data} is as it was at ${manifest.createdAt}: ${rowsText(report)}.`),
  );
  printer.note(`Start it with: ${command} aggregator --data ${data}`);
}

interface CheckFlags extends OutputFlags {
  data: string;
}

async function check({ data, ...form }: CheckFlags, context: CliContext): Promise<void> {
  const { printer, json } = openVoice(context, form);
  const report = await (await context.archives()).check(data);
  if (json) printer.json({ ok: report.problems.length === 0, ...report });
  else for (const problem of report.problems) printer.line(printer.clean(problem));
  if (report.problems.length > 0) {
    const sentence = `The data in ${data} is not whole. Restore it from a backup.`;
    throw new QuorateError("internal", sentence);
  }
  if (json) return;
  const { schema, newestSchema } = report;
  const told = schema === newestSchema ? `schema ${newestSchema}` : olderText(report);
  printer.line(printer.clean(`${data} is whole: ${rowsText(report)}; ${told}.`));
}

function olderText({ schema, newestSchema }: DataReport): string {
  return `schema ${String(schema)}, brought to ${newestSchema} at the next start`;
}

function rowsText({ rows }: DataReport): string {
  const shown = Object.entries(rows).filter(([, count]) => count > 0);
  if (shown.length === 0) return "nothing in it yet";
  return shown.map(([name, count]) => `${count} ${name}`).join(", ");
}

function sizeText({ files }: BackupManifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size =
    bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
  return `${files.length} files, ${size}`;
}

/** `quorate import`: a configuration made from the files of another tool, and what it lacks. */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { nameSchema } from "../../shared/target.ts";
import { applyConfig } from "./apply.ts";
import type { CliContext } from "./context.ts";
import type { ConfigKinds } from "./config/check.ts";
import { loadConfig } from "./config/load.ts";
import { formatProblem } from "./config/node.ts";
import type { Config } from "./config/sections.ts";
import { systemSources } from "./config/sources.ts";
import { EXIT_CODES, UsageError } from "./exit-codes.ts";
import { createBook } from "./import/book.ts";
import type { ImportBook, ImportRow } from "./import/book.ts";
import { finishImport } from "./import/finish.ts";
import type { Imported } from "./import/finish.ts";
import { IMPORT_FORMS } from "./import/index.ts";
import type { ImportForm } from "./import/index.ts";
import { addVerb, openSession } from "./session.ts";
import type { ClientFlags } from "./session.ts";
import type { Column, Row } from "./table.ts";

/** Stands for the path of the file that was made. */
const MADE = "imported.yaml";

interface ImportFlags extends ClientFlags {
  to?: string;
  force?: boolean;
  apply?: boolean;
  adopt?: boolean;
  owner: string;
  withSecrets?: boolean;
}

/** What the command is added with. */
export interface ImportOptions {
  context: CliContext;
  setExitCode: (code: number) => void;
}

/** Adds `quorate import`. */
export function addImport(program: Command, options: ImportOptions): void {
  const group = program
    .command("import")
    .description("make quorate.yaml from the files of another tool; what it lacks is told");
  for (const [name, form] of Object.entries(IMPORT_FORMS)) {
    addVerb(group, name, `from ${form.title}: ${form.files}`)
      .argument("<file...>", form.files)
      .option("--to <file>", "write the configuration there (default: standard output)")
      .option("--force", "write over a file that is there already")
      .option("--apply", "apply it at once, as `quorate apply` does")
      .option("--adopt", "with --apply: take over what was made by hand under the same name")
      .option("--owner <name>", "name under which the file keeps what it makes", "imported")
      .option("--with-secrets", "copy secrets in clear instead of naming variables")
      .action((files: string[], flags: ImportFlags) => run(form, { ...options, files, flags }));
  }
}

interface Run extends ImportOptions {
  files: readonly string[];
  flags: ImportFlags;
}

async function run(form: ImportForm, { files, flags, context, setExitCode }: Run): Promise<void> {
  checkFlags(flags);
  const book = createBook({ withSecrets: flags.withSecrets === true });
  await form.read(files, book);
  const kinds = await context.kinds();
  const made = finishImport(book, { owner: flags.owner, kinds, from: form.title });
  report(made, flags, context);
  if (made.targets + made.channels === 0) {
    throw new QuorateError("invalid", "Nothing of it could be carried; see the report above.");
  }
  if (flags.to !== undefined) writeOutput(flags.to, made.text, flags);
  if (flags.apply !== true) return;
  const config = configOf(made, book, kinds);
  const options = { nowMs: context.clock.wallMs(), adopt: flags.adopt === true };
  const done = await applyConfig(openSession(context, flags), config, options);
  if (!done) setExitCode(EXIT_CODES.error.code);
}

function checkFlags({ owner, to, force }: ImportFlags): void {
  if (!nameSchema.safeParse(owner).success) {
    throw new UsageError(`Expected a name after --owner; found ${owner}.`);
  }
  if (to !== undefined && force !== true && existsSync(to)) {
    throw new UsageError(`${to} is there already; give --force to write over it.`);
  }
}

/** Secrets that were copied are for their owner only. */
function writeOutput(path: string, text: string, { withSecrets, force }: ImportFlags): void {
  const mode = withSecrets === true ? 0o600 : 0o644;
  try {
    writeFileSync(path, text, { mode, flag: force === true ? "w" : "wx" });
    if (withSecrets === true) chmodSync(path, mode);
  } catch (error) {
    throw new QuorateError("invalid", `Cannot write ${path}: ${messageOf(error)}.`);
  }
}

/** The configuration with the secrets that were read, and variables of this environment. */
function configOf(made: Imported, book: ImportBook, kinds: ConfigKinds): Config {
  const variable = (name: string): string | undefined =>
    book.variables.get(name) ?? systemSources.variable(name);
  const readText = (path: string): string =>
    path === MADE ? made.text : systemSources.readText(path);
  const { config, problems } = loadConfig(MADE, {
    sources: { ...systemSources, readText, variable },
    kinds,
  });
  if (config !== null) return config;
  throw new QuorateError("invalid", problems.map(formatProblem).join("\n"));
}

function report(made: Imported, flags: ImportFlags, { printer }: CliContext): void {
  const { text, targets, channels, variables, rows } = made;
  if (flags.json === true && flags.apply !== true) {
    const shown = flags.to === undefined ? { text } : { to: flags.to };
    return printer.json({ targets, channels, variables, report: rows, ...shown });
  }
  if (flags.to === undefined && flags.apply !== true) printer.raw(text);
  for (const line of printer.layOut(COLUMNS, rows.map(rowOf))) {
    if (rows.length > 0) printer.note(line);
  }
  const left = rows.filter(({ outcome }) => outcome === "left out").length;
  const told = `${targets} targets and ${channels} channels were carried`;
  printer.note(`${told}; ${left} things were left out, ${rows.length - left} changed.`);
  if (variables.length > 0) {
    printer.note(`Set these variables before it is applied: ${variables.join(", ")}.`);
  }
}

const COLUMNS: Column[] = [
  { header: "OUTCOME" },
  { header: "ITEM" },
  { header: "FIELD" },
  { header: "WHY", widthMax: 1_000 },
];

const rowOf = ({ outcome, item, field, reason }: ImportRow): Row => [outcome, item, field, reason];

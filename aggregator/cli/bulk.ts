/** `quorate targets bulk`: many targets at once. */
import type { Command } from "commander";
import { z } from "zod";
import { QuorateError } from "../../shared/errors.ts";
import type { ApiBulkAnswer } from "../../shared/api/bulk.ts";
import type { CliContext } from "./context.ts";
import { readTextFile } from "./files.ts";
import { addVerb, openSession } from "./session.ts";
import type { ClientFlags, Session } from "./session.ts";
import { UsageError } from "./exit-codes.ts";

interface BulkFlags extends ClientFlags {
  file: string;
  dryRun?: boolean;
}

/** Adds `bulk` to `quorate targets`. */
export function addBulk(targets: Command, context: CliContext): void {
  addVerb(targets, "bulk", "make or replace many targets by name, and say what became of each")
    .requiredOption("--file <file>", "JSON: a list of targets, - for standard input")
    .option("--dry-run", "check all of them, and write nothing")
    .action(async (flags: BulkFlags) => {
      const session = openSession(context, flags);
      const list = await readTargets(flags.file, context);
      const { dryRun } = flags;
      show(session, await session.client.targets.bulk({ targets: list }, { dryRun }));
    });
}

/** A list of targets, or `{ "targets": […] }`, as an export of another has it. */
async function readTargets(
  file: string,
  context: Pick<CliContext, "readStdin">,
): Promise<unknown[]> {
  const where = file === "-" ? "standard input" : file;
  let value: unknown;
  try {
    value = JSON.parse(file === "-" ? await context.readStdin() : readTextFile(file));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new UsageError(`Expected JSON in ${where}: ${thrown.message}.`);
  }
  const list = listSchema.safeParse(value);
  if (list.success) return Array.isArray(list.data) ? list.data : list.data.targets;
  throw new UsageError(`Expected a list of targets in ${where}, such as [{"name":"web",…}].`);
}

const listSchema = z.union([z.array(z.unknown()), z.object({ targets: z.array(z.unknown()) })]);

/** Counts on the first line, then what was refused and why; throws when anything was. */
function show({ printer, json }: Session, answer: ApiBulkAnswer): void {
  const { created, updated, unchanged, refused, dryRun } = answer;
  if (json) printer.json(answer);
  else {
    const would = dryRun ? "Nothing is written; it would be: " : "";
    const counts = `${created} created, ${updated} updated, ${unchanged} unchanged`;
    printer.line(`${would}${counts}, ${refused} refused.`);
    for (const { index, name, issues } of answer.items) {
      for (const { path, message } of issues) {
        const where = path === "" ? "" : ` ${path}`;
        printer.line(printer.clean(`${index} ${name ?? "(no name)"}${where}: ${message}`));
      }
    }
  }
  if (refused > 0) {
    const sentence = `${refused} of ${answer.items.length} targets were refused.`;
    throw new QuorateError("invalid", `${sentence} Correct them, and give the file again.`);
  }
}

/** Runs one command line: what is loaded for it, and how errors become exit codes. */
import { CommanderError } from "commander";
import type { Command } from "commander";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { createBase } from "./base.ts";
import type { SetExitCode } from "./base.ts";
import type { CliContext } from "./context.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { wrapText } from "./width.ts";

/** Runs one command line (without interpreter and script) and resolves with its exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  // Help topics that are no commands; commander knows only commands.
  if (args[0] === "help" && args[1] === "exit-codes") {
    printExitCodes(context);
    return EXIT_CODES.ok.code;
  }
  let code: number = EXIT_CODES.ok.code;
  const program = await programFor(args, context, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (thrown) {
    // commander has printed its own message or help already.
    if (!(thrown instanceof CommanderError)) printError(thrown, context);
    return exitCodeOf(thrown);
  }
}

/** The programs run for months, and would keep every verb of the command in memory as long. */
const PROGRAMS: ReadonlySet<string | undefined> = new Set(["aggregator", "probe"]);

async function programFor(
  args: readonly string[],
  context: CliContext,
  setExitCode: SetExitCode,
): Promise<Command> {
  const name = args[0] === "--until-stdin-closes" ? args[1] : args[0];
  if (!PROGRAMS.has(name)) {
    const { createProgram } = await import("./program.ts");
    return createProgram(context, setExitCode);
  }
  const { addPrograms } = await import("./programs.ts");
  const program = createBase(context);
  addPrograms(program, context, setExitCode);
  return program;
}

function printExitCodes({ printer }: CliContext): void {
  printer.table(
    [
      { header: "CODE", align: "right" },
      { header: "MEANING", widthMax: 100 },
    ],
    Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
  );
}

/** Prints an error as a sentence, and each thing wrong with the input on a line of its own. */
function printError(thrown: unknown, { printer }: Pick<CliContext, "printer">): void {
  const { paint, clean } = printer;
  const width = printer.width() ?? Infinity;
  const [first = "", ...more] = wrapText(`error: ${clean(messageOf(thrown))}`, width);
  printer.note(first.replace("error:", paint.red));
  more.forEach((line) => printer.note(line));
  if (!(thrown instanceof QuorateError)) return;
  for (const { path, message, value } of thrown.issues) {
    // Many messages say themselves what was found.
    const told = value === undefined || message.includes(value);
    const found = told ? "" : ` (found ${clean(value)})`;
    const name = clean(path === "" ? "(input)" : path);
    const lines = wrapText(`${name}: ${clean(message)}${found}`, width - 2);
    lines.forEach((line, at) =>
      printer.note(`  ${at === 0 ? line.replace(name, paint.bold) : `  ${line}`}`),
    );
  }
}

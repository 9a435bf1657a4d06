/** The command `quorate`: every program and every noun, and how errors become exit codes. */
import { Command, CommanderError } from "commander";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { VERSION } from "../../shared/version.ts";
import { addAudit } from "./audit.ts";
import { addApply } from "./apply.ts";
import { addBackup } from "./backup.ts";
import { addChannels } from "./channels.ts";
import { addConfig } from "./config.ts";
import { addContext } from "./context-command.ts";
import type { CliContext } from "./context.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addDuke } from "./duke.ts";
import { addEvents } from "./events.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { addHook } from "./hook.ts";
import { addImport } from "./import.ts";
import { addIncidents } from "./incidents.ts";
import { addKinds } from "./kinds.ts";
import { addLoad } from "./load/load.ts";
import { addMaintenance } from "./maintenance.ts";
import { addMesh } from "./mesh.ts";
import { addNotifications } from "./notifications.ts";
import { addProbes } from "./probes.ts";
import { addPrograms } from "./programs.ts";
import { addReference } from "./reference/commands.ts";
import { ENVIRONMENT } from "./reference/environment.ts";
import { addReplay } from "./replay.ts";
import { addRoutes } from "./routes.ts";
import { addSessions } from "./sessions.ts";
import { addSilences } from "./silences.ts";
import { addStats } from "./stats.ts";
import { addStatusPages } from "./status-pages.ts";
import { addTargets } from "./targets.ts";
import { addTokens } from "./tokens.ts";
import { addTop } from "./top/top.ts";
import { addVerdicts } from "./verdicts.ts";
import { wrapText } from "./width.ts";

const VARIABLES = ENVIRONMENT.map(({ term, description }) => {
  return `  ${term.padEnd(21)}${description}`;
});

const AFTER_HELP = `
Environment:
${VARIABLES.join("\n")}

A program is a singular word, a resource a plural one. Exit codes: quorate help exit-codes`;

/** Runs one command line (without interpreter and script) and resolves with its exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  // Help topics that are no commands; commander knows only commands.
  if (args[0] === "help" && args[1] === "exit-codes") {
    printExitCodes(context);
    return EXIT_CODES.ok.code;
  }
  let code: number = EXIT_CODES.ok.code;
  const program = createProgram(context, (exitCode) => {
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

/** Told how a command ended that did not throw. */
type SetExitCode = (code: number) => void;

/** The command with all it can do; `setExitCode` is told how one ends that does not throw. */
export function createProgram(context: CliContext, setExitCode: SetExitCode): Command {
  const { printer } = context;
  const program = new Command("quorate")
    .description("A probe mesh with quorum verdicts: down only when no vantage point reaches it.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--until-stdin-closes", "end when standard input closes, with the parent process")
    .exitOverride()
    .showHelpAfterError("(add --help for the flags)")
    .configureOutput({
      writeOut: (text) => printer.raw(text),
      writeErr: (text) => printer.rawNote(text),
      getOutHasColors: () => printer.paint.bold("") !== "",
      getErrHasColors: () => printer.paint.bold("") !== "",
    })
    .addHelpText("after", AFTER_HELP);
  program.hook("preAction", () => {
    if (program.opts()["untilStdinCloses"] === true) context.endWithStdin();
  });
  addRunning(program, context, setExitCode);
  addResources(program, context);
  addFiles(program, context, setExitCode);
  program.commandsGroup("This command:");
  program
    .command("version")
    .description("print the version")
    .action(() => printer.line(VERSION));
  addReference(program, context);
  return program;
}

function addRunning(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  program.commandsGroup("Programs:");
  addMesh(program, context);
  addPrograms(program, context, setExitCode);
  addDuke(program, context);
  addHook(program, context);
  addLoad(program, context);
  program.commandsGroup("At a glance:");
  addTop(program, context);
  addStats(program, context);
  addDoctor(program, { context, setExitCode });
}

function addResources(program: Command, context: CliContext): void {
  program.commandsGroup("Resources:");
  addTargets(program, context);
  addProbes(program, context);
  addVerdicts(program, context);
  addKinds(program, context);
  addIncidents(program, context);
  addChannels(program, context);
  addMaintenance(program, context);
  addSilences(program, context);
  addRoutes(program, context);
  addStatusPages(program, context);
  addNotifications(program, context);
  addEvents(program, context);
  addReplay(program, context);
  addTokens(program, context);
  addSessions(program, context);
  addAudit(program, context);
}

function addFiles(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  program.commandsGroup("Configuration:");
  addConfig(program, context);
  addApply(program, { context, setExitCode });
  addImport(program, { context, setExitCode });
  addContext(program, context);
  program.commandsGroup("Data:");
  addBackup(program, context);
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

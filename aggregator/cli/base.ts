/** What every form of the command `quorate` begins with: its own options, and its help. */
import { Command } from "commander";
import { VERSION } from "../../shared/version.ts";
import type { CliContext } from "./context.ts";
import { ENVIRONMENT } from "./reference/environment.ts";

const VARIABLES = ENVIRONMENT.map(({ term, description }) => {
  return `  ${term.padEnd(21)}${description}`;
});

const AFTER_HELP = `
Environment:
${VARIABLES.join("\n")}

A program is a singular word, a resource a plural one. Exit codes: quorate help exit-codes`;

/** Told how a command ended that did not throw. */
export type SetExitCode = (code: number) => void;

/** The command without anything that it can do. */
export function createBase(context: CliContext): Command {
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
  return program;
}

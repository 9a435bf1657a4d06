/** `quorate completion`, `quorate man` and the hidden `quorate complete`: the command on itself. */
import { Argument } from "commander";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { cleanText, cutText } from "../width.ts";
import { completeWords, fitting } from "./complete.ts";
import { ENVIRONMENT } from "./environment.ts";
import { manPage } from "./man.ts";
import { namesOf } from "./names.ts";
import { commandPages, sharedFlags } from "./pages.ts";
import { SCRIPTS, SHELLS } from "./shells.ts";
import type { Shell } from "./shells.ts";

/** Columns of a description beside a candidate. */
const DESCRIPTION_MAX = 60;

const LOADING = `
Load it for this shell, or put the line into its start file:
  bash   source <(quorate completion bash)
  zsh    source <(quorate completion zsh)
  fish   quorate completion fish | source`;

/** Adds them; called last, so that they know every other command. */
export function addReference(program: Command, context: CliContext): void {
  const { printer } = context;
  program
    .command("completion")
    .description("print the script that lets a shell complete commands, flags and names")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("after", LOADING)
    .action((shell: Shell) => printer.raw(SCRIPTS[shell]));
  program
    .command("man")
    .description("print the man page, as roff: quorate man | man -l -")
    .action(() => {
      const pages = commandPages(program);
      const shared = sharedFlags(program);
      const description = program.description();
      printer.raw(manPage({ pages, shared, description, environment: ENVIRONMENT }));
    });
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      const { candidates, names } = completeWords(program, words);
      const known = names === null ? [] : await namesOf(names, context, words);
      for (const { value, description } of [...candidates, ...fitting(known, words.at(-1) ?? "")]) {
        const told = cutText(cleanText(description), DESCRIPTION_MAX);
        printer.line(told === "" ? value : `${value}\t${told}`);
      }
    });
}

/** The commands of the CLI and their help, in this process; nothing is done with them. */
import type { Command } from "commander";
import type { CliContext } from "../../aggregator/cli/context.ts";
import { createProgram } from "../../aggregator/cli/program.ts";
import { runCli } from "../../aggregator/cli/run.ts";
import { readSettings } from "../../shared/config.ts";
import { seededRandom } from "../../shared/random.ts";
import { capture } from "../aggregator/cli/capture.ts";
import { simClock } from "./sim-clock.ts";

const refuse = (): never => {
  throw new Error("Expected help only; found a command that does something.");
};

function idleContext(printer: CliContext["printer"]): CliContext {
  return {
    printer,
    settings: readSettings({}),
    clock: simClock(),
    random: seededRandom(1),
    command: "quorate",
    self: { execPath: "", args: [] },
    programs: { aggregator: refuse, probe: refuse },
    archives: refuse,
    kinds: refuse,
    onReload: refuse,
    screen: refuse,
    stopSignal: refuse,
    endWithStdin: refuse,
    readStdin: refuse,
  };
}

/** What `quorate <words> --help` prints; the words are a program, or a resource and a verb. */
export async function helpOf(words: readonly string[]): Promise<string> {
  const { printer, out, err } = capture();
  await runCli([...words, "--help"], idleContext(printer));
  return out() + err();
}

/** The command with all its commands. */
export function wholeCommand(): Command {
  return createProgram(idleContext(capture().printer), refuse);
}

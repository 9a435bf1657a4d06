/** The help of the CLI's commands, printed in this process. */
import { runCli } from "../../aggregator/cli/program.ts";
import { readSettings } from "../../shared/config.ts";
import { seededRandom } from "../../shared/random.ts";
import { capture } from "../aggregator/cli/capture.ts";
import { simClock } from "./sim-clock.ts";

const refuse = (): never => {
  throw new Error("Expected help only; found a command that does something.");
};

/** What `quorate <words> --help` prints; the words are a program, or a resource and a verb. */
export async function helpOf(words: readonly string[]): Promise<string> {
  const { printer, out, err } = capture();
  await runCli([...words, "--help"], {
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
  });
  return out() + err();
}

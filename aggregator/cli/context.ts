/** What every command of the CLI is given. */
import type { Clock } from "../../shared/clock.ts";
import type { Settings } from "../../shared/config.ts";
import type { Random } from "../../shared/random.ts";
import type { Archives } from "./archives.ts";
import type { ConfigKinds } from "./config/check.ts";
import type { SelfCommand } from "./mesh-children.ts";
import type { Printer } from "./printer.ts";
import type { AggregatorFlags, ProbeFlags } from "./program-flags.ts";
import type { Screen } from "./screen.ts";

/** Everything of the outer world that a command may use. */
export interface CliContext {
  printer: Printer;
  settings: Settings;
  clock: Clock;
  random: Random;
  /** How a person calls this program, such as `npx quorate`; hints begin with it. */
  command: string;
  /** How this program is started again as a process of its own. */
  self: SelfCommand;
  /** The two programs; each resolves with its exit code. */
  programs: {
    aggregator(flags: AggregatorFlags): Promise<number>;
    probe(flags: ProbeFlags): Promise<number>;
  };
  /** What is done with backups and the data of an aggregator that does not run. */
  archives(): Promise<Archives>;
  /** The kinds of check and of channel that this version knows. */
  kinds(): Promise<ConfigKinds>;
  /** Calls back on every SIGHUP; gives what ends that. */
  onReload(reload: () => void): () => void;
  /** The whole terminal, to draw on; null when there is none. */
  screen(): Screen | null;
  /** Aborted when the command is asked to stop; the first call begins to listen. */
  stopSignal(): AbortSignal;
  /** Asks this process to stop as soon as its standard input closes. */
  endWithStdin(): void;
  /** Everything that stands on standard input, as text. */
  readStdin(): Promise<string>;
}

#!/usr/bin/env node
/** The entry of the command `quorate`: hands the outer world to the CLI and runs one command. */
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../shared/clock.ts";
import { readSettings } from "../../shared/config.ts";
import { systemRandom } from "../../shared/random.ts";
import { commandName } from "./command-name.ts";
import type { CliContext } from "./context.ts";
import { terminalPrinter } from "./printer.ts";
import { runCli } from "./run.ts";
import { processScreen } from "./screen.ts";
import { processStopSignal } from "./stopping.ts";

/** Time an orphan has to stop by itself before it is ended. */
const ORPHAN_PATIENCE_MS = 4_000;

/** Time what a finished command left behind has to end by itself. */
const LEFTOVER_PATIENCE_MS = 1_000;

const settings = readSettings();
const clock = systemClock();
const script = fileURLToPath(import.meta.url);
let stopSignal: AbortSignal | null = null;

const context: CliContext = {
  printer: terminalPrinter(settings),
  settings,
  clock,
  random: systemRandom(),
  command: commandName({
    script,
    calledAs: process.argv[1] ?? script,
    folder: process.cwd(),
  }),
  self: {
    execPath: process.execPath,
    // The loader that runs TypeScript is passed on; a debugger's port cannot be shared.
    args: [...process.execArgv.filter((argument) => !argument.startsWith("--inspect")), script],
  },
  programs: {
    // Imported when they are run: a client verb loads neither database nor gRPC server.
    aggregator: async (flags) => (await import("../main.ts")).runAggregator(flags),
    probe: async (flags) => (await import("../../probe/main.ts")).runProbe(flags),
  },
  archives: async () => (await import("../backup/index.ts")).createArchives(systemRandom()),
  kinds: async () => {
    const checks = await import("../../probe/checks/index.ts");
    const { prepareNotifier } = await import("../notifiers/index.ts");
    return {
      target: (kind, options) => checks.prepareCheck(kind, options),
      // Whether commands may run is for the aggregator to say, whose machine it is.
      channel: (kind, options) => prepareNotifier(kind, options, { exec: true }),
      checks: checks.describeKinds(),
    };
  },
  onReload: (reload) => {
    process.on("SIGHUP", reload);
    return () => void process.off("SIGHUP", reload);
  },
  screen: processScreen,
  stopSignal: () => (stopSignal ??= processStopSignal()),
  endWithStdin: () => {
    process.stdin.on("close", () => {
      process.kill(process.pid, "SIGTERM");
      systemClock({ keepAlive: false }).after(ORPHAN_PATIENCE_MS, () => process.exit(1));
    });
    process.stdin.resume();
    // A pipe or terminal must not keep a finished command alive; a file cannot.
    if ("unref" in process.stdin) process.stdin.unref();
  },
  readStdin: () => text(process.stdin),
};

const code = await runCli(process.argv.slice(2), context);
process.exitCode = code;
// A handle that somebody forgot must not keep a command that has finished: it would hold its
// ports and no longer heed signals. Output that is still being written is waited for until then.
systemClock({ keepAlive: false }).after(LEFTOVER_PATIENCE_MS, () => process.exit(code));

/**
 * The test command: builds, runs the unit suite in one process, then every end-to-end file in a
 * process of its own, and ends with one line of counts. Arguments choose files by a part of their
 * path. Exits with 1 when something failed or no test ran at all.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../shared/clock.ts";
import { EMPTY_TALLY, parseTap, sumTallies, tallyLine, type Tally } from "./helpers/tally.ts";
import { findTestFiles } from "./helpers/test-files.ts";

/** A part that prints nothing for so long hangs; it is ended and counted as a failure. */
const SILENT_MS_MAX = 180_000;

/** End-to-end files at the same time: each starts several processes, so leave a core free. */
const E2E_CONCURRENCY = Math.max(1, Math.min(2, availableParallelism() - 1));

const clock = systemClock();
const scratch = mkdtempSync(join(tmpdir(), "quorate-test-"));
const running = new Set<ChildProcess>();
let partCount = 0;
let isInterrupted = false;

const print = (text: string): void => void process.stdout.write(text);

/** Ends a part together with everything it has started. */
function killPart(part: ChildProcess, signal: NodeJS.Signals): void {
  if (part.pid === undefined) return;
  try {
    process.kill(-part.pid, signal);
  } catch {
    part.kill(signal);
  }
}

interface PartOptions {
  command: string;
  args: string[];
  /** Hold the output back until the end, so that parts beside each other stay readable. */
  isBuffered: boolean;
}

/** Runs one part to its end and tells its exit code; ends it when it falls silent. */
function runPart(options: PartOptions): Promise<number> {
  return new Promise((resolve) => {
    const part = spawn(options.command, options.args, {
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that whatever a test leaves behind can be ended with it.
      detached: true,
      env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0", ...process.env },
    });
    running.add(part);
    let held = "";
    let heardAtMs = clock.monoMs();
    const hear = (chunk: Buffer): void => {
      heardAtMs = clock.monoMs();
      if (options.isBuffered) held += chunk.toString();
      else print(chunk.toString());
    };
    part.stdout.on("data", hear);
    part.stderr.on("data", hear);
    const watch = clock.every(1_000, () => {
      if (clock.monoMs() - heardAtMs < SILENT_MS_MAX) return;
      held += `\nNo word for ${SILENT_MS_MAX / 1_000} s: a test hangs, or left something open.\n`;
      killPart(part, "SIGKILL");
    });
    const finish = (code: number, text: string): void => {
      watch.cancel();
      running.delete(part);
      print(held + text);
      resolve(code);
    };
    part.on("error", (error) => finish(1, `Cannot run ${options.command}: ${error.message}\n`));
    part.on("close", (code) => {
      killPart(part, "SIGKILL");
      finish(code ?? 1, "");
    });
  });
}

/** Runs node:test in a process of its own; the counts come from a TAP file beside the output. */
async function runTests(args: string[], isBuffered: boolean): Promise<Tally> {
  partCount += 1;
  const tapFile = join(scratch, `${partCount}.tap`);
  const reporters = ["spec", "stdout", "tap", tapFile].map((value, index) =>
    index % 2 === 0 ? `--test-reporter=${value}` : `--test-reporter-destination=${value}`,
  );
  const code = await runPart({
    command: process.execPath,
    args: ["--import", "tsx", ...reporters, ...args],
    isBuffered,
  });
  const tally = parseTap(readTap(tapFile));
  // A process may fail although each of its tests passed: an error nobody awaited, a bad exit.
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function readTap(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Runs the end-to-end files, a bounded number at a time, in order of their names. */
async function runEndToEnd(files: readonly string[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  const waiting = [...files];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (isInterrupted) return;
      const tally = await runTests([file], E2E_CONCURRENCY > 1);
      print(`${file}: ${tallyLine(tally)}\n`);
      tallies.push(tally);
    }
  };
  await Promise.all(Array.from({ length: E2E_CONCURRENCY }, worker));
  return tallies;
}

/** With QUORATE_TEST_ALL=1 every skip is a failure, whatever its reason. */
function judge(tally: Tally): Tally {
  for (const reason of tally.skipReasons) print(`skipped: ${reason}\n`);
  if (process.env["QUORATE_TEST_ALL"] !== "1") return tally;
  return { ...tally, failed: tally.failed + tally.skipped, skipped: 0 };
}

async function runAll(filters: readonly string[]): Promise<Tally> {
  const files = findTestFiles(".", filters);
  if (files.e2e.length > 0) {
    const code = await runPart({ command: "npm", args: ["run", "build"], isBuffered: false });
    if (code !== 0) return { ...EMPTY_TALLY, failed: 1 };
  }
  const tallies: Tally[] = [];
  if (files.unit.length > 0) tallies.push(await runTests(["test/unit.ts", ...filters], false));
  tallies.push(...(await runEndToEnd(files.e2e)));
  return judge(sumTallies(tallies));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    for (const part of running) killPart(part, signal);
  });
}

const total = await runAll(process.argv.slice(2));
rmSync(scratch, { recursive: true, force: true });
if (total.passed + total.failed === 0) print("No test ran: no test file matched.\n");
print(`${tallyLine(total)}\n`);
if (total.failed > 0 || total.passed === 0 || isInterrupted) process.exitCode = 1;

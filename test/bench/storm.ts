/** 50,000 targets that fall at once: how few messages, how soon, and at what cost. */
import { BOUNDS } from "./bounds.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clockText } from "../../shared/clock.ts";
import { numberFlag, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { endRole, message, startRole } from "./role-process.ts";
import type { StormTold } from "./roles/storm.ts";

const MESSAGES_MAX = 6;
const LOG_TIME_MS_MAX = 10_000;
/** Longest wait for all of it on a busy machine. */
const TOLD_WAIT_MS = 240_000;

/** Guarantee: the role sends what roles/storm.ts declares. */
function asTold(said: unknown): StormTold {
  return said as StormTold;
}

/** Runs the benchmark on a clock of its own, in a process of its own; about half a minute. */
export async function benchStorm(): Promise<BenchRow[]> {
  const targets = numberFlag("storm-targets", 50_000);
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const role = startRole("storm", [folder, targets, LOG_TIME_MS_MAX]);
  const told = asTold(await message(role, "told", TOLD_WAIT_MS));
  await endRole(role);
  rmSync(folder, { recursive: true, force: true });
  const { sent, tookMs } = told;
  const what = `${targets} targets fall at once at ${clockText(told.fellAtMs)}`;
  return [
    { what: `${what}: down 10 s of log time later`, figure: `${told.down}`, aim: `${targets}` },
    {
      what: `${what}: messages by then`,
      figure: `${sent.length} (${sent.join("; ")})`,
      aim: verdictOn(sent.length > 0 && sent.length <= MESSAGES_MAX, `1 to ${MESSAGES_MAX}`),
    },
    {
      what: `${what}: folded, judged, committed, planned in, ms of this machine`,
      figure: tookMs.toFixed(0),
      aim: verdictOn(tookMs <= LOG_TIME_MS_MAX, `at most ${LOG_TIME_MS_MAX}`, BOUNDS.stormTime),
    },
    {
      what: `${what}: CPU s of it; memory before, and at its most, MiB`,
      figure:
        `${(told.cpuUs / 1e6).toFixed(1)}; ` +
        `${told.beforeMib.toFixed(0)}, ${told.peakMib.toFixed(0)}`,
      aim: "",
    },
  ];
}

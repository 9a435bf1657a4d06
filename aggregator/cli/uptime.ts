/** `quorate targets uptime` and `quorate targets calls`: how well a target was up. */
import type { Command } from "commander";
import type { ApiUptime } from "../../shared/api/uptime.ts";
import { isoTime } from "../../shared/clock.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { durationOption, parseIntegerIn } from "./parse.ts";
import { addVerb, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { dateTime, formatDuration } from "./words.ts";

interface UptimeFlags extends ClientFlags {
  since?: number;
  by?: string;
}

interface CallsFlags extends ClientFlags {
  window: number;
  successes: number;
  failures: number;
}

const COUNT_MAX = 1_000_000_000;

/** Adds `uptime` and `calls` to `quorate targets`. */
export function addUptime(targets: Command, context: CliContext): void {
  addVerb(targets, "uptime <target>", "how long a target was in which state")
    .addOption(durationOption("--since <duration>", "from so long ago until now", "30d"))
    .option("--by <span>", "one row for each day or month")
    .action(async (target: string, flags: UptimeFlags) => {
      const session = openSession(context, flags);
      const from = context.clock.wallMs() - (flags.since ?? 0);
      const page = await session.client.targets.uptime(target, { from, by: spanOf(flags.by) });
      const empty = "There is nothing yet.";
      printList(session, { page, columns: COLUMNS, row: uptimeRow, empty });
    });
  addVerb(targets, "calls <target>", "report how your own calls to a target went")
    .addOption(durationOption("--window <duration>", "time up to now that is told of", "10s"))
    .option("--successes <n>", "calls that succeeded", parseIntegerIn(0, COUNT_MAX), 0)
    .option("--failures <n>", "calls that failed", parseIntegerIn(0, COUNT_MAX), 0)
    .action(async (target: string, flags: CallsFlags) => {
      const session = openSession(context, flags);
      const nowMs = context.clock.wallMs();
      const { successes, failures, window } = flags;
      if (successes + failures === 0) {
        throw new UsageError("Expected --successes or --failures above 0; found neither.");
      }
      const times = { fromAt: isoTime(nowMs - window), toAt: isoTime(nowMs) };
      const answer = await session.client.targets.calls(target, { ...times, successes, failures });
      printDone(session, `${successes} successes and ${failures} failures are taken.`, answer);
    });
}

function spanOf(by: string | undefined): "day" | "month" | undefined {
  if (by === undefined || by === "day" || by === "month") return by;
  throw new UsageError(`Expected --by day or --by month; found "${by}".`);
}

const COLUMNS: Column[] = [
  { header: "FROM (UTC)", whole: true },
  { header: "TO (UTC)", whole: true, drop: 1 },
  { header: "AVAILABLE", align: "right" },
  { header: "UP", align: "right" },
  { header: "DOWN", align: "right" },
  { header: "UNKNOWN", align: "right" },
  { header: "MAINTENANCE", drop: 2, align: "right" },
];

function uptimeRow(uptime: ApiUptime): Row {
  const { availability } = uptime;
  return [
    dateTime(uptime.from),
    dateTime(uptime.to),
    availability === null ? "-" : `${(100 * availability).toFixed(3)} %`,
    formatDuration(uptime.upMs),
    formatDuration(uptime.downMs),
    formatDuration(uptime.unknownMs),
    formatDuration(uptime.maintenanceMs),
  ];
}

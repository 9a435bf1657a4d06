/** `quorate targets uptime`, `latency` and `calls`: how well and how fast a target was up. */
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiLatencyBucket } from "../../shared/api/result.ts";
import type { ApiErrorBudget, ApiTargetUptime, ApiUptime } from "../../shared/api/uptime.ts";
import { isoTime } from "../../shared/clock.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { durationOption, parseIntegerIn, parseNumberIn } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags, ListFlags } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { latencyText } from "./top/spark.ts";
import { dateTime, formatDuration } from "./words.ts";

interface UptimeFlags extends ListFlags {
  since?: number;
  by?: string;
  slo?: number;
  labels?: string;
  sort?: string;
}

interface LatencyFlags extends ClientFlags {
  since: number;
  span: keyof typeof SPANS;
  probe?: string;
}

interface CallsFlags extends ClientFlags {
  window: number;
  successes: number;
  failures: number;
}

const COUNT_MAX = 1_000_000_000;

const SPANS = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 } as const;

const LATENCY_COLUMNS: Column[] = [
  { header: "FROM (UTC)", whole: true },
  { header: "PROBE", widthMin: 12 },
  { header: "OK", align: "right" },
  { header: "FAILED", align: "right" },
  { header: "MIN", align: "right", drop: 1 },
  { header: "MEAN", align: "right", drop: 2 },
  { header: "P50", align: "right" },
  { header: "P95", align: "right" },
  { header: "P99", align: "right" },
  { header: "MAX", align: "right" },
];

/** Adds `latency` to `quorate targets`: what `stats` says, over time. */
function addLatency(targets: Command, context: CliContext): void {
  const spans = Object.keys(SPANS);
  addVerb(targets, "latency <target>", "how fast the vantages were, over time")
    .addOption(durationOption("--since <duration>", "from so long ago until now", "1h"))
    .addOption(new Option("--span <span>", "time of one row").choices(spans).default("5m"))
    .option("--probe <probe>", "only what this probe saw")
    .action(async (target: string, flags: LatencyFlags) => {
      const session = openSession(context, flags);
      const { span, probe } = flags;
      const from = context.clock.wallMs() - flags.since;
      const asked = { from, probe, spanMs: SPANS[span] };
      const page = await session.client.targets.latency(target, asked);
      const empty = "There is nothing yet.";
      printList(session, { page, columns: LATENCY_COLUMNS, row: latencyRow, empty });
    });
}

function latencyRow(bucket: ApiLatencyBucket): Row {
  const { minUs, meanUs, p50Us, p95Us, p99Us, maxUs } = bucket;
  const counts = [String(bucket.ok), String(bucket.failed)];
  const latencies = [minUs, meanUs, p50Us, p95Us, p99Us, maxUs].map(latencyText);
  return [dateTime(bucket.from), bucket.probe ?? bucket.probeId, ...counts, ...latencies];
}

/** Adds `uptime`, `latency` and `calls` to `quorate targets`. */
export function addUptime(targets: Command, context: CliContext): void {
  addLatency(targets, context);
  addListVerb(targets, "uptime [target]", "how long a target, or each of all, was in which state")
    .addOption(durationOption("--since <duration>", "from so long ago until now", "30d"))
    .option("--by <span>", "of one target: one row for each day or month")
    .option(
      "--slo <percent>",
      "an objective such as 99.9: what is left of it",
      parseNumberIn(0, 99.999999),
    )
    .option("--labels <selector>", "of all: only these, such as team=shop,env!=test")
    .option("--sort <field>", "of all: target, availability (worst first), downMs, unknownMs")
    .action(async (target: string | undefined, flags: UptimeFlags) => {
      const session = openSession(context, flags);
      const { slo, labels, sort } = flags;
      const from = context.clock.wallMs() - (flags.since ?? 0);
      const empty = "There is nothing yet.";
      const budget = slo === undefined ? [] : BUDGET_COLUMNS;
      if (target !== undefined) {
        const asked = { from, slo, by: spanOf(flags.by) };
        const page = await session.client.targets.uptime(target, asked);
        return printList(session, {
          page,
          columns: [...COLUMNS, ...budget],
          row: uptimeRow,
          empty,
        });
      }
      const page = await gather(flags.limit, (query) =>
        session.client.uptime.list({ ...query, from, slo, labels, sort }),
      );
      const columns = [{ header: "TARGET", widthMin: 16 }, ...COLUMNS.slice(2), ...budget];
      const row = (one: ApiTargetUptime): Row => [one.target, ...uptimeRow(one).slice(2)];
      printList(session, { page, columns, row, empty });
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

const BUDGET_COLUMNS: Column[] = [
  { header: "BUDGET", align: "right", drop: 3 },
  { header: "LEFT", align: "right" },
  { header: "BURNS", align: "right" },
];

function budgetCells(budget: ApiErrorBudget | undefined): string[] {
  if (budget === undefined) return [];
  const { totalMs, leftMs, burnRate } = budget;
  const left = leftMs < 0 ? `-${formatDuration(-leftMs)}` : formatDuration(leftMs);
  return [formatDuration(totalMs), left, burnRate === null ? "-" : `${burnRate.toFixed(2)} ×`];
}

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
    ...budgetCells(uptime.budget),
  ];
}

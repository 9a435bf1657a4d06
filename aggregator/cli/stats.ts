/** `quorate stats` and `quorate summary`: figures of much at once. */
import type { Command } from "commander";
import type { ApiTargetStats } from "../../shared/api/stats.ts";
import type { ApiSummary } from "../../shared/api/summary.ts";
import type { CliContext } from "./context.ts";
import { collectTexts, durationOption } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession, printList } from "./session.ts";
import { printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { latencyText } from "./top/spark.ts";
import { dateTime, verdictCell } from "./words.ts";

interface StatsFlags extends ListFlags {
  since: number;
  probe?: string;
  label?: string[];
  labels?: string;
}

/** Adds both. */
export function addStats(program: Command, context: CliContext): void {
  addVerb(program, "summary", "one page of everything, for the hurried").action(
    async (flags: ClientFlags) => {
      const session = openSession(context, flags);
      showSummary(session, await session.client.summary.get());
    },
  );
  addListVerb(program, "stats", "latency of all targets, or of one by vantage")
    .argument("[target]", "only this one, with a row for each vantage")
    .addOption(durationOption("--since <duration>", "from so long ago until now", "1d"))
    .option("--probe <probe>", "only what this probe saw")
    .option("--label <key=value>", "only with this label; may be given again", collectTexts)
    .option("--labels <selector>", "only these, such as team=shop,env!=test")
    .action(async (target: string | undefined, flags: StatsFlags) => {
      const session = openSession(context, flags);
      const { probe, label, labels } = flags;
      const from = context.clock.wallMs() - flags.since;
      if (target !== undefined) {
        return showOne(session, await session.client.targets.stats(target, { from, probe }));
      }
      const page = await gather(flags.limit, (query) =>
        // The API works each row out, and so gives fewer of them in one answer than of others.
        session.client.stats.list({
          ...query,
          limit: least(query.limit),
          from,
          probe,
          label,
          labels,
        }),
      );
      const empty = "There are no targets that fit.";
      printList(session, { page, columns: columnsOf("TARGET"), row: targetRow, empty });
    });
}

/** Rows that the API gives at once of this list at most. */
const STATS_ROWS_MAX = 100;

const least = (rows: number): number => Math.min(rows, STATS_ROWS_MAX);

const columnsOf = (header: string): Column[] => [
  { header, widthMin: 16 },
  { header: "CHECKS", align: "right" },
  { header: "FAILED", align: "right", drop: 3 },
  { header: "MIN", align: "right", drop: 2 },
  { header: "MEAN", align: "right" },
  { header: "STDDEV", align: "right" },
  { header: "P50", align: "right" },
  { header: "P75", align: "right", drop: 1 },
  { header: "P95", align: "right" },
  { header: "P99", align: "right" },
  { header: "MAX", align: "right" },
];

type Figures = ApiTargetStats["total"];

function figures({ scheduled, failed, ...us }: Figures): string[] {
  const { minUs, meanUs, stddevUs, p50Us, p75Us, p95Us, p99Us, maxUs } = us;
  const latencies = [minUs, meanUs, stddevUs, p50Us, p75Us, p95Us, p99Us, maxUs];
  return [String(scheduled), String(failed), ...latencies.map(latencyText)];
}

const targetRow = ({ target, total }: ApiTargetStats): Row => [target, ...figures(total)];

function showOne({ printer, json }: Session, stats: ApiTargetStats): void {
  if (json) return printer.json(stats);
  const rows = stats.vantages.map((one) => [one.probe ?? one.probeId, ...figures(one)]);
  const all = ["all of them", ...figures(stats.total)];
  printer.table(columnsOf("VANTAGE"), [...rows, all]);
}

function showSummary(session: Session, summary: ApiSummary): void {
  const { printer, json } = session;
  if (json) return printer.json(summary);
  const { incidents, probes, mesh, notifications, engine } = summary;
  const states = (counts: Record<string, number | undefined>): string =>
    Object.entries(counts)
      .filter(([, count]) => count !== undefined && count > 0)
      .map(([state, count]) => `${count} ${state}`)
      .join(", ");
  printer.line(printer.clean(summary.sentence));
  printer.line();
  printRecord(session, summary, [
    ["targets", `${summary.targets.total}: ${states(summary.targets.states)}`],
    ["probes", `${probes.total}: ${states(probes.states)}; ${probes.connected} connected`],
    ["mesh", `${mesh.domains} failure domains in ${mesh.regions} regions may judge`],
    ["canaries", `${mesh.canaries}; not counted: ${mesh.excludedCanaries.join(", ") || "none"}`],
    ["incidents", `${incidents.open} open, ${incidents.unacknowledged} nobody looks after`],
    ["notifications", `${notifications.pending} pending, ${notifications.dead} dead`],
    ["engine", engine.ready ? `${Math.round(engine.lagMs)} ms behind` : "not ready"],
  ]);
  if (summary.worst.length === 0) return;
  printer.line();
  const columns: Column[] = [{ header: "WORST", widthMin: 24 }, { header: "VERDICT" }];
  printer.table(
    [...columns, { header: "SINCE (UTC)", whole: true }],
    summary.worst.map(({ target, state, since }) => [
      target,
      verdictCell(state, printer.paint),
      dateTime(since),
    ]),
  );
}

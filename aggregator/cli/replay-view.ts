/** How a replay is shown: the figures of both sides, then outages and transitions side by side. */
import type {
  ApiReplay,
  ReplayOutage,
  ReplayReport,
  ReplaySide,
  ReplaySighting,
} from "../../shared/api/replay.ts";
import type { Printer } from "./printer.ts";
import { dateTime, formatDuration, verdictCell } from "./words.ts";

/** Prints a replay that is done, at most `limit` rows of each table. */
export function printReplay(replay: ApiReplay, limit: number, printer: Printer): void {
  const { report } = replay;
  if (report === null) return;
  for (const sentence of sentencesOf(replay, report)) printer.line(printer.clean(sentence));
  printer.line();
  printFigures(report, printer);
  printOutages(report, limit, printer);
  printTransitions(report, limit, printer);
}

function sentencesOf(replay: ApiReplay, { targets, events, record }: ReplayReport): string[] {
  const { sinceAt, untilAt, askedSinceAt, changes } = replay;
  const what = replay.target ?? `${targets} ${targets === 1 ? "target" : "targets"}`;
  const period = `from ${dateTime(sinceAt)} to ${dateTime(untilAt)} UTC`;
  const isPlain = Object.keys(changes).length === 0;
  const how = isPlain ? "as it was" : `with ${JSON.stringify(changes)}`;
  const sentences = [`Replayed ${what} ${period}, ${events} events, ${how}.`];
  if (sinceAt > askedSinceAt) {
    sentences.push(
      `The log can be replayed since ${dateTime(replay.reachesBackToAt)} UTC, not since ` +
        `${dateTime(askedSinceAt)}: \`quorate aggregator --keep-log\` says how long it is kept.`,
    );
  }
  const { transitions, differing } = record;
  const recorded = `the ${transitions} recorded transition${transitions === 1 ? "" : "s"}`;
  sentences.push(
    differing === 0
      ? `Folded as it was, the log gives exactly ${recorded}.`
      : `Folded as it was, the log differs from ${recorded} in ${differing}: they were made by ` +
          "other rules than this version has.",
  );
  if (!isPlain) {
    sentences.push("What the probes looked at was chosen by the policy of the time.");
  }
  return sentences;
}

function printFigures({ happened, replayed }: ReplayReport, printer: Printer): void {
  const figure = (name: string, of: (side: ReplaySide) => string): string[] => {
    return [name, of(happened), of(replayed)];
  };
  const delay = (pick: "p50" | "p95" | "max") => (side: ReplaySide) =>
    side.delayMs === null ? "-" : formatDuration(side.delayMs[pick]);
  printer.table(
    [
      { header: "" },
      { header: "HAPPENED", align: "right" },
      { header: "REPLAYED", align: "right" },
    ],
    [
      figure("transitions", (side) => String(side.transitions)),
      figure("incidents", (side) => String(side.incidents)),
      figure("pages", (side) => String(side.pages)),
      figure("false-alarm candidates", (side) => String(side.falseAlarms)),
      figure("outages seen by this side alone", (side) => String(side.alone)),
      figure("detection p50", delay("p50")),
      figure("detection p95", delay("p95")),
      figure("detection max", delay("max")),
      figure("time down", (side) => formatDuration(side.badMs)),
      figure("time unknown", (side) => formatDuration(side.unknownMs)),
    ],
  );
}

function printOutages(report: ReplayReport, limit: number, printer: Printer): void {
  const { outages, outagesLeftOut } = report;
  if (outages.length === 0) return;
  printer.line();
  printer.table(
    [
      { header: "OUTAGE OF" },
      { header: "BEGAN (UTC)", whole: true },
      { header: "HAPPENED" },
      { header: "REPLAYED" },
      { header: "REMARK", widthMax: 100 },
    ],
    outages
      .slice(0, limit)
      .map((outage) => [
        outage.target,
        dateTime(outage.beganAt),
        seenText(outage.happened),
        seenText(outage.replayed),
        remarkOf(outage),
      ]),
  );
  noteMore(outages.length - limit, outagesLeftOut, printer);
}

/** "down after 12s, for 4m 12s"; how many more there were, and whether nobody was paged. */
function seenText(sightings: readonly ReplaySighting[]): string {
  const [first] = sightings;
  if (first === undefined) return "-";
  const { state, delayMs, openedAt, resolvedAt, pagedAt } = first;
  const lasted =
    resolvedAt === null
      ? "still open"
      : `for ${formatDuration(Date.parse(resolvedAt) - Date.parse(openedAt))}`;
  const more = sightings.length > 1 ? `, and ${sightings.length - 1} more` : "";
  const page = pagedAt === null ? ", no page" : "";
  return `${state} after ${formatDuration(delayMs)}, ${lasted}${page}${more}`;
}

const FALSE_ALARMS = {
  reached: "a vantage reached it",
  brief: "over within a minute",
} as const;

function remarkOf({ happened, replayed }: ReplayOutage): string {
  const remarks: string[] = [];
  if (replayed.length === 0) remarks.push("not seen in the replay");
  if (happened.length === 0) remarks.push("seen in the replay only");
  for (const [side, sightings] of [
    ["happened", happened] as const,
    ["replayed", replayed] as const,
  ]) {
    const doubt = sightings.find(({ falseAlarm }) => falseAlarm !== null)?.falseAlarm;
    if (doubt) remarks.push(`false alarm? (${side}: ${FALSE_ALARMS[doubt]})`);
  }
  return remarks.join("; ");
}

function printTransitions(report: ReplayReport, limit: number, printer: Printer): void {
  const { transitions, transitionsLeftOut } = report;
  if (transitions.length === 0) return;
  printer.line();
  printer.table(
    [
      { header: "AT (UTC)", whole: true },
      { header: "TARGET" },
      { header: "FROM" },
      { header: "HAPPENED" },
      { header: "REPLAYED" },
    ],
    transitions.slice(0, limit).map(({ at, target, from, to, side }) => {
      const cell = verdictCell(to, printer.paint);
      return [
        dateTime(at),
        target,
        from,
        side === "replayed" ? "-" : cell,
        side === "happened" ? "-" : cell,
      ];
    }),
  );
  noteMore(transitions.length - limit, transitionsLeftOut, printer);
}

function noteMore(hidden: number, leftOut: number, printer: Printer): void {
  const more = Math.max(0, hidden) + leftOut;
  if (more > 0) printer.note(`${more} more rows: give a larger --limit, or --json.`);
}

/** `quorate top --once`: the table, printed once and whole. */
import type { ApiClient } from "../../../shared/api/client.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { Paint } from "../printer.ts";
import type { Session } from "../session.ts";
import type { Column, Row } from "../table.ts";
import { wrapText } from "../width.ts";
import { ago, formatLabels, verdictCell, verdictMark, voteMark } from "../words.ts";
import { allGlances, allVerdicts } from "./feed.ts";
import { createRows } from "./rows.ts";
import type { RowOrder, TopRow } from "./rows.ts";
import { latencyText, medianUs, shareText, sparkline } from "./spark.ts";
import type { SparkPaint } from "./spark.ts";

/** What is printed. */
export interface OnceOptions {
  order: RowOrder;
  /** Rows at most. */
  limit: number;
  nowMs: number;
}

/** Prints the table, or the rows in a form for machines. */
export async function printTop(session: Session, options: OnceOptions): Promise<void> {
  const { printer, json } = session;
  const { rows, summary } = await lookOnce(session.client, options);
  const items = rows.map(({ name, state, sinceMs, leansDown, labels, glance }) => {
    const lean = leansDown ? "down" : null;
    return { name, state, since: isoTime(sinceMs), lean, labels, ...glance };
  });
  if (json) return printer.json({ summary, items, next: null });
  const width = printer.width() ?? Infinity;
  wrapText(printer.clean(summary.sentence), width).forEach((line) => printer.line(line));
  if (rows.length === 0) return printer.note("No target fits.");
  printer.line();
  printer.table(
    COLUMNS,
    rows.map((row) => cellsOf(row, options.nowMs, printer.paint)),
  );
}

async function lookOnce(client: ApiClient, { order, limit }: OnceOptions) {
  const [summary, verdicts] = await Promise.all([client.summary.get(), allVerdicts(client)]);
  const known = createRows();
  known.replace(verdicts);
  const isByLooks = order.sort === "latency" || order.sort === "uptime";
  const first = known.ordered(order);
  known.glance(await allGlances(client, isByLooks ? first : first.slice(0, limit)));
  return { summary, rows: known.ordered(order).slice(0, limit) };
}

/** Looks of a sparkline in a table that stands still. */
const BARS = 16;

const COLUMNS: Column[] = [
  { header: "" },
  { header: "TARGET", widthMin: 16 },
  { header: "VERDICT", whole: true },
  { header: "FOR", align: "right" },
  { header: "VANTAGES", whole: true },
  { header: "LATENCY", whole: true, drop: 1 },
  { header: "MEDIAN", align: "right" },
  { header: "24 H", align: "right" },
  { header: "KIND", drop: 2 },
  { header: "ADDRESS", drop: 3 },
  { header: "LABELS", drop: 4 },
];

function cellsOf(row: TopRow, nowMs: number, paint: Paint): Row {
  const { glance, state, leansDown } = row;
  const vantages = [...(glance?.vantages ?? [])].sort((a, b) => (a.probe < b.probe ? -1 : 1));
  const looks = glance?.looks ?? [];
  return [
    verdictMark(state, paint),
    row.name,
    leansDown ? { text: `${state}, leans down`, paint: paint.yellow } : verdictCell(state, paint),
    ago(isoTime(row.sinceMs), nowMs),
    vantages.map(({ vote }) => markOf(voteMark(vote, paint))).join(""),
    sparkline(looks, Math.min(BARS, Math.max(1, looks.length)), PLAIN),
    latencyText(medianUs(looks)),
    shareText(glance?.availability ?? null),
    glance?.kind ?? "",
    glance?.address ?? "",
    formatLabels(row.labels),
  ];
}

/** The cell of a table has one colour; the shapes say what differs within it. */
const PLAIN: SparkPaint = { gray: (text: string) => text, red: (text: string) => text };

const markOf = (cell: Row[number]): string => (typeof cell === "string" ? cell : cell.text);

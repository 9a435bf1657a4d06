/** The screen of `quorate top`: what stands on each line; pure, so that a test can look at it. */
import type { ApiSummary } from "../../../shared/api/summary.ts";
import { clockText } from "../../../shared/clock.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import type { Paint } from "../printer.ts";
import { paintedCell } from "../table.ts";
import { cleanText, cutPainted, cutText, fitText } from "../width.ts";
import { paintOfVerdict, verdictMark } from "../words.ts";
import { chooseColumns, headerLine, longestOf, rowLine } from "./columns.ts";
import type { RowOrder, TopRow } from "./rows.ts";

/** Size of a screen in characters. */
export interface Size {
  width: number;
  height: number;
}

/** What the table shows. */
export interface TopScene {
  /** Address of the API. */
  url: string;
  nowMs: number;
  summary: ApiSummary | null;
  counts: { total: number; states: ReadonlyMap<VerdictState, number> };
  order: RowOrder;
  /** Rows that fit the filter, in order. */
  rows: readonly TopRow[];
  /** Place of the first row shown, and of the one that is chosen. */
  top: number;
  chosen: number;
  /** The filter is being typed. */
  isTyping: boolean;
  /** What is wrong; empty when nothing is. */
  trouble: string;
}

/** Lines above and below the rows. */
const FRAME_LINES = 6;

/** Rows that a screen of this height shows. */
export function rowsShown({ height }: Pick<Size, "height">): number {
  return Math.max(1, height - FRAME_LINES);
}

/** The lines of the table's screen, exactly as many as it has, none wider than it. */
export function drawTop(scene: TopScene, size: Size, paint: Paint): string[] {
  const { width } = size;
  const shown = scene.rows.slice(scene.top, scene.top + rowsShown(size));
  const columns = chooseColumns({
    width,
    longestName: longestOf(scene.rows),
    vantages: shown.reduce((most, { glance }) => Math.max(most, glance?.vantages.length ?? 0), 0),
    paint,
  });
  const body = shown.map((row, at) => {
    const line = rowLine(columns, row, scene.nowMs);
    return scene.top + at === scene.chosen ? inverse(line) : line;
  });
  if (shown.length === 0) body.push(emptyLine(scene));
  const lines = [
    titleLine(scene, width, paint),
    countsLine(scene, paint),
    meshLine(scene, paint),
    filterLine(scene, paint),
    paint.bold(headerLine(columns, scene.order)),
    ...body,
  ];
  return frame(lines, footLine(scene, size), size);
}

/** Exactly as many lines as the screen has: those given, cut to fit, and the last one. */
export function frame(lines: readonly string[], foot: string, { width, height }: Size): string[] {
  const shown = lines.slice(0, Math.max(0, height - 1)).map((line) => cutPainted(line, width));
  while (shown.length < height - 1) shown.push("");
  return [...shown, cutPainted(foot, width)];
}

/** A chosen line is shown in reverse; paint inside it goes on being reversed. */
function inverse(line: string): string {
  return `\u001b[7m${line.replaceAll(/\u001b\[[\d;]*m/g, "")}\u001b[27m`;
}

function titleLine({ url, nowMs, trouble }: TopScene, width: number, paint: Paint): string {
  const right = clockText(nowMs);
  const name = "quorate top";
  const room = Math.max(0, width - name.length - right.length - 4);
  const text = trouble === "" ? url : trouble;
  const middle = fitText(cleanText(text), room);
  return `${paint.bold(name)}  ${trouble === "" ? paint.dim(middle) : paint.red(middle)}  ${right}`;
}

function countsLine({ counts }: TopScene, paint: Paint): string {
  const parts = [...VERDICT_STATES]
    .map((state) => ({ state, count: counts.states.get(state) ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => {
      const mark = paintedCell(verdictMark(state, paint), 1);
      return `${mark} ${paintOfVerdict(state, paint)(`${grouped(count)} ${state}`)}`;
    });
  return [`${paint.dim("targets")} ${grouped(counts.total)}`, ...parts].join("  ");
}

function meshLine({ summary }: TopScene, paint: Paint): string {
  if (summary === null) return paint.dim("probes -");
  const { probes, mesh, incidents, engine } = summary;
  const eligible = probes.states.eligible ?? 0;
  const able = `${eligible} of ${probes.total} may judge`;
  const open = `${grouped(incidents.open)} open`;
  const parts = [
    `${paint.dim("probes")} ${eligible < probes.total ? paint.yellow(able) : able}`,
    `${paint.dim("domains")} ${mesh.domains}`,
    `${paint.dim("regions")} ${mesh.regions}`,
    `${paint.dim("incidents")} ${incidents.open > 0 ? paint.red(open) : open}`,
  ];
  if (mesh.blind) parts.unshift(paint.bold(paint.red("BLIND: too few domains may accuse")));
  if (!engine.ready) parts.unshift(paint.red("NOT READY: verdicts are old"));
  if (engine.lagMs >= 1_000) parts.push(paint.yellow(`lag ${Math.round(engine.lagMs)}ms`));
  return parts.join("   ");
}

function filterLine({ order, isTyping, rows, counts }: TopScene, paint: Paint): string {
  if (!isTyping && order.filter === "") return "";
  const cursor = isTyping ? inverse(" ") : "";
  const found = paint.dim(`   ${grouped(rows.length)} of ${grouped(counts.total)}`);
  return `/${cleanText(order.filter)}${cursor}${found}`;
}

function emptyLine({ counts }: TopScene): string {
  return counts.total === 0 ? "There are no targets yet." : "No target fits the filter.";
}

const HINTS = "q quit  / filter  s n f l u r sort  enter why  ? help";

function footLine(scene: TopScene, size: Size): string {
  const first = scene.rows.length === 0 ? 0 : scene.top + 1;
  const last = Math.min(scene.rows.length, scene.top + rowsShown(size));
  const place = `${grouped(first)}–${grouped(last)} of ${grouped(scene.rows.length)}`;
  const hints = scene.isTyping ? "enter keep  esc clear  !not  key=value  state:down" : HINTS;
  const room = size.width - place.length - 2;
  return room < 12 ? cutText(place, size.width) : `${fitText(hints, room)}  ${place}`;
}

/** A count in groups of three digits. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** The screen that says what each key does. */
export function drawHelp(size: Size, paint: Paint): string[] {
  const keys: [string, string][] = [
    ["↑ ↓ j k", "choose a target"],
    ["PgUp PgDn Home End", "a page, or to the first or last"],
    ["enter", "why: who saw what, and the arithmetic of the quorum"],
    ["/", "narrow: part of a name, key=value, state:down, !word"],
    ["esc", "take the filter back; leave this page"],
    ["s n f l u", "sort by state, name, time in it, latency, uptime"],
    ["r", "sort the other way round"],
    ["q", "quit"],
  ];
  const marks: [string, string][] = [
    ["● up", "✖ down or sub_healthy   ◑ partial   ◐ suspect"],
    ["○ unknown", "▼ degraded   ◔ recovering"],
    ["↓ leans down", "too few witnesses, and all of them fail   ⌂ maintenance"],
    ["VANTAGES", "● reaches it   ✖ fails   ◐ not yet confirmed   ○ is silent"],
    ["LATENCY", "newest looks: bars up to the slowest, × failed, · void"],
    ["MEDIAN, 24 H", "of the newest looks that were ok; uptime of the last day"],
  ];
  const table = (pairs: readonly [string, string][]): string[] =>
    pairs.map(([key, text]) => `  ${paint.bold(fitText(key, 20))}${text}`);
  const lines = [paint.bold("quorate top"), "", ...table(keys), "", ...table(marks)];
  return frame(lines, "any key: back", size);
}

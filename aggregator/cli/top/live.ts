/** `quorate top` on a terminal: keys in, screens out, until it is quit. */
import type { ApiClient } from "../../../shared/api/client.ts";
import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import { explainLines } from "../explain.ts";
import type { Printer } from "../printer.ts";
import type { Screen } from "../screen.ts";
import { once } from "../stopping.ts";
import { createFeed } from "./feed.ts";
import { readKeys } from "./keys.ts";
import { createRows } from "./rows.ts";
import type { RowOrder, Rows, TopRow } from "./rows.ts";
import { chosenAt, createState, place, press } from "./state.ts";
import type { TopState } from "./state.ts";
import { drawHelp, drawTop, frame, rowsShown } from "./view.ts";
import type { Size } from "./view.ts";

/** Least time between two drawings, so that a storm of events costs no more than a breeze. */
const DRAW_MS = 80;

/** Targets whose looks are asked for when they are sorted by; the first ones by name. */
const SORTED_MAX = 1_000;

/** What the live table works with. */
export interface TopOptions {
  client: ApiClient;
  clock: Clock;
  printer: Printer;
  screen: Screen;
  /** Aborted when the program is asked to end. */
  stop: AbortSignal;
  /** Address of the API, for its first line. */
  url: string;
  /** Time between two looks, milliseconds. */
  intervalMs: number;
  order: RowOrder;
  /** How a person calls this program. */
  command: string;
}

/** Runs until it is quit or stopped; the terminal is given back as it was, whatever happens. */
export async function runTop(options: TopOptions): Promise<void> {
  const { client, clock, printer, screen, order } = options;
  const quit = new AbortController();
  const stop = AbortSignal.any([options.stop, quit.signal]);
  const state = createState(order);
  const rows = createRows();
  const room = (): number => rowsShown(sizeOf(printer));
  const { arrange, changed } = arranger(state, rows, room);
  const redraw = drawnSoon(clock, stop, () => {
    arrange();
    screen.draw(drawState(options, state, rows));
  });
  const explain = explainer(options, state, redraw);
  const feed = createFeed({
    client,
    clock,
    rows,
    stop,
    intervalMs: options.intervalMs,
    wanted: () => {
      arrange();
      return wantedRows(state, rows, room());
    },
    onSummary: (summary) => (state.summary = summary),
    onChange: () => {
      changed();
      redraw();
      explain();
    },
    onTrouble: (sentence) => {
      state.trouble = sentence;
      redraw();
    },
  });
  const onInput = (text: string): void => {
    for (const key of readKeys(text)) {
      const wish = press(state, key, room());
      if (wish === "quit") quit.abort();
      if (wish === "suspend") screen.suspend();
      if (wish === "explain") explain();
      if (wish === "arrange") arrange();
    }
    feed.hurry();
    redraw();
  };
  screen.open({ onInput, onResize: redraw });
  try {
    // The seconds in the table go on while nothing else happens.
    const ticking = clock.every(1_000, redraw);
    await Promise.race([feed.run(), once(stop)]).finally(() => ticking.cancel());
  } finally {
    quit.abort();
    screen.close();
  }
}

/** The size of the terminal, or the usual one when it does not know its own. */
function sizeOf({ width, height }: Pick<Printer, "width" | "height">): Size {
  return { width: width() ?? 80, height: height() ?? 24 };
}

/** Sorts when it matters: ten thousand rows take longer than the event that changed one. */
function arranger(state: TopState, rows: Rows, room: () => number) {
  let sortedBy: RowOrder | null = null;
  return {
    changed: () => (sortedBy = null),
    arrange: (): void => {
      const ordered = sortedBy === state.order ? state.ordered : rows.ordered(state.order);
      sortedBy = state.order;
      place(state, ordered, room());
    },
  };
}

function drawState(options: TopOptions, state: TopState, rows: Rows): string[] {
  const { printer, clock, url } = options;
  const { paint } = printer;
  const size = sizeOf(printer);
  if (state.page?.kind === "help") return drawHelp(size, paint);
  if (state.page?.kind === "why") {
    const { lines, top } = state.page;
    return frame(lines.slice(top), paint.dim("↑ ↓ move  esc back  q quit"), size);
  }
  const { order, top, isTyping, trouble, summary } = state;
  const shown = { order, rows: state.ordered, top, chosen: chosenAt(state), isTyping };
  const scene = { url, nowMs: clock.wallMs(), counts: rows.counts(), summary, trouble, ...shown };
  return drawTop(scene, size, paint);
}

/** Draws soon after it was asked to, once, however often that was. */
function drawnSoon(clock: Clock, stop: AbortSignal, draw: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    clock.after(DRAW_MS, () => {
      isAsked = false;
      if (!stop.aborted) draw();
    });
  };
}

/** The rows whose looks are wanted: those seen, and all when they are sorted by what looks say. */
function wantedRows({ ordered, order, top }: TopState, rows: Rows, room: number): TopRow[] {
  const seen = ordered.slice(top, top + room);
  if (order.sort !== "latency" && order.sort !== "uptime") return seen;
  const all = rows.ordered({ ...order, sort: "name", isReversed: false }).slice(0, SORTED_MAX);
  const ids = new Set(seen.map(({ id }) => id));
  return [...seen, ...all.filter(({ id }) => !ids.has(id))];
}

/** Asks why the open target has its verdict, one question at a time. */
function explainer(options: TopOptions, state: TopState, redraw: () => void): () => void {
  const { client, printer, command } = options;
  let isAsking = false;
  const ask = async (id: string): Promise<void> => {
    try {
      const lines = explainLines(await client.verdicts.explain(id), command, printer);
      if (state.page?.kind === "why" && state.page.id === id) state.page = { ...state.page, lines };
    } catch (thrown) {
      state.trouble = messageOf(thrown);
      if (state.page?.kind === "why") state.page = { ...state.page, lines: [state.trouble] };
    }
    isAsking = false;
    redraw();
  };
  return () => {
    if (isAsking || state.page?.kind !== "why") return;
    isAsking = true;
    void ask(state.page.id);
  };
}

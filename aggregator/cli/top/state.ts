/** What the screen of `quorate top` shows at the moment, and how keys change it. */
import type { ApiSummary } from "../../../shared/api/summary.ts";
import type { Key } from "./keys.ts";
import type { RowOrder, SortKey, TopRow } from "./rows.ts";

/** What stands in place of the table. */
export type Page =
  | { kind: "help" }
  /** Why the target has its verdict; `top` lines are scrolled away. */
  | { kind: "why"; id: string; lines: readonly string[]; top: number };

/** What the screen shows. */
export interface TopState {
  order: RowOrder;
  /** Rows that fit the filter, in order. */
  ordered: readonly TopRow[];
  /** Place of the first row shown. */
  top: number;
  /** Id of the chosen row; empty: the first one, whichever it is. */
  chosenId: string;
  /** Null: the table. */
  page: Page | null;
  /** The filter is being typed. */
  isTyping: boolean;
  summary: ApiSummary | null;
  /** What is wrong; empty when nothing is. */
  trouble: string;
}

/** What a key asks of the one who holds the state. */
export type Wish = "quit" | "suspend" | "arrange" | "explain" | null;

/** The state at the start. */
export function createState(order: RowOrder): TopState {
  const nothing = { ordered: [], top: 0, chosenId: "", page: null, summary: null };
  return { order, ...nothing, isTyping: false, trouble: "" };
}

/** The place of the chosen row; 0 when it is not there any more. */
export function chosenAt({ ordered, chosenId }: TopState): number {
  if (chosenId === "") return 0;
  return Math.max(
    0,
    ordered.findIndex(({ id }) => id === chosenId),
  );
}

/** Takes the rows in their order, and moves the part that is shown so that the chosen is in it. */
export function place(state: TopState, ordered: readonly TopRow[], room: number): void {
  state.ordered = ordered;
  const at = chosenAt(state);
  const last = Math.max(0, ordered.length - room);
  state.top = Math.min(Math.max(state.top, at - room + 1), at, last);
}

/** Does what a key means now; `room` is the number of rows that the screen shows. */
export function press(state: TopState, key: Key, room: number): Wish {
  if (key === "interrupt") return "quit";
  if (key === "suspend") return "suspend";
  if (state.page !== null) return pressOnPage(state, state.page, { key, room });
  return state.isTyping ? pressInFilter(state, key) : pressOnTable(state, key, room);
}

const SORT_BY = new Map<string, SortKey>([
  ["s", "state"],
  ["n", "name"],
  ["f", "for"],
  ["l", "latency"],
  ["u", "uptime"],
]);

/** How far each key moves; the letters are those of vi and less. */
function distanceOf(name: string, room: number): number | null {
  const distances: Record<string, number> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageUp: -room,
    pageDown: room,
    home: -Infinity,
    g: -Infinity,
    end: Infinity,
    G: Infinity,
  };
  return distances[name] ?? null;
}

const nameOf = (key: Key): string => (typeof key === "string" ? key : key.character);

function pressOnTable(state: TopState, key: Key, room: number): Wish {
  const name = nameOf(key);
  const distance = distanceOf(name, room);
  if (distance !== null) {
    const last = state.ordered.length - 1;
    const at = Math.max(0, Math.min(last, chosenAt(state) + distance));
    state.chosenId = state.ordered[at]?.id ?? "";
    return "arrange";
  }
  const sort = SORT_BY.get(name);
  if (sort !== undefined) {
    state.order = { ...state.order, sort, isReversed: false };
    return "arrange";
  }
  switch (name) {
    case "q":
      return "quit";
    case "r":
      state.order = { ...state.order, isReversed: !state.order.isReversed };
      return "arrange";
    case "/":
      state.isTyping = true;
      return null;
    case "?":
      state.page = { kind: "help" };
      return null;
    case "escape":
      return narrow(state, "");
    case "enter":
      return open(state);
    default:
      return null;
  }
}

function open(state: TopState): Wish {
  const row = state.ordered[chosenAt(state)];
  if (row === undefined) return null;
  state.chosenId = row.id;
  state.page = { kind: "why", id: row.id, lines: ["…"], top: 0 };
  return "explain";
}

function narrow(state: TopState, filter: string): Wish {
  state.order = { ...state.order, filter };
  state.top = 0;
  state.chosenId = "";
  return "arrange";
}

function pressInFilter(state: TopState, key: Key): Wish {
  const { filter } = state.order;
  if (typeof key === "object") return narrow(state, filter + key.character);
  if (key === "backspace") return narrow(state, [...filter].slice(0, -1).join(""));
  if (key === "enter") state.isTyping = false;
  if (key !== "escape") return null;
  state.isTyping = false;
  return narrow(state, "");
}

function pressOnPage(state: TopState, page: Page, { key, room }: { key: Key; room: number }): Wish {
  const name = nameOf(key);
  if (page.kind === "help") {
    state.page = null;
    return name === "q" ? "quit" : null;
  }
  const distance = distanceOf(name, room);
  if (distance !== null) {
    const last = Math.max(0, page.lines.length - room);
    state.page = { ...page, top: Math.max(0, Math.min(last, page.top + distance)) };
    return null;
  }
  if (name === "q") return "quit";
  if (["escape", "enter", "backspace"].includes(name)) state.page = null;
  return null;
}

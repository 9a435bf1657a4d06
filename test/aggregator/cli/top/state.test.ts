import assert from "node:assert/strict";
import { test } from "node:test";
import { readKeys } from "../../../../aggregator/cli/top/keys.ts";
import { createRows } from "../../../../aggregator/cli/top/rows.ts";
import { chosenAt, createState, place, press } from "../../../../aggregator/cli/top/state.ts";
import type { TopState, Wish } from "../../../../aggregator/cli/top/state.ts";
import { verdictOf } from "./scene.ts";

const ROOM = 10;

/** A state over so many targets, and what presses keys as a terminal sends them. */
function opened(count: number) {
  const rows = createRows();
  const nameAt = (at: number): string => `t${String(at).padStart(5, "0")}`;
  rows.replace(Array.from({ length: count }, (_, at) => verdictOf(nameAt(at), "up")));
  const state: TopState = createState({ sort: "name", isReversed: false, filter: "" });
  const arrange = (): void => place(state, rows.ordered(state.order), ROOM);
  arrange();
  const type = (text: string): Wish[] =>
    readKeys(text).map((key) => {
      const wish = press(state, key, ROOM);
      if (wish === "arrange") arrange();
      return wish;
    });
  return { state, rows, type, arrange };
}

const topOf = ({ page }: TopState): number | null => (page?.kind === "why" ? page.top : null);

test("keys are read from what a terminal sends, and unknown ones mean nothing", () => {
  assert.deepEqual(readKeys("\u001b[A\u001bOB\u001b[5~q\r\u001b[15~\u001b[<0;1;1M"), [
    "up",
    "down",
    "pageUp",
    { character: "q" },
    "enter",
  ]);
  assert.deepEqual(readKeys("\u001b"), ["escape"]);
  assert.deepEqual(readKeys("é東\u0003\u001a\u0001"), [
    { character: "é" },
    { character: "東" },
    "interrupt",
    "suspend",
  ]);
});

test("the chosen row stays on the screen, in ten thousand as in ten", () => {
  const { state, type } = opened(10_000);
  type("\u001b[6~\u001b[B");
  assert.deepEqual([chosenAt(state), state.top], [11, 2]);
  type("G");
  assert.deepEqual([chosenAt(state), state.top], [9_999, 9_990]);
  type("\u001b[B\u001b[5~kk");
  assert.deepEqual([chosenAt(state), state.top], [9_987, 9_987]);
  type("g");
  assert.deepEqual([chosenAt(state), state.top], [0, 0]);
});

test("the chosen row stays chosen when others go or are sorted otherwise", () => {
  const { state, rows, type, arrange } = opened(30);
  type("jjj");
  const { chosenId } = state;
  rows.replace(
    rows
      .ordered(state.order)
      .slice(2)
      .map(({ name }) => verdictOf(name, "up")),
  );
  arrange();
  assert.deepEqual([state.chosenId, chosenAt(state)], [chosenId, 1]);
  type("r");
  assert.deepEqual([state.chosenId, chosenAt(state)], [chosenId, 26]);
});

test("a filter narrows while it is typed, is kept by enter and taken back by escape", () => {
  const { state, type } = opened(1_000);
  type("/t0001x\u007f");
  assert.equal(state.order.filter, "t0001");
  assert.equal(state.ordered.length, 10);
  type("\r");
  assert.deepEqual([state.isTyping, state.ordered.length], [false, 10]);
  type("\u001b");
  assert.deepEqual([state.order.filter, state.ordered.length], ["", 1_000]);
  // While it is typed, letters are letters.
  type("/q");
  assert.deepEqual([state.isTyping, state.order.filter], [true, "q"]);
});

test("enter asks why, the page scrolls no further than its end, and escape leaves it", () => {
  const { state, type } = opened(3);
  assert.deepEqual(type("j\r"), ["arrange", "explain"]);
  assert.equal(state.page?.kind === "why" ? state.page.id : "", "tgt_t00001");
  state.page = { kind: "why", id: "x", lines: Array.from({ length: 25 }, () => ""), top: 0 };
  type("\u001b[6~\u001b[6~\u001b[B");
  assert.equal(topOf(state), 15);
  type("\u001b");
  assert.equal(state.page, null);
});

test("Ctrl-C quits from anywhere, Ctrl-Z suspends, help is left by any key", () => {
  const { state, type } = opened(1);
  assert.deepEqual(type("q"), ["quit"]);
  assert.deepEqual(type("\u001a"), ["suspend"]);
  assert.deepEqual(type("?x"), [null, null]);
  assert.equal(state.page, null);
  assert.deepEqual(type("/q\u0003").at(-1), "quit");
  const none = opened(0);
  assert.deepEqual(none.type("j\r"), ["arrange", null]);
});

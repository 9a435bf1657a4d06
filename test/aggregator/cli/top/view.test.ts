import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRows } from "../../../../aggregator/cli/top/rows.ts";
import { drawHelp, drawTop } from "../../../../aggregator/cli/top/view.ts";
import type { TopScene } from "../../../../aggregator/cli/top/view.ts";
import { widthOf } from "../../../../aggregator/cli/width.ts";
import { capture } from "../capture.ts";
import { GLANCES, NOW_MS, summaryOf, verdictOf, VERDICTS } from "./scene.ts";

const golden = (name: string): string =>
  readFileSync(new URL(`../../../golden/cli/${name}`, import.meta.url), "utf8");

const plain = capture().printer.paint;
const unpainted = (line: string): string => line.replaceAll(/\u001b\[[\d;]*m/g, "");

function sceneOf(fields: Partial<TopScene> = {}): TopScene {
  const rows = createRows();
  rows.replace(VERDICTS);
  rows.glance(GLANCES);
  const order = { sort: "state", isReversed: false, filter: "" } as const;
  const known = { counts: rows.counts(), rows: rows.ordered(order), summary: summaryOf() };
  const place = { top: 0, chosen: 1, isTyping: false, trouble: "" };
  return { url: "http://127.0.0.1:7700", nowMs: NOW_MS, order, ...known, ...place, ...fields };
}

const screen = (lines: readonly string[]): string =>
  lines.map((line) => `${unpainted(line).trimEnd()}\n`).join("");

for (const width of [80, 200]) {
  test(`the screen at ${width} columns shows every state and cuts nothing without a mark`, () => {
    const lines = drawTop(sceneOf(), { width, height: 18 }, plain);
    assert.equal(lines.length, 18);
    assert.equal(screen(lines), golden(`top-${width}.txt`));
  });

  test(`the help at ${width} columns fits`, () => {
    const lines = drawHelp({ width, height: 24 }, plain);
    assert.equal(screen(lines), golden(`top-help-${width}.txt`));
  });
}

test("no line is wider than the screen at any size, and none can steer the terminal", () => {
  const { paint } = capture({ colours: true }).printer;
  for (let width = 20; width <= 240; width += 7) {
    for (const height of [3, 8, 30]) {
      const lines = drawTop(sceneOf(), { width, height }, paint);
      assert.equal(lines.length, height);
      for (const line of lines.map(unpainted)) {
        assert.ok(widthOf(line) <= width, `${widthOf(line)} > ${width}: ${line}`);
        assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
      }
    }
  }
});

test("rows keep their columns, whatever the width of their characters", () => {
  const lines = drawTop(sceneOf(), { width: 100, height: 18 }, plain).slice(5, 14);
  const at = unpainted(lines[0] ?? "").indexOf("down");
  for (const line of lines.map(unpainted)) {
    const words = /(?:down|up|partial|degraded|unknown|suspect|recovering|sub_healthy) {2}/.exec(
      line,
    );
    assert.equal(widthOf(line.slice(0, words?.index ?? 0)), at, line);
  }
});

test("a part of ten thousand rows is drawn, and its place among them is told", () => {
  const rows = createRows();
  rows.replace(Array.from({ length: 10_000 }, (_, at) => verdictOf(`t${at}`, "up")));
  const order = { sort: "name", isReversed: false, filter: "" } as const;
  const all = { counts: rows.counts(), rows: rows.ordered(order), order };
  const lines = drawTop(sceneOf({ ...all, top: 500 }), { width: 100, height: 24 }, plain);
  assert.match(lines.at(-1) ?? "", /501–518 of 10,000$/);
  assert.match(lines[1] ?? "", /targets 10,000 {2}● 10,000 up/);
});

test("what is wrong stands in the first line, and a blind mesh before all else", () => {
  const summary = summaryOf();
  const blind = { ...summary, mesh: { ...summary.mesh, blind: true } };
  const scene = sceneOf({ summary: blind, trouble: "The stream broke off." });
  const [title = "", , mesh = ""] = drawTop(scene, { width: 80, height: 10 }, plain);
  assert.match(title, /^quorate top {2}The stream broke off\. +12:16:31 UTC$/);
  assert.match(mesh, /^BLIND: too few domains may accuse/);
});

test("the filter is shown while it is typed, with how many fit", () => {
  const order = { sort: "name", isReversed: true, filter: "che" } as const;
  const scene = sceneOf({ order, isTyping: true, rows: [] });
  const lines = drawTop(scene, { width: 80, height: 10 }, plain).map(unpainted);
  assert.equal(lines[3]?.trimEnd(), "/che    0 of 9");
  assert.match(lines[4] ?? "", /^TARGET▲/);
  assert.match(lines[5] ?? "", /No target fits the filter/);
});

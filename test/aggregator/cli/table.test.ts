import assert from "node:assert/strict";
import { test } from "node:test";
import { layOutTable } from "../../../aggregator/cli/table.ts";
import { capture } from "./capture.ts";

const plain = (text: string): string => text;
const columns = [
  { header: "NAME" },
  { header: "COUNT", align: "right" as const },
  { header: "WHY", widthMax: 30 },
];

test("columns are as wide as their widest cell and lines end without blanks", () => {
  const lines = layOutTable({
    columns,
    rows: [
      ["checkout", "3", "passed"],
      ["a", "1200", ""],
    ],
    width: null,
    paintHeader: plain,
  });
  assert.deepEqual(lines, ["NAME      COUNT  WHY", "checkout      3  passed", "a          1200"]);
});

test("a long cell is cut with an ellipsis, and the last column fits the terminal", () => {
  const why = "Connection refused: nothing is listening on 10.0.0.7:443";
  const options = { columns, rows: [["checkout", "3", why]], paintHeader: plain };
  assert.equal(
    layOutTable({ ...options, width: null })[1],
    "checkout      3  Connection refused: nothing i…",
  );
  assert.equal(layOutTable({ ...options, width: 32 })[1], "checkout      3  Connection ref…");
});

test("colours do not disturb the widths", () => {
  const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
  const lines = layOutTable({
    columns,
    rows: [
      [{ text: "down", paint: red }, "1", "x"],
      ["recovering", "2", "y"],
    ],
    width: null,
    paintHeader: plain,
  });
  assert.equal(lines[1], "\u001b[31mdown\u001b[39m            1  x");
  assert.equal(lines[2], "recovering      2  y");
});

test("what a target says cannot steer the terminal", () => {
  const { printer, out } = capture();
  printer.table([{ header: "WHY" }], [["\u001b[2Jgone\r\nnew line\u202e"]]);
  assert.equal(out(), "WHY\n [2Jgone new line\n");
});

test("a redraw goes back over the lines that were drawn, on a terminal only", () => {
  const terminal = capture({ isTerminal: true });
  terminal.printer.redraw(["one", "two"]);
  terminal.printer.redraw(["three"]);
  assert.equal(
    terminal.out(),
    "\u001b[?7lone\ntwo\n\u001b[?7h\u001b[2A\r\u001b[0J\u001b[?7lthree\n\u001b[?7h",
  );
  const pipe = capture();
  pipe.printer.redraw(["one"]);
  assert.equal(pipe.out(), "");
});

test("columns align behind wide characters, and a name of 200 characters breaks nothing", () => {
  const rows = [
    ["東京-checkout", "3", "ok"],
    ["🚀 deploy", "12", "ok"],
    ["n".repeat(200), "7", "fine"],
  ];
  assert.deepEqual(layOutTable({ columns, rows, width: 32, paintHeader: plain }), [
    "NAME                 COUNT  WHY",
    "東京-checkout            3  ok",
    "🚀 deploy               12  ok",
    "nnnnnnnnnnnnnnnnnn…      7  fine",
  ]);
});

test("what does not fit is left out in the order that is told, and said once", () => {
  const wide = [
    { header: "NAME", widthMin: 12 },
    { header: "AT (UTC)", whole: true, drop: 1 },
    { header: "ZONE", drop: 2 },
  ];
  const rows = [["checkout-long", "2026-01-01 12:04:31", "rack-a"]];
  const terminal = capture({ isTerminal: true, width: () => 34 });
  terminal.printer.table(wide, rows);
  assert.equal(terminal.out(), "NAME           AT (UTC)\ncheckout-long  2026-01-01 12:04:31\n");
  assert.equal(terminal.err(), "Not shown: ZONE. A wider terminal\nor --output wide does.\n");
  const narrow = capture({ isTerminal: true, width: () => 12 });
  narrow.printer.table(wide, rows);
  assert.equal(narrow.out(), "NAME\ncheckout-lo…\n");
  const whole = capture({ isTerminal: true, width: () => 12 });
  whole.printer.as("wide").table(wide, rows);
  assert.match(whole.out(), /checkout-long {2}2026-01-01 12:04:31 {2}rack-a\n/);
});

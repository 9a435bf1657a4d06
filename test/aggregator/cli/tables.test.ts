/** Golden screens of every table, at the widths of a small and a large terminal. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { widthOf } from "../../../aggregator/cli/width.ts";
import { capture } from "./capture.ts";
import { cliAgainst } from "./fake-api.ts";
import { simClock } from "../../helpers/sim-clock.ts";
import { TABLES } from "./table-answers.ts";

const WALL_MS = Date.parse("2026-01-01T12:16:31.000Z");

/** What a command line shows on a terminal of this width, both streams. */
async function screenOf(args: readonly string[], answers: object, width: number) {
  const { printer, out, err } = capture({ isTerminal: true, width: () => width });
  const clock = simClock({ wallMs: WALL_MS });
  const { code } = await cliAgainst({ ...answers }, args, { printer, clock });
  assert.equal(code, 0, err());
  return `$ quorate ${args.join(" ")}\n${out()}${err()}`;
}

for (const width of [80, 200]) {
  test(`every table at ${width} columns fits, and cuts nothing without a mark`, async () => {
    const screens: string[] = [];
    for (const { args, answers } of TABLES) screens.push(await screenOf(args, answers, width));
    const all = screens.join("\n");
    for (const line of all.split("\n")) {
      assert.ok(widthOf(line) <= width || line.startsWith("$"), `${widthOf(line)}: ${line}`);
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
    const golden = new URL(`../../golden/cli/tables-${width}.txt`, import.meta.url);
    assert.equal(all, readFileSync(golden, "utf8"));
  });
}

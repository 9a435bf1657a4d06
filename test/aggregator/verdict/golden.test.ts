import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { parseCases, runScript } from "../../helpers/verdict-script.ts";

const FOLDER = new URL("../../golden/verdict/", import.meta.url);

for (const file of readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .toSorted()) {
  for (const { title, commands, expected } of parseCases(
    readFileSync(new URL(file, FOLDER), "utf8"),
  )) {
    test(`${file}: ${title}`, () => {
      assert.deepEqual(runScript(commands), expected);
    });
  }
}

/** The house rules, held over every file of the project. Each finding says what to do instead. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { checkBannedNames, checkEmptyCatches } from "./tidy/rules/banned.ts";
import { checkBangs, checkCasts } from "./tidy/rules/casts.ts";
import { checkDocComments } from "./tidy/rules/docs.ts";
import { checkCycles, checkEdges, checkPurity, parseRooms } from "./tidy/rules/imports.ts";
import { checkTopLevel } from "./tidy/rules/modules.ts";
import { checkSleeps, checkTestNames } from "./tidy/rules/tests.ts";
import { checkLineLength, checkWords } from "./tidy/rules/words.ts";
import { type Finding, isTypeScript, parseSource, projectFiles } from "./tidy/source.ts";

const files = projectFiles();
const sources = files.filter((file) => isTypeScript(file.path)).map(parseSource);
const rooms = parseRooms(readFileSync("ARCHITECTURE.md", "utf8"));

/** Fails with one line for each finding, each with its file and line. */
function holds(name: string, findings: readonly Finding[]): void {
  test(name, () => {
    const lines = findings.map(({ path, line, message }) => `${path}:${line}: ${message}`);
    assert.equal(lines.length, 0, `${lines.length} found:\n${lines.sort().join("\n")}`);
  });
}

holds("no line is longer than 100 characters", files.flatMap(checkLineLength));
holds("no file has a banned word", files.flatMap(checkWords));
holds("every cast stands in a helper with its guarantee", sources.flatMap(checkCasts));
holds("no value is declared present by a `!`", sources.flatMap(checkBangs));
holds("every banned name stays in its home", sources.flatMap(checkBannedNames));
holds("no catch is empty", sources.flatMap(checkEmptyCatches));
holds("every export has a doc comment", sources.flatMap(checkDocComments));
holds("every test states what holds, and runs", sources.flatMap(checkTestNames));
holds("no test sleeps for a fixed time", sources.flatMap(checkSleeps));
holds("importing a file starts nothing", sources.flatMap(checkTopLevel));
holds("no import makes a cycle", checkCycles(sources));
holds(
  "every import is an edge that ARCHITECTURE.md draws",
  sources.flatMap((source) => checkEdges(source, rooms)),
);
holds(
  "a pure room stays pure",
  sources.flatMap((source) => checkPurity(source, rooms)),
);

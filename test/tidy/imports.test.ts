/** The rules on imports: each finds the bad edge and leaves the good one alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { checkCycles, checkEdges, checkPurity, parseRooms } from "./rules/imports.ts";
import { parseSource, type Source } from "./source.ts";

const ROOMS = parseRooms(
  [
    "# A map",
    "<!-- edges -->",
    "",
    "```text",
    "shared              <- -",
    "a                   <- shared b/door.ts",
    "b                   <- shared",
    "b/core (pure)       <- shared",
    "```",
  ].join("\n"),
);

const source = (path: string, text: string): Source => parseSource({ path, text });

const edges = (path: string, text: string): number => checkEdges(source(path, text), ROOMS).length;

test("an import along a drawn edge, within a room or from a package is allowed", () => {
  assert.equal(edges("a/x.ts", 'import { y } from "../shared/y.ts";'), 0);
  assert.equal(edges("a/x.ts", 'import { y } from "./deep/y.ts";'), 0);
  assert.equal(edges("a/x.ts", 'import { y } from "../b/door.ts";'), 0);
  assert.equal(edges("a/x.ts", 'import { y } from "node:fs";'), 0);
});

test("an import over no drawn edge is found in every form that an import can take", () => {
  assert.equal(edges("a/x.ts", 'import { y } from "../b/y.ts";'), 1);
  assert.equal(edges("a/x.ts", 'import type { Y } from "../b/y.ts";'), 1);
  assert.equal(edges("a/x.ts", 'export { y } from "../b/y.ts";'), 1);
  assert.equal(edges("a/x.ts", 'export * from "../b/y.ts";'), 1);
  assert.equal(edges("a/x.ts", 'const y = await import("../b/y.ts");'), 1);
  assert.equal(edges("a/x.ts", 'let y: import("../b/y.ts").Y;'), 1);
  assert.equal(edges("shared/x.ts", 'import { y } from "../a/y.ts";'), 1);
  assert.equal(edges("a/x.ts", 'import { y } from "../test/helpers/y.ts";'), 1);
});

test("a file in no room of the map is found", () => {
  assert.equal(edges("c/x.ts", "const x = 1;"), 1);
});

test("a pure room imports no package, and nothing in it is asynchronous", () => {
  assert.equal(edges("b/core/x.ts", 'import { y } from "zod";'), 1);
  assert.equal(edges("b/core/x.ts", 'import type { Y } from "zod";'), 0);
  const purity = (path: string, text: string): number =>
    checkPurity(source(path, text), ROOMS).length;
  assert.equal(purity("b/core/x.ts", "async function f() {}"), 1);
  assert.equal(purity("b/core/x.ts", "type F = () => Promise<void>;"), 1);
  assert.equal(purity("b/core/x.ts", "function f() {}"), 0);
  assert.equal(purity("b/x.ts", "async function f() {}"), 0);
});

test("files that import each other in a circle are found, and the circle is named", () => {
  const circle = [
    source("a/1.ts", 'import "./2.ts";'),
    source("a/2.ts", 'import type { X } from "./3.ts";'),
    source("a/3.ts", 'export { x } from "./1.ts";'),
  ];
  const [finding] = checkCycles(circle);
  assert.match(finding?.message ?? "", /a\/1\.ts -> a\/2\.ts -> a\/3\.ts -> a\/1\.ts/);
});

test("files that share an import without a circle are left alone", () => {
  const diamond = [
    source("a/1.ts", 'import "./2.ts"; import "./3.ts";'),
    source("a/2.ts", 'import "./4.ts";'),
    source("a/3.ts", 'import "./4.ts";'),
    source("a/4.ts", "const x = 1;"),
  ];
  assert.deepEqual(checkCycles(diamond), []);
});

test("the map of this project has rooms, and a broken line in it is an error", () => {
  assert.ok(parseRooms(readFileSync("ARCHITECTURE.md", "utf8")).length > 5);
  assert.throws(() => parseRooms("no block"), /no block after <!-- edges -->/);
  assert.throws(() => parseRooms("<!-- edges -->\n\n```text\nshared: x\n```\n"), /expected "room/);
});

/** The house rules themselves: each finds the bad piece and leaves the good one alone. */
import assert from "node:assert/strict";
import test from "node:test";
import { checkBannedNames, checkEmptyCatches } from "./rules/banned.ts";
import { checkBangs, checkCasts } from "./rules/casts.ts";
import { checkDocComments } from "./rules/docs.ts";
import { checkTopLevel } from "./rules/modules.ts";
import { checkSleeps, checkTestNames } from "./rules/tests.ts";
import { checkLineLength, checkWords } from "./rules/words.ts";
import { type Finding, parseSource, type Source } from "./source.ts";

interface RuleCase {
  check: (source: Source) => Finding[];
  /** Where the pieces stand; a rule may depend on it. */
  path: string;
  bad: readonly string[];
  good: readonly string[];
}

const helper = (comment: string, body: string): string => `${comment}\nfunction f() {${body}}`;

const CASES: Readonly<Record<string, RuleCase>> = {
  casts: {
    check: checkCasts,
    path: "shared/a.ts",
    bad: [
      "const a = b as string;",
      "const a = <string>b;",
      helper("/** Casts without saying why. */", "return a as string;"),
      helper("// Guarantee: too long to be true.", `${"\n".repeat(30)}return a as string;`),
      "/** Guarantee: of the outer. */\nfunction f() { const g = () => a as string; return g; }",
    ],
    good: [
      "const a = [1] as const;",
      "const a = { b: 1 } satisfies Record<string, number>;",
      helper("/** Guarantee: checked above. */", "return a as string;"),
      "// Guarantee: always.\nexport const f = (a: unknown) => a as string;",
      'import { a as b } from "./a.ts";',
    ],
  },
  bangs: {
    check: checkBangs,
    path: "shared/a.ts",
    bad: ["a!.b();", "let a!: string;", "class A { a!: string }"],
    good: ["if (!a) b();", "a != b;"],
  },
  "banned names": {
    check: checkBannedNames,
    path: "aggregator/a.ts",
    bad: [
      "Date.now();",
      "Date();",
      "new Date();",
      'performance["now"]();',
      "setTimeout(f, 1);",
      "globalThis.setInterval(f, 1);",
      "after(setTimeout);",
      'import { setTimeout as wait } from "node:timers/promises";',
      "Math.random();",
      'import { randomUUID as id } from "node:crypto";',
      "crypto.getRandomValues(a);",
      "console.log(1);",
      "process.env.HOME;",
      "globalThis.process.env;",
    ],
    good: [
      "new Date(atMs).toISOString();",
      "Date.parse(text);",
      'const text = "Date.now() and console.log";',
      "// setTimeout is banned.\nclock.after(1, f);",
      "options.setTimeout;",
      "process.exitCode = 1;",
    ],
  },
  "empty catches": {
    check: checkEmptyCatches,
    path: "aggregator/a.ts",
    bad: ["try { a(); } catch {}", "try { a(); } catch (error) {\n}", "a().catch(() => {});"],
    good: [
      "try { a(); } catch { b(); }",
      "try { a(); } catch {\n// Gone already: that was the aim.\n}",
      "a().catch(() => { /* Told by the caller. */ });",
    ],
  },
  "doc comments": {
    check: checkDocComments,
    path: "shared/a.ts",
    bad: [
      "export const a = 1;",
      "// Not a doc comment.\nexport const a = 1;",
      "/** The doc of a. */\nconst a = 1;\nexport const b = 2;",
      "/** no capital letter here. */\nexport const a = 1;",
      "/** No period at the end */\nexport function a() {}",
      "/** Nope. */\nexport interface A {}",
    ],
    good: [
      "/** The number of things. */\nexport const a = 1;",
      "/**\n * `a` is one.\n *\n * | a table |\n */\nexport const a = 1;",
      "/**\n * It waits.\n * Source: https://example.com/a\n */\nexport const a = 1;",
      'export { a } from "./a.ts";',
      "const a = 1;",
    ],
  },
  "top level": {
    check: checkTopLevel,
    path: "probe/a.ts",
    bad: ["start();", "for (const a of b) c(a);", "const a = await b();", "a.b = 1;"],
    good: [
      'import { a } from "./a.ts";\nexport { a };',
      "const a = z.object({});\nexport type A = z.output<typeof a>;",
      "async function f() { await a(); }",
      "const f = async () => { await a(); };",
    ],
  },
  "test names": {
    check: checkTestNames,
    path: "test/a.test.ts",
    bad: [
      'test("works", () => {});',
      'test("should call a target down", () => {});',
      'it.only("a verdict has a reason", () => {});',
      'test("a verdict has a reason", { skip: true }, () => {});',
      'test("a verdict has a reason", { todo: true }, () => {});',
    ],
    good: [
      'test("a verdict has a reason", () => {});',
      "test(`a ${kind} check fails`, () => {});",
      'test("a ping is answered", needs("ping"), () => {});',
      'describe("verdict", () => {});',
      "pattern.test(name);",
    ],
  },
  sleeps: {
    check: checkSleeps,
    path: "test/a.test.ts",
    bad: ["await sleep(clock, 100);", "await delay(5);"],
    good: ["await until(() => isDone);", "await clock.run(100);"],
  },
  "line length": {
    check: checkLineLength,
    path: "shared/a.ts",
    bad: [`// ${"x".repeat(98)}`],
    good: [`// ${"x".repeat(97)}`],
  },
  words: {
    check: checkWords,
    path: "shared/a.ts",
    // The tilde keeps this file itself clean; it is taken out below.
    bad: [
      "// TO~DO: later.",
      "// eslint-dis~able-next-line no-console",
      "/* @ts~-expect-error */",
      'const a = "/ho~me/ada/file";',
      'const a = "https://regis~try.npmjs.org/a";',
    ],
    good: ["const METHODOLOGY = 1;", 'const a = "/var/lib/quorate";', 'fetch("/api/work/1");'],
  },
};

for (const [name, { check, path, bad, good }] of Object.entries(CASES)) {
  const count = (text: string): number =>
    check(parseSource({ path, text: text.replaceAll("~", "") })).length;
  test(`the rule on ${name} finds every bad piece`, () => {
    for (const text of bad) assert.notEqual(count(text), 0, text);
  });
  test(`the rule on ${name} leaves good code alone`, () => {
    for (const text of good) assert.equal(count(text), 0, text);
  });
}

test("a banned name is free in its home and a finding names the line and what to do", () => {
  const text = "// The clock.\nDate.now();";
  assert.deepEqual(checkBannedNames(parseSource({ path: "shared/clock.ts", text })), []);
  const [finding] = checkBannedNames(parseSource({ path: "shared/a.ts", text }));
  assert.equal(finding?.line, 2);
  assert.match(finding?.message ?? "", /Date\.now is banned: take a Clock by parameter/);
});

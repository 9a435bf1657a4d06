/** What the documents say is what the program does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { channelsNamed, routeNodeSchema } from "../shared/route.ts";
import { VERDICT_STATES } from "../shared/verdict.ts";
import { helpOf, wholeCommand } from "./helpers/cli-help.ts";

const readme = readFileSync("README.md", "utf8");

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });

/** The lines of a table without the alignment of its columns. */
function tableCells(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => line.replace(/\s*\|\s*/g, "|").replace(/-{3,}/g, "---"))
    .join("\n");
}

/** The text between the markers of the quorum table, free of a doc comment's stars. */
function quorumTable(file: string): string {
  const text = readFileSync(file, "utf8").replaceAll(/^ *\* ?/gm, "");
  const found = /<!-- quorum-table -->\n([\s\S]*?)<!-- \/quorum-table -->/.exec(text)?.[1];
  assert.ok(found !== undefined, `${file} has no text between the quorum-table markers`);
  return tableCells(found);
}

/** The words of a command line that name its command: a program, or a resource and a verb. */
function commandWords(words: readonly string[]): string[] {
  let command = wholeCommand();
  for (const [at, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) return words.slice(0, at);
    command = next;
  }
  return [...words];
}

/** The commands of the README's shell blocks, continued lines joined. */
function shellCommands(): string[] {
  return [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .trim()
      .split("\n"),
  );
}

test("the README's quorum table is the doc comment of the function that applies it", () => {
  const table = quorumTable("README.md");
  assert.ok(table.split("\n").length > 5, "the README's quorum table is empty");
  assert.equal(table, quorumTable("aggregator/verdict/assess.ts"));
});

test("the README explains every state of a verdict and no other", () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, state]) => state ?? "");
  const states = rows.filter((name) => !/^(?:ok|none|short|allfail)$/.test(name));
  assert.deepEqual([...new Set(states)].sort(), [...VERDICT_STATES].sort());
});

test("every npm script that the documents name exists", () => {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync("package.json", "utf8")));
  const own = ["ci", "link"];
  for (const [, name = ""] of readme.matchAll(/`?npm (?:run )?([a-z][\w:]*)/g)) {
    assert.ok(own.includes(name) || Object.hasOwn(scripts, name), `there is no npm script ${name}`);
  }
});

test("every file that the documents link to exists", () => {
  for (const document of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"]) {
    const text = readFileSync(document, "utf8");
    for (const [, path = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      assert.ok(existsSync(path), `${document} links to ${path}`);
    }
  }
});

test("the README's first screen has its two commands", () => {
  const commands = shellCommands();
  assert.deepEqual(commands.slice(0, 2), ["npm ci && npm start", "npm ci && npm test"]);
});

test("the README's tree of routes is one", () => {
  const blocks = [...readme.matchAll(/^```yaml\n(routes:\n[\s\S]*?)^```/gm)];
  assert.equal(blocks.length, 1);
  for (const [, text = ""] of blocks) {
    const { routes } = z.object({ routes: routeNodeSchema }).parse(parse(text));
    const told = channelsNamed(routes);
    assert.deepEqual(told, ["chat", "shop-pager", "duty-manager", "shop-mail"]);
  }
});

test("every command of the README is one the CLI has, with flags that it takes", async () => {
  const commands = shellCommands().filter((line) => line.startsWith("quorate "));
  assert.ok(commands.length > 5, "the README has no commands");
  for (const command of commands.filter((line) => !line.startsWith("quorate help "))) {
    const all = command.split(/\s+/).slice(1);
    const words = commandWords(all);
    assert.ok(words.length > 0, command);
    const help = await helpOf(words);
    assert.match(help, new RegExp(`^Usage: quorate ${words.join(" ")}\\b`, "m"), command);
    for (const flag of all.filter((word) => word.startsWith("--"))) {
      assert.match(help, new RegExp(`^ +(?:-\\w, )?${flag}\\b`, "m"), `${flag} in: ${command}`);
    }
  }
});

test("the map stays short enough to be read", () => {
  assert.ok(readFileSync("ARCHITECTURE.md", "utf8").split("\n").length <= 150);
});

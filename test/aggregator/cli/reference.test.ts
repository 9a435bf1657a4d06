import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { completeWords } from "../../../aggregator/cli/reference/complete.ts";
import { commandPages } from "../../../aggregator/cli/reference/pages.ts";
import { wholeCommand } from "../../helpers/cli-help.ts";
import { COMMANDS_PAGE, commandsPage } from "../../helpers/commands-page.ts";
import { cliAgainst, startCli } from "./fake-api.ts";
import { pageOf, sampleVerdict } from "./samples.ts";

const run = promisify(execFile);

test("the reference is what `npm run generate` makes of the commands", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "quorate-commands-"));
  try {
    const page = join(scratch, "COMMANDS.md");
    await writeFile(page, commandsPage());
    await copyFile(".oxfmtrc.json", join(scratch, ".oxfmtrc.json"));
    await run(resolve("node_modules/.bin/oxfmt"), ["COMMANDS.md"], { cwd: scratch });
    const stale = `${COMMANDS_PAGE} is stale: run \`npm run generate\` and commit what it writes`;
    assert.equal(await readFile(COMMANDS_PAGE, "utf8"), await readFile(page, "utf8"), stale);
  } finally {
    await rm(scratch, { recursive: true });
  }
});

test("every command says what it does and stands in one group", () => {
  for (const { name, description, group, flags } of commandPages(wholeCommand())) {
    assert.ok(description.length >= 8, name);
    assert.ok(group.length > 0, name);
    for (const { term, description: told } of flags) assert.ok(told.length > 2, `${name} ${term}`);
  }
});

/** Where a program is; null when this machine lacks it. */
function whereIs(program: string): string | null {
  try {
    return execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

const LACK = "this machine has no";

test("the man page has every command, and groff has nothing to say against it", async (t) => {
  const { out } = await startCli(["man"]).done;
  assert.match(out, /^\.TH QUORATE 1 /);
  for (const section of ["NAME", "SYNOPSIS", "ENVIRONMENT", "EXIT STATUS"]) {
    assert.match(out, new RegExp(`^\\.SH ${section}$`, "m"));
  }
  for (const { usage } of commandPages(wholeCommand())) {
    assert.ok(out.includes(`.SS "${usage.replaceAll("-", "\\-")}"`), usage);
  }
  // Every line is a macro or text that begins with neither of the two control characters.
  for (const line of out.split("\n")) {
    assert.match(line, /^(?:\.(?:TH|SH|SS|TP|B|I)(?: |$)|[^.']|$)/, line);
  }
  if (whereIs("groff") === null) return t.diagnostic(`${LACK} groff: only its form was looked at`);
  const scratch = await mkdtemp(join(tmpdir(), "quorate-man-"));
  try {
    const file = join(scratch, "quorate.1");
    await writeFile(file, out);
    const { stderr } = await run("groff", ["-man", "-Tutf8", "-Kutf8", "-ww", "-z", file]);
    assert.equal(stderr, "");
  } finally {
    await rm(scratch, { recursive: true });
  }
});

const values = (...words: string[]): string[] =>
  completeWords(wholeCommand(), words).candidates.map(({ value }) => value);
const names = (...words: string[]): string | null => completeWords(wholeCommand(), words).names;

test("commands, verbs, flags, their values and arguments are completed", () => {
  assert.deepEqual(values("targ"), ["targets"]);
  assert.deepEqual(values("targets", "li"), ["list"]);
  assert.ok(values("targets", "list", "--l").includes("--labels"));
  assert.deepEqual(values("targets", "list", "--output", "y"), ["yaml"]);
  assert.deepEqual(values("targets", "list", "-o", "w"), ["wide"]);
  assert.deepEqual(values("targets", "list", "--output=j"), ["--output=json"]);
  assert.deepEqual(values("completion", ""), ["bash", "zsh", "fish"]);
  assert.ok(!values("").includes("complete"));
  assert.equal(names("verdicts", "explain", ""), "target");
  assert.equal(names("verdicts", "explain", "--transition", "3", ""), "target");
  assert.equal(names("targets", "results", "checkout", "--probe", ""), "probe");
  assert.equal(names("targets", "list", "--context", ""), "context");
  assert.equal(names("context", "use", ""), "context");
  assert.equal(names("targets", "get", "checkout", ""), null);
  assert.equal(names("targets", "put", "--file", ""), null);
});

test("names come from the API, with what they are; without it there are none", async () => {
  const answers = {
    "GET /verdicts": {
      json: pageOf(sampleVerdict(), sampleVerdict({ target: "evil\u001b[2J" })),
    },
  };
  const words = ["complete", "--", "verdicts", "explain", "ch"];
  const { code, out } = await cliAgainst(answers, words);
  assert.deepEqual([code, out], [0, "checkout\tup\n"]);
  const away = await startCli(words).done;
  assert.deepEqual([away.code, away.out, away.err], [0, "", ""]);
});

test("the script of bash offers what the command says, and can be loaded twice", async (t) => {
  if (whereIs("bash") === null) return t.skip(`${LACK} bash`);
  const { out: script } = await startCli(["completion", "bash"]).done;
  const says = `[[ "$*" == "complete -- verdicts explain ch" ]] && printf 'check\\tup\\n'`;
  const fake = `quorate() { ${says}; }`;
  const ask = `COMP_WORDS=(quorate verdicts explain ch); COMP_CWORD=3; _quorate; echo "$COMPREPLY"`;
  const text = [script, script, fake, ask].join("\n");
  const { stdout, stderr } = await run("bash", ["--norc", "-c", text]);
  assert.deepEqual([stdout, stderr], ["check\n", ""]);
});

test("the scripts of zsh and fish are what those shells can read", async (t) => {
  for (const shell of ["zsh", "fish"]) {
    const { out } = await startCli(["completion", shell]).done;
    assert.match(out, /quorate complete -- /);
    if (whereIs(shell) === null) t.diagnostic(`${LACK} ${shell}: its script was not read`);
    else await run(shell, ["-n", "-c", out]);
  }
});

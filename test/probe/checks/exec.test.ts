import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { said } from "../../helpers/look-at.ts";
import { patiently } from "../../helpers/patience.ts";

/** Runs a shell line as the command `x`. */
function run(
  line: string,
  options: Record<string, unknown> = {},
  timeoutMs = 5_000,
): Promise<CheckOutcome> {
  return runWords(["sh", "-c", line], options, timeoutMs);
}

function runWords(
  words: readonly string[],
  options: Record<string, unknown> = {},
  timeoutMs = 5_000,
): Promise<CheckOutcome> {
  const site = { secrets: () => undefined, commands: new Map([["x", words]]) };
  const check = prepareCheck("exec", { command: "x", ...options }, site);
  return runCheck(check, { clock: systemClock(), timeoutMs });
}

const CASES: [string, Record<string, unknown>, string, RegExp][] = [
  ["echo 'DISK OK'; exit 0", {}, "ok ok", /^$/],
  [
    "echo 'DISK WARNING - 91%|a=1'; exit 1",
    {},
    "sub plugin_warning",
    /says "DISK WARNING - 91%"\.$/,
  ],
  ["exit 1", { warning: "pass" }, "ok ok", /^$/],
  ["echo full; echo more; exit 2", {}, "dead plugin_critical", /^Critical: x says "full"\.$/],
  ["echo 'no such disk' >&2; exit 3", {}, "void plugin_unknown", /says "no such disk"\.$/],
  ["exit 127", {}, "void plugin_unknown", /exit code 127/],
  ["kill -9 $$", {}, "void plugin_unknown", /was killed/],
  ["head -c 100000000 /dev/zero; exit 0", {}, "ok ok", /^$/],
  ["printf 'a\\033[31mb'; exit 2", {}, "dead plugin_critical", /a\\u001b\[31mb/],
];
for (const [line, options, expected, detail] of CASES) {
  test(`"${line}" ${JSON.stringify(options)} is ${expected}`, async () => {
    const outcome = await run(line, options);
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, detail);
  });
}

test("performance data are facts", async () => {
  const outcome = await run(`echo "OK - fine|'/var log'=72.5%;80;90 time=0.3s junk x=y"`);
  assert.deepEqual(outcome.facts, { "/var log": 72.5, time: 0.3 });
});

test("a probe abstains from a command that it does not allow, and says how to", async () => {
  const outcome = await runCheck(prepareCheck("exec", { command: "disk" }), {
    clock: systemClock(),
    timeoutMs: 1_000,
  });
  assert.equal(said(outcome), "void unsupported");
  assert.match(outcome.detail, /start it with --allow-exec disk=COMMAND\.$/);
});

test("a program that is not there makes the probe abstain", async () => {
  const outcome = await runWords(["/absent/plugin"]);
  assert.equal(said(outcome), "void unsupported");
  assert.match(outcome.detail, /"\/absent\/plugin": there is none\.$/);
});

test("a command that does not end is killed with everything it started", async () => {
  const marker = `86400.${process.pid}`;
  const outcome = await run(`sleep ${marker} & sleep ${marker}; true`, {}, 200);
  assert.equal(said(outcome), "sub read_timeout");
  await patiently("nothing of it runs", async () => {
    const seen = await runWords(["pgrep", "-f", `sleep ${marker}`]);
    // pgrep ends with 1 when it found nobody.
    return seen.reason === "plugin_warning";
  });
});

test("a command learns nothing of the probe's environment, and no shell reads it", async () => {
  const outcome = await runWords(["sh", "-c", 'echo "$PATH:${USER}${npm_command}"; exit 2']);
  assert.match(outcome.detail, /:\/bin:"\.$/);
  const plain = await runWords(["echo", "$HOME; exit 2"]);
  assert.equal(said(plain), "ok ok");
});

test("the name of a command is a name, never a path or a line", () => {
  for (const command of ["", "a b", "../x", "x;y", "x".repeat(101)]) {
    assert.throws(() => prepareCheck("exec", { command }), /name of a command/);
  }
});

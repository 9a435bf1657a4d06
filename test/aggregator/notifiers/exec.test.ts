import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { messageOfEvent } from "../../helpers/notifier-events.ts";

const ALLOWED = { exec: true };

/** Runs a script of Node as the command. */
async function run(
  t: TestContext,
  script: string,
  over: Record<string, unknown> = {},
): Promise<{ outcome: SendOutcome; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "quorate-exec-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "command.cjs");
  await writeFile(file, script);
  const command = [process.execPath, file, join(folder, "out")];
  const notifier = prepareNotifier("exec", { command, ...over }, ALLOWED);
  const outcome = await notifier.send(messageOfEvent("target.down"), new AbortController().signal);
  return { outcome, folder };
}

test("a command gets the event on its input, and only its facts in its environment", async (t) => {
  const script =
    'const { readFileSync, writeFileSync } = require("node:fs");' +
    "const { env, argv } = process;" +
    'writeFileSync(argv[2], JSON.stringify({ env, input: readFileSync(0, "utf8") }));';
  const { outcome, folder } = await run(t, script, { env: { API_KEY: "planted-k3y" } });
  assert.deepEqual([outcome.ok, outcome.status], [true, 0]);
  const told: unknown = JSON.parse(await readFile(join(folder, "out"), "utf8"));
  const text = JSON.stringify(told);
  assert.match(text, /"QUORATE_TYPE":"target\.down"/);
  assert.match(text, /"API_KEY":"planted-k3y"/);
  assert.match(text, /"input":"\{\\"id\\":\\"evt_tgt_web_t4\\"/);
  assert.ok(!text.includes('"HOME"'), "the aggregator's own environment is not handed on");
});

test("exit code 75 is tried again, others are not, and secrets are not repeated", async (t) => {
  const script = (code: number): string =>
    `process.stderr.write("no: " + process.env.API_KEY); process.exitCode = ${code};`;
  const env = { API_KEY: "planted-k3y" };
  const later = (await run(t, script(75), { env })).outcome;
  assert.deepEqual([later.ok, later.retry, later.status], [false, true, 75]);
  const never = (await run(t, script(1), { env })).outcome;
  assert.deepEqual([never.ok, never.retry, never.status], [false, false, 1]);
  assert.match(never.detail, /It said: "no: \*\*\*"/);
});

test("a command that does not end is killed by the abort", async () => {
  const command = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
  const notifier = prepareNotifier("exec", { command }, ALLOWED);
  const controller = new AbortController();
  const sending = notifier.send(messageOfEvent("target.down"), controller.signal);
  setImmediate(() => controller.abort());
  const outcome = await sending;
  assert.deepEqual([outcome.ok, outcome.retry], [false, true]);
  assert.match(outcome.detail, /did not end within 10 s/);
});

test("a command that floods its output, or reads none of its input, ends as it ends", async (t) => {
  const flood = 'process.stderr.write("x".repeat(1_000_000), () => process.exit(3));';
  const { outcome } = await run(t, flood);
  assert.equal(outcome.status, 3);
  assert.ok(outcome.detail.length < 300);
});

test("a command that is not there is not tried again", async () => {
  const notifier = prepareNotifier("exec", { command: ["/nowhere/command"] }, ALLOWED);
  const outcome = await notifier.send(messageOfEvent("target.down"), new AbortController().signal);
  assert.deepEqual([outcome.ok, outcome.retry], [false, false]);
  assert.match(outcome.detail, /cannot be started: it is not there/);
});

test("commands are off unless they are allowed, and want an absolute path", () => {
  assert.throws(() => prepareNotifier("exec", { command: ["/bin/true"] }), {
    code: "invalid",
    message: /Channels of kind exec are not allowed: .*--allow-exec-channels/,
  });
  assert.throws(() => prepareNotifier("exec", { command: ["true"] }, ALLOWED), {
    message: /expected an absolute path as the first word/,
  });
});

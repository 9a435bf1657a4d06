/** `quorate top` as a process on a terminal of its own, which `script` gives it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { patiently } from "../../../helpers/patience.ts";
import { startFakeApi } from "../fake-api.ts";
import type { Answer, FakeApi } from "../fake-api.ts";
import { pageOf } from "../samples.ts";
import { GLANCES, summaryOf, VERDICTS } from "./scene.ts";

/** Of util-linux: runs a command on a terminal of its own. */
const GIVER = "script";

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

const stream: Answer = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": welcome\n\n");
};

const answers = {
  "GET /verdicts": { json: pageOf(...VERDICTS) },
  "GET /summary": { json: summaryOf() },
  "GET /glances": { json: pageOf(...GLANCES) },
  "GET /events": stream,
};

/** Whether this machine can give a process a terminal. */
function hasTerminals(): boolean {
  try {
    execFileSync(GIVER, ["-qec", "true", "/dev/null"], { stdio: "ignore" });
    return process.platform === "linux";
  } catch {
    return false;
  }
}

/** Starts `quorate top` on a terminal; what it writes there is gathered. */
function startTop({ url }: FakeApi) {
  const command = `exec ${process.execPath} --import tsx aggregator/cli/main.ts top --api ${url}`;
  const child = spawn(GIVER, ["-qefc", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin", TERM: "xterm", SHELL: "/bin/sh", QUORATE_TOKEN: "qrt_read_x" },
  });
  let written = "";
  child.stdout.on("data", (chunk: Buffer) => void (written += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  return {
    ended,
    written: () => written,
    type: (text: string) => void child.stdin.write(text),
    /** Signals the program itself, and not the one that gives it the terminal. */
    signal: (name: NodeJS.Signals) => {
      const { pid = 0 } = child;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
      process.kill(Number(children.trim()), name);
    },
    close: () => void child.kill("SIGKILL"),
  };
}

for (const [how, end] of [
  ["the key q", (top: ReturnType<typeof startTop>) => top.type("q")],
  ["a signal", (top: ReturnType<typeof startTop>) => top.signal("SIGTERM")],
] as const) {
  test(`a real terminal is given back as it was after ${how}`, async (t) => {
    if (!hasTerminals()) return t.skip("this machine has no `script` that gives a terminal");
    const api = await startFakeApi(answers);
    const top = startTop(api);
    try {
      await patiently("the table stands", () => top.written().includes("1–9 of 9"));
      assert.ok(top.written().startsWith(ENTER));
      end(top);
      assert.equal(await top.ended, 0);
      assert.ok(top.written().endsWith(LEAVE), JSON.stringify(top.written().slice(-60)));
    } finally {
      top.close();
      await api.close();
    }
  });
}

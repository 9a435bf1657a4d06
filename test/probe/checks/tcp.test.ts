import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { dialogue } from "../../helpers/dialogue.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { silent, startTarget } from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** Looks once at a server that follows the cue. */
function look(
  cue: Cue,
  options: Record<string, unknown>,
  timeoutMs = 5_000,
): Promise<CheckOutcome> {
  return withTarget(startTarget(cue), ({ port }) =>
    lookAt("tcp", { host: "127.0.0.1", port, ...options }, { timeoutMs }),
  );
}

const MAIL = dialogue("220 host250.example ESMTP\r\n", {
  "EHLO q": "250-host\r\n250 SIZE\r\n",
  "AUTH hush": "235 \x00\xff ok\r\n",
  QUIT: "221 bye\r\n",
});

test("without a script, connecting is enough", async () => {
  assert.equal(said(await look(silent, {})), "ok ok");
});

const SCRIPTS: [string, unknown[], string][] = [
  ["texts in order", [{ expect: "220 " }, { send: "EHLO q\r\n", expect: "250 SIZE" }], "ok ok"],
  [
    "two expects of one reply",
    [{ send: "EHLO q\r\n" }, { expect: "250-" }, { expect: "250 " }],
    "ok ok",
  ],
  ["bytes in hex", [{ send: "hex:51 55 49 54 0d0a", expect: "hex:323231" }], "ok ok"],
  [
    "a pattern on bytes",
    [{ send: "AUTH hush\r\n", expect: "regex:^235 \\x00\\xff \\w+" }],
    "sub read_timeout",
  ],
  [
    "a pattern after the greeting",
    [{ expect: "\r\n" }, { send: "AUTH hush\r\n", expect: "regex:^235 \\x00\\xff \\w+" }],
    "ok ok",
  ],
  ["text that looks like hex", [{ send: "text:QUIT\r\n", expect: "text:221" }], "ok ok"],
  ["a send at the end", [{ expect: "220" }, { send: "QUIT\r\n" }], "ok ok"],
  [
    "a reply that never comes",
    [{ expect: "220" }, { send: "NOOP\r\n", expect: "250" }],
    "sub read_timeout",
  ],
];
for (const [name, script, expected] of SCRIPTS) {
  test(`a script with ${name} is ${expected}`, async () => {
    const outcome = await look(MAIL, { script }, expected === "ok ok" ? 5_000 : 80);
    assert.equal(said(outcome), expected, outcome.detail);
  });
}

test("what was greeted before a send is not taken for its reply", async () => {
  const script = [{ expect: "220 " }, { send: "NOOP\r\n", expect: "250" }];
  const outcome = await look(MAIL, { script }, 80);
  assert.equal(said(outcome), "sub read_timeout");
  assert.match(outcome.detail, /expected "250", got "500 what\?\\r\\n"\.$/);
});

test("a secret is sent and never shown", async () => {
  const echo: Cue = (socket, seen) => {
    socket.on("data", (bytes: Buffer) => {
      seen.push(bytes.toString());
      socket.end(`-ERR ${bytes.toString()}`);
    });
  };
  await withTarget(startTarget(echo), async ({ port, seen }) => {
    const script = [{ send: "AUTH {{password}}\r\n", expect: "+OK" }];
    const options = { host: "127.0.0.1", port, script, secrets: { password: "hüsh" } };
    const outcome = await lookAt("tcp", options);
    assert.equal(said(outcome), "sub expect_mismatch");
    assert.deepEqual(seen, ["AUTH hüsh\r\n"]);
    assert.match(outcome.detail, /after "-ERR AUTH \*\*\*\\r\\n"\.$/);
  });
});

test("a target that closes before it spoke is told from one that said something else", async () => {
  const script = [{ expect: "+OK" }];
  assert.equal(
    said(await look((socket) => void socket.end(), { script })),
    "sub connection_closed",
  );
  const other: Cue = (socket) => void socket.end("-ERR");
  assert.equal(said(await look(other, { script })), "sub expect_mismatch");
});

test("a reply without end fails at its bound", async () => {
  const flood: Cue = (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write("y".repeat(10_000)));
    };
    socket.on("drain", pour);
    pour();
  };
  const outcome = await look(flood, { script: [{ expect: "+OK" }] });
  assert.equal(said(outcome), "sub expect_mismatch");
  assert.match(outcome.detail, /more than 65536 bytes without "\+OK"/);
});

test("a pattern that runs away says nothing about the target", async () => {
  const cue: Cue = (socket) => void socket.write(`${"a".repeat(40)}!`);
  const outcome = await look(cue, { script: [{ expect: "regex:^(a+)+$" }] });
  assert.equal(said(outcome), "void misconfigured");
});

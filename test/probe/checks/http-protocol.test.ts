import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import {
  drips,
  floods,
  halfCloses,
  resets,
  speaks,
  startTarget,
} from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** Looks once at a server that follows the cue. */
function look(cue: Cue, options: Record<string, unknown> = {}): Promise<CheckOutcome> {
  return withTarget(startTarget(cue), ({ port }) => {
    const timeoutMs = typeof options["timeoutMs"] === "number" ? options["timeoutMs"] : 5_000;
    const { timeoutMs: _timeout, ...rest } = options;
    return lookAt("http", { url: `http://127.0.0.1:${port}/`, ...rest }, { timeoutMs });
  });
}

const OK = "HTTP/1.1 200 OK\r\n";
const BODY = { bodyContains: "hello" };
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

const ANSWERS: [string, string[], Record<string, unknown>, string][] = [
  ["without reason", ["HTTP/1.1 200\r\n\r\n"], {}, "ok ok"],
  ["of HTTP/1.0 until the close", ["HTTP/1.0 200 OK\r\n\r\nhel", "lo"], BODY, "ok ok"],
  ["counted", [`${OK}content-length: 5\r\n\r\nhello`], BODY, "ok ok"],
  ["counted twice alike", [`${OK}content-length: 5, 5\r\n\r\nhello`], BODY, "ok ok"],
  ["in many pieces", `${OK}a: b\r\ncontent-length: 5\r\n\r\nhello`.split(""), BODY, "ok ok"],
  ["chunked", [`${CHUNKED}3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n`], BODY, "ok ok"],
  [
    "chunked in many pieces",
    `${CHUNKED}3\r\nhel\r\n02\r\nlo\r\n0\r\n\r\n`.split(""),
    BODY,
    "ok ok",
  ],
  [
    "after interim answers",
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\na: b\r\n\r\n", OK, "\r\n"],
    {},
    "ok ok",
  ],
  [
    "of 204 with a body that is none",
    ["HTTP/1.1 204 x\r\ncontent-length: 5\r\n\r\n"],
    { expression: "body == ''" },
    "ok ok",
  ],
  [
    "of HEAD with a length",
    [`${OK}content-length: 5\r\n\r\n`],
    { method: "HEAD", expression: "body == ''" },
    "ok ok",
  ],
  ["whose broken body nobody asks for", [`${CHUNKED}zz`], {}, "ok ok"],
  ["of another protocol", ["SSH-2.0-OpenSSH_9.2\r\n"], {}, "sub protocol_error"],
  ["of HTTP/2", ["HTTP/2 200\r\n\r\n"], {}, "sub protocol_error"],
  ["with two digits of status", ["HTTP/1.1 20 OK\r\n\r\n"], {}, "sub protocol_error"],
  [
    "with bare line feeds",
    ["HTTP/1.1 200 OK\nserver: x\n\nHTTP/1.1 \r\n\r\n"],
    {},
    "sub protocol_error",
  ],
  ["with a space before the colon", [`${OK}a : b\r\n\r\n`], {}, "sub protocol_error"],
  ["with a folded header", [`${OK}a: b\r\n c\r\n\r\n`], {}, "sub protocol_error"],
  ["with a NUL in a header", [`${OK}a: b\0c\r\n\r\n`], {}, "sub protocol_error"],
  ["with switching protocols", ["HTTP/1.1 101 x\r\n\r\n"], {}, "sub http_status"],
  [
    "counted twice differently",
    [`${OK}content-length: 5, 6\r\n\r\nhello`],
    BODY,
    "sub protocol_error",
  ],
  ["with a negative length", [`${OK}content-length: -1\r\n\r\nhello`], BODY, "sub protocol_error"],
  [
    "counted and chunked",
    [`${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`],
    BODY,
    "sub protocol_error",
  ],
  ["in an unknown coding", [`${OK}transfer-encoding: zip\r\n\r\n`], BODY, "sub protocol_error"],
  ["with a wrong chunk size", [`${CHUNKED}zz\r\n`], BODY, "sub protocol_error"],
  ["with a chunk too long", [`${CHUNKED}2\r\nhello\r\n`], BODY, "sub protocol_error"],
  ["with an endless chunk size", [`${CHUNKED}1;${"x".repeat(2_000)}`], BODY, "sub protocol_error"],
  ["cut in its headers", [`${OK}a: b`], {}, "sub connection_closed"],
  [
    "cut in its counted body",
    [`${OK}content-length: 9\r\n\r\nhello`],
    BODY,
    "sub connection_closed",
  ],
  ["cut in its chunks", [`${CHUNKED}5\r\nhel`], BODY, "sub connection_closed"],
  ["that is empty", [""], {}, "sub connection_closed"],
];
for (const [name, texts, options, expected] of ANSWERS) {
  test(`an answer ${name} is ${expected}`, async () => {
    const outcome = await look(speaks(...texts), options);
    assert.equal(said(outcome), expected, outcome.detail);
  });
}

test("endless headers end at their bound", async () => {
  const outcome = await look(floods(OK, `x: ${"y".repeat(1_000)}\r\n`));
  assert.equal(said(outcome), "sub protocol_error");
  assert.match(outcome.detail, /more than 65536 bytes of headers/);
});

test("an endless line without its end ends at the same bound", async () => {
  assert.equal(said(await look(floods(`${OK}x: `, "y".repeat(1_000)))), "sub protocol_error");
  assert.equal(said(await look(floods("HTTP/1.1 200 ", " ".repeat(1_000)))), "sub protocol_error");
});

test("a huge body is read up to its bound only", async () => {
  const options = { bodyBytesMax: 100_000, expression: "body.size() == 100000" };
  const outcome = await look(floods(`${OK}\r\n`, "y".repeat(10_000)), options);
  assert.equal(said(outcome), "ok ok", outcome.detail);
});

test("an answer that drips is a read timeout, and says how much came", async () => {
  const outcome = await look(drips(OK), { timeoutMs: 80 });
  assert.equal(said(outcome), "sub read_timeout");
  assert.match(outcome.detail, /1 bytes of headers came/);
});

test("a reset is told from a close", async () => {
  assert.equal(said(await look(resets())), "sub connection_reset");
  // libuv reads a reset that arrives together with data as the end of the stream.
  assert.match(said(await look(resets(`${OK}a: b`))), /^sub connection_(?:reset|closed)$/);
  assert.equal(said(await look(halfCloses())), "sub connection_closed");
  assert.equal(said(await look(halfCloses(`${OK}\r\n`))), "ok ok");
});

test("what a stranger sends is escaped before it is shown", async () => {
  const outcome = await look(speaks("\x1b[31mred\u009b\r\n\r\n"));
  assert.equal(said(outcome), "sub protocol_error");
  assert.match(outcome.detail, /^[\x20-\x7e…]+$/);
});

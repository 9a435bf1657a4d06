import assert from "node:assert/strict";
import { createServer } from "node:https";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import { encodeFrame, parseFrame } from "../../../probe/checks/websocket-frames.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { afterRequest, answers, portOf, startTarget } from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { acceptance, shakesHands } from "../../helpers/websocket-words.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();

/** A real server that echoes, greets with a ping, and knows the subprotocol `chat`. */
async function startEcho() {
  const https = createServer(makeCertificate({ authority }));
  const seen: string[] = [];
  const server = new WebSocketServer({
    server: https,
    handleProtocols: (offered) => (offered.has("chat") ? "chat" : false),
  });
  server.on("connection", (socket, request) => {
    seen.push(`${request.url} ${String(request.headers["x-key"])}`);
    socket.ping("are you there");
    socket.on("pong", () => socket.send("you are there"));
    socket.on("message", (data: Buffer, binary) => {
      socket.send("something else");
      socket.send(data, { binary });
    });
    socket.on("close", (code) => seen.push(`closed ${code}`));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(https),
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        for (const client of server.clients) client.terminate();
        https.close(() => resolve());
        https.closeAllConnections();
      }),
  };
}

const LONG = "x".repeat(30_000);
const REAL: [string, Record<string, unknown>, string][] = [
  ["the handshake alone", {}, "ok ok"],
  ["text that is echoed", { script: [{ send: "hällo", expect: "hällo" }] }, "ok ok"],
  ["bytes that are echoed", { script: [{ send: "hex:00ff", expect: "hex:00ff" }] }, "ok ok"],
  ["long messages", { script: [{ send: LONG.slice(0, 8_000), expect: "regex:^x+$" }] }, "ok ok"],
  [
    "a pong, and two messages in order",
    {
      script: [
        { expect: "you are there" },
        { send: "a", expect: "regex:^something" },
        { expect: "a" },
      ],
    },
    "ok ok",
  ],
  ["a subprotocol", { subprotocols: ["other"], expectedSubprotocol: "chat" }, "ok ok"],
  ["another subprotocol", { expectedSubprotocol: "other" }, "sub expect_mismatch"],
  ["a message that never comes", { script: [{ send: "a", expect: "b" }] }, "sub read_timeout"],
];

test("a real server is spoken to over TLS", async () => {
  await withTarget(startEcho(), async ({ port, seen }) => {
    for (const [name, options, expected] of REAL) {
      const outcome = await lookAt(
        "websocket",
        {
          url: `wss://127.0.0.1:${port}/live?room=1`,
          tls: { ca: authority.ca },
          secretHeaders: { "X-Key": "hush" },
          ...options,
        },
        { timeoutMs: expected === "sub read_timeout" ? 300 : 5_000 },
      );
      assert.equal(said(outcome), expected, `${name}: ${outcome.detail}`);
      if (expected === "sub read_timeout") {
        assert.match(outcome.detail, /expected "b" \(last came "[^"]+"\), got nothing more\.$/);
      }
      if (name === "a subprotocol") assert.equal(outcome.facts?.["subprotocol"], "chat");
    }
    assert.equal(seen[0], "/live?room=1 hush");
    assert.ok(seen.includes("closed 1000"), String(seen));
  });
});

/** A frame of a server: not masked. */
const frame = (first: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([first, text.length]), Buffer.from(text)]);

const SCRIPT = { script: [{ expect: "well" }] };
const CASES: [string, Cue, Record<string, unknown>, string, RegExp][] = [
  [
    "a message in three parts with a ping between",
    shakesHands((socket) => {
      socket.write(Buffer.concat([frame(0x01, "w"), frame(0x89, "?"), frame(0x00, "el")]));
      socket.write(frame(0x80, "l"));
    }),
    SCRIPT,
    "ok ok",
    /^$/,
  ],
  ["another status", answers({ status: 404 }), {}, "sub http_status", /with 404; expected 101/],
  [
    "another key",
    afterRequest((socket) => void socket.write(acceptance(["sec-websocket-key: other"]))),
    {},
    "sub protocol_error",
    /did not accept the handshake/,
  ],
  [
    "an extension that was not asked for",
    shakesHands(() => undefined, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
    {},
    "sub protocol_error",
    /did not accept/,
  ],
  [
    "a subprotocol that was not offered",
    shakesHands(() => undefined, "Sec-WebSocket-Protocol: x\r\n"),
    {},
    "sub protocol_error",
    /chose the subprotocol "x", which was not offered/,
  ],
  [
    "a masked frame",
    shakesHands((socket) => void socket.write(encodeFrame(1, Buffer.from("well")))),
    SCRIPT,
    "sub protocol_error",
    /a frame that is not of the protocol/,
  ],
  [
    "reserved bits",
    shakesHands((socket) => void socket.write(frame(0xc1, "well"))),
    SCRIPT,
    "sub protocol_error",
    /a frame that is not/,
  ],
  [
    "a frame of gigabytes",
    shakesHands((socket) => void socket.write(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]))),
    SCRIPT,
    "sub protocol_error",
    /a frame that is not/,
  ],
  [
    "the end of a message that never began",
    shakesHands((socket) => void socket.write(frame(0x80, "well"))),
    SCRIPT,
    "sub protocol_error",
    /in a wrong order/,
  ],
  [
    "parts without end",
    shakesHands((socket) => {
      socket.write(frame(0x01, ""));
      for (let part = 0; part < 11_000; part += 1) socket.write(frame(0x00, ""));
    }),
    SCRIPT,
    "sub protocol_error",
    /a message of more than/,
  ],
  [
    "another protocol",
    (socket) => void socket.write("SSH-2.0-x\r\n"),
    {},
    "sub protocol_error",
    /did not answer in HTTP/,
  ],
];
for (const [name, cue, options, expected, detail] of CASES) {
  test(`${name} is ${expected}`, async () => {
    await withTarget(startTarget(cue), async ({ port }) => {
      const outcome = await lookAt("websocket", { url: `ws://127.0.0.1:${port}/`, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  });
}

test("a close frame names its code and reason", async () => {
  const close = Buffer.concat([Buffer.from([0x88, 7, 3, 243]), Buffer.from("going")]);
  const cue = shakesHands((socket) => void socket.write(close));
  await withTarget(startTarget(cue), async ({ port }) => {
    const outcome = await lookAt("websocket", { url: `ws://127.0.0.1:${port}/`, ...SCRIPT });
    assert.equal(said(outcome), "sub connection_closed");
    assert.match(outcome.detail, /closed with the code 1011 "going" before "well"\.$/);
  });
});

test("a server that pings without end and does not read is ended at the deadline", async () => {
  const cue = shakesHands((socket) => {
    socket.pause();
    const pour = (): void => {
      while (!socket.destroyed && socket.write(frame(0x89, "x".repeat(125))));
    };
    socket.on("drain", pour);
    pour();
  });
  await withTarget(startTarget(cue), async ({ port }) => {
    const options = { url: `ws://127.0.0.1:${port}/`, ...SCRIPT };
    const outcome = await lookAt("websocket", options, { timeoutMs: 200 });
    assert.equal(said(outcome), "sub read_timeout");
  });
});

test("a frame in pieces is read as one, of every length", () => {
  for (const length of [0, 125, 126, 60_000]) {
    const masked = encodeFrame(2, Buffer.alloc(length, 7));
    const size = masked.length - length - 4;
    // A server does not mask: the same frame without the mask and its bit.
    const whole = Buffer.concat([masked.subarray(0, size), Buffer.alloc(length, 7)]);
    whole[1] = (whole[1] ?? 0) & 127;
    for (const end of [1, 2, size, whole.length - 1]) {
      if (end < whole.length) assert.equal(parseFrame(whole.subarray(0, end)), "more");
    }
    const { length: end } = whole;
    assert.deepEqual(parseFrame(whole), {
      opcode: 2,
      final: true,
      body: Buffer.alloc(length, 7),
      end,
    });
  }
});

test("headers of the handshake and credentials in the URL are refused", () => {
  const url = "ws://a.test/";
  assert.throws(() => prepareCheck("websocket", { url: "http://a.test/" }), /ws:\/\/ or wss:/);
  assert.throws(
    () => prepareCheck("websocket", { url: "ws://u:hush@a.test/" }),
    (thrown) => {
      return !/hush/.test(String(thrown));
    },
  );
  const own = { url, headers: { "Sec-WebSocket-Key": "x" } };
  assert.throws(() => prepareCheck("websocket", own), /not of the handshake/);
  const secret = { url, headers: { Cookie: "x" } };
  assert.throws(() => prepareCheck("websocket", secret), /secretHeaders/);
  assert.equal(
    prepareCheck("websocket", { url: "ws://a.test/x?key=1" }).endpoint,
    "ws://a.test/x?…",
  );
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parseReply } from "../../../probe/checks/resp.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { startDaemon } from "../../helpers/daemon.ts";
import type { Daemon } from "../../helpers/daemon.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { needs } from "../../helpers/needs.ts";
import { startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

describe("with a real Redis", needs("redis-server"), () => {
  let open: Daemon | undefined;
  let locked: Daemon | undefined;
  const start = (...more: string[]): Promise<Daemon> =>
    startDaemon({
      program: "redis-server",
      prepare: ({ folder, port }) =>
        ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""].concat(more),
    });
  before(async () => {
    open = await start();
    locked = await start("--requirepass", "hush", "--replicaof", "127.0.0.1", "1");
  });
  after(async () => {
    await Promise.all([open?.close(), locked?.close()]);
  });
  const look = (daemon: Daemon | undefined, options: Record<string, unknown>) =>
    lookAt("redis", { host: "127.0.0.1", port: daemon?.port ?? 0, ...options });

  test("an open one passes, and its role is a fact", async () => {
    const outcome = await look(open, { role: "primary" });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.deepEqual(outcome.facts, { role: "primary" });
  });
  test("a role that is not the expected one fails", async () => {
    const outcome = await look(open, { role: "replica" });
    assert.equal(said(outcome), "sub expect_mismatch");
    assert.match(outcome.detail, /is a primary; expected a replica\.$/);
  });
  test("the password opens, with a user and without", async () => {
    assert.equal(said(await look(locked, { password: "hush" })), "ok ok");
    assert.equal(said(await look(locked, { user: "default", password: "hush" })), "ok ok");
  });
  test("a wrong password and none are refused, and not shown", async () => {
    for (const options of [{}, { password: "loud" }, { user: "eve", password: "loud" }]) {
      const outcome = await look(locked, options);
      assert.equal(said(outcome), "sub auth_failed", outcome.detail);
      assert.doesNotMatch(outcome.detail, /loud/);
    }
  });
  test("a password by reference opens too", async () => {
    const options = { host: "127.0.0.1", port: locked?.port, password: "${secret:redis}" };
    assert.equal(said(await lookAt("redis", options, { secrets: { redis: "hush" } })), "ok ok");
  });
  test("a replica without its primary fails", async () => {
    const outcome = await look(locked, { password: "hush", role: "replica" });
    assert.equal(said(outcome), "sub expect_mismatch");
    assert.match(outcome.detail, /whose link to its primary is "\\"connect/);
  });
});

test("TLS is spoken when asked for", async () => {
  const authority = makeAuthority();
  const tls = makeCertificate({ authority });
  const server = startTarget(
    (socket) => socket.on("data", () => void socket.end("+PONG\r\n")),
    tls,
  );
  await withTarget(server, async ({ port }) => {
    const options = { host: "127.0.0.1", port, tls: { ca: authority.ca } };
    assert.equal(said(await lookAt("redis", options)), "ok ok");
    assert.equal(said(await lookAt("redis", { ...options, tls: {} })), "sub tls_certificate");
  });
});

const REPLIES: [string, string][] = [
  ["+PONG\r\n", "ok ok"],
  ["$4\r\nPONG\r\n", "ok ok"],
  ["+pong\r\n", "sub expect_mismatch"],
  ["*1\r\n$4\r\nPONG\r\n", "sub expect_mismatch"],
  ["-LOADING Redis is loading\r\n", "sub service_refused"],
  ["-ERR max number of clients reached\r\n", "sub service_refused"],
  ["-NOAUTH Authentication required.\r\n", "sub auth_failed"],
  ["-ERR unknown command\r\n", "sub expect_mismatch"],
  ["HTTP/1.1 400 Bad Request\r\n", "sub protocol_error"],
  ["$99999999999\r\n", "sub protocol_error"],
  [":7e9\r\n", "sub protocol_error"],
  ["*9\r\n".repeat(20), "sub protocol_error"],
  ["$4\r\nPO", "sub connection_closed"],
];
for (const [reply, expected] of REPLIES) {
  test(`the reply ${JSON.stringify(reply.slice(0, 30))} is ${expected}`, async () => {
    const server = startTarget((socket) => socket.on("data", () => void socket.end(reply)));
    await withTarget(server, async ({ port }) => {
      const outcome = await lookAt("redis", { host: "127.0.0.1", port });
      assert.equal(said(outcome), expected, outcome.detail);
    });
  });
}

test("a reply in pieces is read as one", () => {
  const whole = Buffer.from("*3\r\n$5\r\nslave\r\n:-1\r\n*2\r\n$-1\r\n+a\r\n");
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(parseReply(whole.subarray(0, end)), "more", String(end));
  }
  assert.deepEqual(parseReply(whole), { reply: ["slave", -1, [null, "a"]], end: whole.length });
});

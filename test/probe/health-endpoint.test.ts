import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { text } from "node:stream/consumers";
import { listenHealth } from "../../probe/health-endpoint.ts";
import { QuorateError } from "../../shared/errors.ts";

const LOCAL = { host: "127.0.0.1", port: 0 };

test("the health endpoint answers 200 while it runs, and 405 to other methods", async (t) => {
  const health = await listenHealth(LOCAL);
  t.after(() => health.close());
  const url = `http://${health.address}/`;
  const answer = await fetch(url);
  assert.deepEqual([answer.status, await answer.text()], [200, "ok\n"]);
  assert.equal((await fetch(url, { method: "POST", body: "x" })).status, 405);
});

test("the health endpoint lives with a client that speaks no HTTP", async (t) => {
  const health = await listenHealth(LOCAL);
  t.after(() => health.close());
  const [, port] = health.address.split(":");
  const socket = connect(Number(port), "127.0.0.1");
  socket.end("\u0000\u0001 nonsense\r\n\r\n");
  await text(socket).catch(() => "");
  assert.equal((await fetch(`http://${health.address}/`)).status, 200);
});

test("an address that is taken is told with what to do", async (t) => {
  const health = await listenHealth(LOCAL);
  t.after(() => health.close());
  const [, port] = health.address.split(":");
  await assert.rejects(listenHealth({ host: "127.0.0.1", port: Number(port) }), (error) => {
    assert.ok(error instanceof QuorateError);
    assert.match(error.message, /EADDRINUSE.*--health-listen/);
    return true;
  });
});

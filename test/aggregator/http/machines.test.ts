/** /verdict and /badge. */
import assert from "node:assert/strict";
import test from "node:test";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import { openHttpRoom, withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

async function addTarget(room: HttpRoom, name: string): Promise<string> {
  const options = { host: "127.0.0.1", port: 80 };
  await room.expect(201, "POST /api/v1/targets", { body: { name, kind: "tcp", options } });
  return (await room.store.targets.get(name))?.id ?? "";
}

test("only down and sub-healthy are 503, and unknown never is unless it is asked for", () =>
  withHttpRoom(async (room) => {
    const id = await addTarget(room, "web");
    const said: Record<string, number> = {};
    for (const state of VERDICT_STATES) {
      room.engine.setVerdict(id, state);
      const { status, headers } = await room.call("GET /verdict/web");
      assert.equal(headers.get("x-quorate-verdict"), state);
      said[state] = status;
      const strict = state === "unknown" ? 503 : status;
      await room.expect(strict, "GET /verdict/web?unknown=503");
    }
    const bad = Object.keys(said).filter((state) => said[state] === 503);
    assert.deepEqual(bad.sort(), ["down", "sub_healthy"]);
  }));

test("a target that nobody judged yet is unknown, 200, by name and by id", () =>
  withHttpRoom(async (room) => {
    const id = await addTarget(room, "web");
    const { body } = await room.expect(200, `GET /verdict/${id}`);
    const since = "2026-01-01T00:00:00.000Z";
    assert.deepEqual(body, { target: "web", state: "unknown", since, standing: "unknown" });
    const text = await room.expect(200, "GET /verdict/web?format=text");
    assert.equal(text.body, "unknown\n");
    await room.refused(404, "GET /verdict/nothing");
    await room.refused(422, "GET /verdict/web?unknown=500");
  }));

test("a verdict needs a token of scope read, unless verdicts are public", async () => {
  await withHttpRoom(async (room) => {
    await addTarget(room, "web");
    for (const path of ["/verdict/web", "/badge/web.svg", "/verdict/nothing"]) {
      await room.refused(401, `GET ${path}`, { token: null });
      await room.refused(403, `GET ${path}`, { token: await room.token("calls") });
    }
    await room.expect(200, "GET /badge/web.svg", { token: await room.token("read") });
  });
  const room = openHttpRoom(() => ({ publicVerdicts: true }));
  try {
    await addTarget(room, "web");
    await room.expect(200, "GET /verdict/web", { token: null });
    const { headers } = await room.expect(200, "GET /badge/web.svg", { token: null });
    assert.equal(headers.get("cache-control"), "public, max-age=15");
    await room.refused(401, "GET /api/v1/verdicts/web", { token: null });
  } finally {
    await room.close();
  }
});

test("a badge shows the name, escaped, and the state; unknown is grey", () =>
  withHttpRoom(async (room) => {
    const id = await addTarget(room, "web");
    const target = await room.store.targets.get("web");
    assert.ok(target);
    const { body, headers } = await room.expect(200, "GET /badge/web.svg");
    assert.equal(headers.get("content-type"), "image/svg+xml; charset=utf-8");
    assert.match(String(body), /fill="#6b6b6b".*>unknown<\/text>/);
    room.engine.setVerdict(id, "down");
    const down = await room.expect(200, `GET /badge/${id}.svg`);
    assert.match(String(down.body), /<title>web: down<\/title>.*fill="#b3261e"/s);
    await room.refused(422, "GET /badge/web.png");
  }));

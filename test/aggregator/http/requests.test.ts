/** What every request meets: bodies, paths, methods, headers, repeated keys, unexpected errors. */
import assert from "node:assert/strict";
import test from "node:test";
import { probeCreatedSchema } from "../../../shared/api/probe.ts";
import { silentLog } from "../../../shared/log.ts";
import { openHttpRoom, withHttpRoom } from "../../helpers/http-room.ts";

const WEB = { name: "web", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };

test("a body that is not JSON is refused with the place where it stops to be", () =>
  withHttpRoom(async (room) => {
    const cases: [string, RegExp][] = [
      ['{"name": web}', /line 1, column 10 \(position 9\): expected a value, found "w"/],
      ['{\n  "a": 1,\n}', /line 3, column 1 .*: expected a field name in double quotes, found "}"/],
      ['{"a": [1, 2', /expected "," or "\]", found the end/],
      ['{"a" 1}', /expected ":", found "1"/],
      ["{} x", /expected the end, found "x"/],
      ["nul", /expected a value, found "n"/],
      ['{"password": "s3cret\u0000"}', /expected a value/],
    ];
    for (const [body, expected] of cases) {
      const problem = await room.refused(400, "POST /api/v1/targets", { body });
      assert.match(problem.detail, expected);
      assert.ok(!problem.detail.includes("s3cret"));
    }
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    await room.refused(400, "PATCH /api/v1/targets/web", { body: deep });
    const headers = { "content-type": "application/json" };
    await room.refused(400, "POST /api/v1/targets", { headers, body: "" });
    await room.expect(201, "POST /api/v1/targets", { body: WEB });
    await room.expect(204, "DELETE /api/v1/targets/web", { headers, body: "" });
  }));

test("a body that is too large or of another type is refused", () =>
  withHttpRoom(async (room) => {
    const body = JSON.stringify({ ...WEB, labels: { a: "x".repeat(2_000_000) } });
    await room.refused(413, "POST /api/v1/targets", { body });
    const headers = { "content-type": "text/plain" };
    const problem = await room.refused(415, "POST /api/v1/targets", { body: WEB, headers });
    assert.match(problem.detail, /application\/json; found "text\/plain"/);
    await room.refused(422, "POST /api/v1/targets", { body: [] });
  }));

test("a path that is not there is 404, a wrong method 405 with those that are possible", () =>
  withHttpRoom(async (room) => {
    await room.refused(404, "GET /nothing", { token: null });
    await room.refused(404, "GET /api/v1/nothing");
    await room.refused(404, "GET /api/v1/targets/absent");
    const answer = await room.expect(405, "DELETE /api/v1/targets");
    assert.deepEqual(answer.headers.get("allow")?.split(", ").toSorted(), ["GET", "POST"]);
    await room.refused(405, "POST /healthz", { token: null });
    assert.equal((await room.expect(200, "HEAD /healthz", { token: null })).body, "");
  }));

test("a query parameter that is not known, or given twice, is refused", () =>
  withHttpRoom(async (room) => {
    const unknown = await room.refused(422, "GET /api/v1/targets?limt=5");
    assert.equal(unknown.issues[0]?.path, "limt");
    await room.refused(422, "GET /api/v1/targets?limit=5&limit=6");
    for (const limit of ["0", "1001", "x", "1.5", ""]) {
      const problem = await room.refused(422, `GET /api/v1/targets?limit=${limit}`);
      assert.equal(problem.issues[0]?.path, "limit");
    }
  }));

test("every answer carries the security headers", () =>
  withHttpRoom(async (room) => {
    for (const path of ["/", "/api/v1/targets", "/nothing"]) {
      const { headers } = await room.call(`GET ${path}`);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.equal(headers.get("cache-control"), "no-store");
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
    }
  }));

test("an unexpected error is logged under an id, and its message is not told", async () => {
  const logged: object[] = [];
  const log = { ...silentLog(), error: (fields: object) => void logged.push(fields) };
  const room = openHttpRoom(({ sessions }) => ({
    log,
    sessions: {
      ...sessions,
      status: () => {
        throw new Error("inner s3cret");
      },
    },
  }));
  const probe = { name: "p", region: "r", zone: "z" };
  const problem = await room.refused(500, "POST /api/v1/probes", { body: probe });
  assert.ok(!problem.detail.includes("s3cret"));
  const id = /err_\w+/.exec(problem.detail)?.[0];
  assert.ok(id !== undefined && JSON.stringify(logged).includes(id));
  await room.close();
});

test("a repeated Idempotency-Key repeats the answer, token and all, and does nothing", () =>
  withHttpRoom(async (room) => {
    const call = {
      body: { name: "p", region: "r", zone: "z" },
      headers: { "idempotency-key": "k-1" },
    };
    const first = await room.expect(201, "POST /api/v1/probes", call);
    const again = await room.expect(201, "POST /api/v1/probes", call);
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers.get("etag"), first.headers.get("etag"));
    assert.equal(again.headers.get("location"), first.headers.get("location"));
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    assert.equal((await room.store.probes.all()).length, 1);
    const other = { ...call, body: { ...call.body, name: "q" } };
    await room.refused(422, "POST /api/v1/probes", other);
    const write = { ...call, token: await room.token("write") };
    await room.refused(409, "POST /api/v1/probes", write);
    room.clock.advance(86_400_001);
    await room.refused(409, "POST /api/v1/probes", call);
  }));

test("what is kept for a repeated key does not hold the token it answers with", async () => {
  const kept: string[] = [];
  const room = openHttpRoom(({ store }) => {
    const { idempotency } = store;
    const put: typeof idempotency.put = (key, answer) => {
      kept.push(key, JSON.stringify(answer));
      return idempotency.put(key, answer);
    };
    return { store: { ...store, idempotency: { ...idempotency, put } } };
  });
  const headers = { "idempotency-key": "k-1" };
  const body = { name: "p", region: "r", zone: "z" };
  const first = await room.expect(201, "POST /api/v1/probes", { body, headers });
  const { token } = probeCreatedSchema.parse(first.body);
  assert.equal(kept.length, 2);
  assert.ok(!kept.some((text) => text.includes(token) || text.includes("qrt_")));
  await room.close();
});

test("a refused request is not kept for its key, and a key has a form", () =>
  withHttpRoom(async (room) => {
    const headers = { "idempotency-key": "k-2" };
    await room.refused(422, "POST /api/v1/targets", { headers, body: { ...WEB, fall: 0 } });
    await room.expect(201, "POST /api/v1/targets", { headers, body: WEB });
    const bad = { "idempotency-key": "with space" };
    await room.refused(422, "POST /api/v1/targets", { headers: bad, body: WEB });
  }));

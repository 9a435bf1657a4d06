/** /api/v1/probes: changing them, and finding them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { probePageSchema, probeSchema } from "../../../shared/api/probe.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

async function add(room: HttpRoom, name: string, over: object = {}): Promise<void> {
  const body = { name, region: "east", zone: name, ...over };
  await room.expect(201, "POST /api/v1/probes", { body });
}

test("a probe is changed by patch and by put, and the engine and the sessions are told", () =>
  withHttpRoom(async (room) => {
    await add(room, "rack-a", { labels: { room: "1" } });
    room.engine.submitted.length = 0;
    room.told.length = 0;
    const patch = { zone: "rack-z", labels: { floor: "2" } };
    const patched = await room.expect(200, "PATCH /api/v1/probes/rack-a", { body: patch });
    assert.equal(patched.headers.get("etag"), '"2"');
    const probe = probeSchema.parse(patched.body);
    assert.deepEqual([probe.zone, probe.labels], ["rack-z", { room: "1", floor: "2" }]);
    const [told] = room.engine.submitted;
    assert.ok(told?.type === "probe_set");
    assert.equal(told.probe.spec.zone, "rack-z");
    assert.deepEqual(room.told, ["probes"]);
    const whole = { region: "west", zone: "rack-z" };
    const put = await room.expect(200, "PUT /api/v1/probes/rack-a", { body: whole });
    assert.deepEqual(probeSchema.parse(put.body).labels, {}, "left out: the default");
    const again = await room.expect(200, "PUT /api/v1/probes/rack-a", { body: whole });
    assert.equal(again.headers.get("etag"), '"3"', "nothing changed");
  }));

test("a write to a probe asks for its revision, and can be tried first", () =>
  withHttpRoom(async (room) => {
    await add(room, "rack-a");
    const headers = { "if-match": '"7"' };
    for (const [request, body] of [
      ["PATCH /api/v1/probes/rack-a", { zone: "z" }],
      ["PUT /api/v1/probes/rack-a", { region: "east", zone: "z" }],
      ["DELETE /api/v1/probes/rack-a", undefined],
      ["POST /api/v1/probes/rack-a/drain", undefined],
    ] as const) {
      await room.refused(412, request, { body, headers });
    }
    const body = { zone: "z" };
    const dry = await room.expect(200, "PATCH /api/v1/probes/rack-a?dryRun=true", { body });
    assert.equal(probeSchema.parse(dry.body).zone, "z");
    assert.equal((await room.store.probes.get("rack-a"))?.spec.zone, "rack-a");
    const wrong = await room.refused(422, "PATCH /api/v1/probes/rack-a", { body: { zone: "" } });
    assert.equal(wrong.issues?.[0]?.path, "zone");
    await room.refused(404, "PATCH /api/v1/probes/nobody", { body });
  }));

test("a probe is renamed unless targets select it by its name, or another has the new one", () =>
  withHttpRoom(async (room) => {
    await add(room, "rack-a");
    await add(room, "rack-b");
    const rename = (name: string) => ({ body: { name } });
    await room.refused(409, "PATCH /api/v1/probes/rack-a", rename("rack-b"));
    await room.refused(422, "PATCH /api/v1/probes/rack-a", rename("prb_0123456789abcdef"));
    const options = { host: "127.0.0.1", port: 80 };
    const vantages = { probes: ["rack-a"] };
    const body = { name: "web", kind: "tcp", options, vantages };
    await room.expect(201, "POST /api/v1/targets", { body });
    const held = await room.refused(409, "PATCH /api/v1/probes/rack-a", rename("rack-c"));
    assert.match(held.detail, /web select it by this name/);
    await room.expect(204, "DELETE /api/v1/targets/web");
    await room.expect(200, "PATCH /api/v1/probes/rack-a", rename("rack-c"));
    await room.expect(200, "GET /api/v1/probes/rack-c");
  }));

test("probes are sorted, and narrowed by labels and by state", () =>
  withHttpRoom(async (room) => {
    await add(room, "a", { zone: "z2", labels: { room: "1" } });
    await add(room, "b", { zone: "z1", labels: { room: "2" } });
    await add(room, "c", { zone: "z3", labels: { room: "1" } });
    const names = async (query: string) => {
      const { body } = await room.expect(200, `GET /api/v1/probes?${query}`);
      return probePageSchema.parse(body).items.map(({ name }) => name);
    };
    assert.deepEqual(await names("sort=zone"), ["b", "a", "c"]);
    assert.deepEqual(await names("sort=-name&labels=room%3D1"), ["c", "a"]);
    assert.deepEqual(await names("state=joining&limit=2"), ["a", "b"]);
    assert.deepEqual(await names("state=eligible"), []);
  }));

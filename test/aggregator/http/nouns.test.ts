/** Probes, incidents, channels and notifications. */
import assert from "node:assert/strict";
import test from "node:test";
import { channelSchema, notificationPageSchema } from "../../../shared/api/channel.ts";
import { incidentPageSchema, incidentSchema } from "../../../shared/api/incident.ts";
import { probeCreatedSchema, probeSchema } from "../../../shared/api/probe.ts";
import { createHash } from "node:crypto";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { intent } from "../../helpers/store-data.ts";

const PROBE = { name: "rack-a", region: "north", zone: "a" };
const HOOK = {
  name: "hook",
  kind: "webhook",
  options: { url: "https://example.test/hook", secret: `whsec_${"QUJD".repeat(8)}` },
};

test("a probe is made with a token of its own, shown once with the command that starts it", () =>
  withHttpRoom(async (room) => {
    const answer = await room.expect(201, "POST /api/v1/probes", { body: PROBE });
    const { probe, token, join } = probeCreatedSchema.parse(answer.body);
    assert.match(token, /^qrt_probe_/);
    assert.match(join, new RegExp(`^QUORATE_PROBE_TOKEN=${token} quorate probe --aggregator `));
    assert.ok(!join.includes("\n"));
    const hash = createHash("sha256").update(token).digest("hex");
    const stored = await room.store.tokens.find(hash, room.clock.wallMs());
    assert.deepEqual([stored?.scope, stored?.probeId], ["probe", probe.id]);
    const read = await room.expect(200, "GET /api/v1/probes/rack-a");
    assert.ok(!JSON.stringify(read.body).includes(token));
    assert.equal(probeSchema.parse(read.body).status.state, "joining");
    assert.equal(probeSchema.parse(read.body).status.connected, false);
    await room.refused(409, "POST /api/v1/probes", { body: PROBE });
    assert.deepEqual(room.told, ["probes"]);
  }));

test("a drained probe is told as leaving once, and a removed one loses its tokens", () =>
  withHttpRoom(async (room) => {
    const created = await room.expect(201, "POST /api/v1/probes", { body: PROBE });
    const { probe } = probeCreatedSchema.parse(created.body);
    const drained = await room.expect(200, "POST /api/v1/probes/rack-a/drain");
    assert.equal(probeSchema.parse(drained.body).draining, true);
    await room.expect(200, "POST /api/v1/probes/rack-a/drain");
    await room.expect(204, "DELETE /api/v1/probes/rack-a");
    await room.refused(404, "GET /api/v1/probes/rack-a");
    const types = room.engine.submitted.map((body) =>
      body.type === "probe_left" ? `${body.type} ${body.hard}` : body.type,
    );
    assert.deepEqual(types, ["probe_set", "probe_set", "probe_left false", "probe_left true"]);
    assert.ok((await room.store.tokens.all()).every(({ probeId }) => probeId !== probe.id));
  }));

test("a probe that the engine does not take leaves no token behind", () =>
  withHttpRoom(async (room) => {
    room.engine.submit = () => Promise.reject(new Error("full"));
    await room.refused(500, "POST /api/v1/probes", { body: PROBE });
    assert.ok((await room.store.tokens.all()).every(({ scope }) => scope === "admin"));
  }));

async function openIncident(room: HttpRoom, id: string, atMs: number): Promise<void> {
  const change = { id, targetId: "tgt_web", targetName: "web", severity: "critical" } as const;
  const incidents = [
    {
      ...change,
      state: id === "inc_old" ? "resolved" : "open",
      cause: null,
      openedAtMs: atMs,
      resolvedAtMs: null,
      sentence: "web is down.",
    } as const,
  ];
  const nothing = { tick: null, events: [], transitions: [], notifications: [], spans: [] };
  await room.store.events.commit({ atMs, incidents, ...nothing });
}

test("an incident is acknowledged once, by the token's name unless told otherwise", () =>
  withHttpRoom(async (room) => {
    await openIncident(room, "inc_old", 1_000);
    await openIncident(room, "inc_1", 2_000);
    const list = await room.expect(200, "GET /api/v1/incidents?state=open&target=tgt_web");
    assert.deepEqual(
      incidentPageSchema.parse(list.body).items.map(({ id }) => id),
      ["inc_1"],
    );
    await room.refused(404, "GET /api/v1/incidents?target=web");
    const first = await room.expect(200, "POST /api/v1/incidents/inc_1/ack");
    assert.equal(incidentSchema.parse(first.body).acknowledgedBy, "a-admin");
    const body = { by: "Ada" };
    const second = await room.expect(200, "POST /api/v1/incidents/inc_1/ack", { body });
    assert.deepEqual(second.body, first.body);
    await room.refused(409, "POST /api/v1/incidents/inc_old/ack", { body });
    await room.refused(404, "POST /api/v1/incidents/inc_none/ack");
    await room.refused(422, "POST /api/v1/incidents/inc_1/ack", { body: { who: "Ada" } });
  }));

test("notes stand on an incident in the order they were written", () =>
  withHttpRoom(async (room) => {
    await openIncident(room, "inc_1", 2_000);
    const path = "POST /api/v1/incidents/inc_1/notes";
    await room.expect(201, path, { body: { text: "Looking." } });
    await room.expect(201, path, { body: { text: "Found.", author: "Ada" } });
    await room.refused(422, path, { body: { text: "" } });
    const { body } = await room.expect(200, "GET /api/v1/incidents/inc_1");
    const notes = incidentSchema.parse(body).notes.map(({ author, text }) => `${author}: ${text}`);
    assert.deepEqual(notes, ["a-admin: Looking.", "Ada: Found."]);
  }));

test("a channel hides its secret, keeps it under the mask, and can be tested", () =>
  withHttpRoom(async (room) => {
    const created = await room.expect(201, "POST /api/v1/channels", { body: HOOK });
    const channel = channelSchema.parse(created.body);
    assert.equal(channel.options.secret, "***");
    assert.match(channel.destination, /example\.test/);
    const { body } = await room.expect(200, "PATCH /api/v1/channels/hook", {
      body: { enabled: false, options: { secret: "***" } },
    });
    assert.equal(channelSchema.parse(body).revision, 2);
    const put = { kind: "webhook", options: channel.options, enabled: false };
    const same = await room.expect(200, "PUT /api/v1/channels/hook", { body: put });
    assert.equal(same.headers.get("etag"), '"2"');
    const stored = await room.store.channels.get("hook");
    assert.equal(stored?.spec.options["secret"], HOOK.options.secret);
    const tested = await room.expect(200, "POST /api/v1/channels/hook/test");
    assert.deepEqual(tested.body, { ok: true, status: 204, detail: "Sent to hook." });
    assert.deepEqual(room.told, ["channels", "channels"]);
    await room.refused(412, "DELETE /api/v1/channels/hook", { headers: { "if-match": '"1"' } });
    await room.expect(204, "DELETE /api/v1/channels/hook");
    await room.refused(404, "POST /api/v1/channels/hook/test");
  }));

test("a channel of an unknown kind, or with bad options, is refused by path", () =>
  withHttpRoom(async (room) => {
    const kind = await room.refused(422, "POST /api/v1/channels", {
      body: { ...HOOK, kind: "pigeon" },
    });
    assert.equal(kind.issues[0]?.path, "kind");
    const url = await room.refused(422, "PUT /api/v1/channels/hook", {
      body: { ...HOOK, options: { ...HOOK.options, url: "nowhere" } },
    });
    assert.equal(url.issues[0]?.path, "options.url");
    assert.ok(!JSON.stringify(url).includes(HOOK.options.secret));
  }));

test("a dead notification is listed with its deliveries, and sent again when asked", () =>
  withHttpRoom(async (room) => {
    await room.expect(200, "GET /api/v1/notifications");
    await room.store.notifications.add([intent("ntf_1"), intent("ntf_2", { orderKey: "b" })]);
    const attempt = { notificationId: "ntf_1", channelId: "chn_a", attempt: 1, atMs: 5 };
    const delivery = {
      ...attempt,
      durationMs: 3,
      status: 500,
      ok: false,
      detail: "It failed.",
      request: "POST it",
    };
    await room.store.notifications.record({ delivery, state: "dead", nextAttemptAtMs: 5 });
    const list = await room.expect(200, "GET /api/v1/notifications?state=dead&channel=chn_a");
    const [dead] = notificationPageSchema.parse(list.body).items;
    assert.deepEqual(dead?.event, { id: "ntf_1" });
    assert.equal(dead?.lastError, "It failed.");
    const { body } = await room.expect(200, "GET /api/v1/notifications/ntf_1/deliveries");
    const at = "1970-01-01T00:00:00.005Z";
    const said = { ok: false, detail: "It failed.", request: "POST it" };
    const shown = { attempt: 1, at, durationMs: 3, status: 500, ...said };
    assert.deepEqual(body, { items: [shown], next: null });
    await room.expect(202, "POST /api/v1/notifications/ntf_1/requeue");
    assert.deepEqual(room.told, ["wake"]);
    await room.refused(409, "POST /api/v1/notifications/ntf_1/requeue");
    await room.refused(404, "GET /api/v1/notifications?channel=nobody");
  }));

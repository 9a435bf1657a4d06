import assert from "node:assert/strict";
import { test } from "node:test";
import { routeAnswerSchema, routesSchema } from "../../../shared/api/routes.ts";
import { silenceSchema } from "../../../shared/api/silence.ts";
import { isoTime } from "../../../shared/clock.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import { makeTarget } from "../../helpers/make-nouns.ts";

const MOVE = {
  matchers: [{ name: "team", value: "shop" }],
  durationMs: 3_600_000,
  comment: "The rack moves.",
};

test("a silence is made, listed and ended, with who did so", () =>
  withHttpRoom(async (room) => {
    const made = await room.expect(201, "POST /api/v1/silences", { body: MOVE });
    const { id } = silenceSchema.parse(made.body);
    const startsAt = isoTime(room.clock.wallMs());
    const endsAt = isoTime(room.clock.wallMs() + 3_600_000);
    assert.deepEqual(made.body, {
      id,
      state: "active",
      matchers: [{ name: "team", op: "=", value: "shop" }],
      startsAt,
      endsAt,
      author: "a-admin",
      comment: "The rack moves.",
      createdAt: startsAt,
      createdBy: "a-admin",
      endedBy: null,
      revision: 1,
    });
    room.clock.advance(1_000);
    const token = await room.token("write");
    const ended = await room.expect(200, `POST /api/v1/silences/${id}/end`, { token });
    const now = isoTime(room.clock.wallMs());
    const shown = silenceSchema.parse(made.body);
    const over = { ...shown, state: "over", endsAt: now, endedBy: "a-write", revision: 2 };
    assert.deepEqual(ended.body, over);
    const listed = await room.expect(200, "GET /api/v1/silences");
    assert.deepEqual(listed.body, { items: [over], next: null });
    assert.equal(room.engine.changes.alerts, 2, "alerting looks at once");
  }));

test("a silence without an end, over already, or of nothing is refused with its path", () =>
  withHttpRoom(async (room) => {
    const { durationMs: _durationMs, ...endless } = MOVE;
    for (const [body, path] of [
      [endless, "endsAt"],
      [{ ...endless, endsAt: "2020-01-01T00:00:00.000Z" }, "endsAt"],
      [{ ...MOVE, matchers: [] }, "matchers"],
      [{ ...MOVE, comment: "" }, "comment"],
    ] as const) {
      const problem = await room.refused(422, "POST /api/v1/silences", { body });
      assert.equal(problem.issues?.[0]?.path, path);
    }
    await room.refused(404, "POST /api/v1/silences/sil_none/end");
    const token = await room.token("read");
    await room.refused(403, "POST /api/v1/silences", { body: MOVE, token });
  }));

const TREE = {
  channels: ["ops"],
  remindAfterMs: [60_000],
  routes: [
    {
      matchers: [{ name: "team", value: "shop" }],
      hours: { from: "08:00", to: "18:00" },
      channels: ["shop"],
      escalate: [{ afterMs: 60_000, channels: ["boss"] }],
    },
  ],
};

test("the routes are set as a tree, guarded by their revision, and removed", () =>
  withHttpRoom(async (room) => {
    const none = await room.refused(404, "GET /api/v1/routes");
    assert.match(none.detail, /every channel is told of every alert/);
    await room.store.channels.put(testChannel("ops"), null);
    const put = await room.expect(200, "PUT /api/v1/routes", { body: TREE });
    const found = routesSchema.parse(put.body);
    assert.deepEqual([found.revision, found.updatedBy], [1, "a-admin"]);
    assert.deepEqual(found.warnings, [
      "There is no channel shop: nobody is told there.",
      "There is no channel boss: nobody is told there.",
    ]);
    const headers = { "if-match": '"7"' };
    await room.refused(412, "PUT /api/v1/routes", { body: { channels: [] }, headers });
    const again = await room.expect(200, "PUT /api/v1/routes", { body: TREE });
    assert.equal(again.headers.get("etag"), '"1"', "nothing changed");
    const wrong = await room.refused(422, "PUT /api/v1/routes", { body: { routes: [{ x: 1 }] } });
    assert.equal(wrong.issues?.[0]?.path, "routes.0.x");
    await room.expect(204, "DELETE /api/v1/routes");
    await room.refused(404, "GET /api/v1/routes");
  }));

test("the tester says where something would go, and what silences it", () =>
  withHttpRoom(async (room) => {
    await room.store.channels.put(testChannel("ops"), null);
    await room.store.channels.put(testChannel("feed", { events: ["*"] }), null);
    const ask = async (body: object) => {
      const answer = await room.expect(200, "POST /api/v1/routes/test", { body });
      return routeAnswerSchema.parse(answer.body);
    };
    assert.deepEqual((await ask({})).channels, ["ops"], "without routes: who names no events");
    await room.expect(200, "PUT /api/v1/routes", { body: TREE });
    const target = makeTarget("web", 1, { labels: { team: "shop" } });
    await room.store.log.append([{ atMs: 1, body: { type: "target_set", target } }]);
    const noon = { target: "web", at: "2026-01-02T12:00:00.000Z" };
    assert.equal((await ask(noon)).sentence, "It goes to shop.");
    assert.deepEqual((await ask({ ...noon, at: "2026-01-02T19:00:00.000Z" })).channels, ["ops"]);
    assert.deepEqual(
      (await ask({ ...noon, root: { channels: [] } })).sentence,
      "It goes to nobody.",
    );
    const made = await room.expect(201, "POST /api/v1/silences", { body: MOVE });
    const { id } = silenceSchema.parse(made.body);
    const silenced = await ask({ target: "web" });
    assert.equal(silenced.silencedBy, id);
    assert.match(silenced.sentence, /but silence sil_\w+ of a-admin withholds it/);
    await room.refused(404, "POST /api/v1/routes/test", { body: { target: "nobody" } });
  }));

test("the tester says by which route it would go, and all that would withhold it", () =>
  withHttpRoom(async (room) => {
    await room.store.channels.put(testChannel("shop", { enabled: false }), null);
    await room.expect(200, "PUT /api/v1/routes", { body: TREE });
    const target = makeTarget("web", 1, { labels: { team: "shop" } });
    await room.store.log.append([{ atMs: 1, body: { type: "target_set", target } }]);
    const ask = async (body: object) => {
      const answer = await room.expect(200, "POST /api/v1/routes/test", { body });
      return routeAnswerSchema.parse(answer.body);
    };
    const noon = { target: "web", at: "2026-01-02T12:00:00.000Z", state: "partial" };
    const routed = await ask(noon);
    assert.deepEqual(
      routed.destinations.map(({ path, route }) => [path, route]),
      [[[0], "all > team=shop"]],
    );
    assert.deepEqual(routed.unreachable, [
      { channel: "shop", sentence: "Channel shop is switched off." },
    ]);
    assert.deepEqual(routed.withheld, []);
    const root = { channels: ["x"], matchers: [{ name: "severity", value: "critical" }] };
    assert.deepEqual((await ask({ ...noon, root })).channels, [], "partial is major");
    assert.deepEqual((await ask({ ...noon, root, state: "down" })).channels, ["x"]);
    const times = { fromAt: "2026-01-02T11:00:00.000Z", toAt: "2026-01-02T13:00:00.000Z" };
    const disks = { name: "disks", labels: { team: "shop" }, ...times };
    await room.expect(201, "POST /api/v1/maintenance", { body: disks });
    assert.deepEqual(
      (await ask(noon)).withheld.map(({ by, sentence }) => [by, sentence]),
      [["maintenance", "Maintenance disks runs until 2026-01-02T13:00:00.000Z."]],
    );
    assert.deepEqual((await ask({ target: "web" })).withheld, [], "not yet");
    const reason = "its parent switch-7 is bad";
    room.engine.held.set(target.id, { by: "parent", parent: "switch-7", reason });
    const now = await ask({ target: "web" });
    const sentence = "It is withheld because its parent switch-7 is bad.";
    assert.deepEqual(now.withheld, [{ by: "parent", id: "switch-7", sentence }]);
    assert.match(now.sentence, /^It goes to .*\. It is withheld because its parent/);
  }));

test("a message about many is acknowledged as one, and its page asks for a token", () =>
  withHttpRoom(async (room) => {
    await room.refused(404, "POST /api/v1/folds/fold_1/ack");
    room.engine.folded.set("fold_1", ["inc_1", "inc_2"]);
    const answer = await room.expect(200, "POST /api/v1/folds/fold_1/ack", { body: { by: "ada" } });
    assert.deepEqual(answer.body, {
      id: "fold_1",
      acknowledged: 0,
      open: 2,
      acknowledgedBy: "ada",
    });
    const page = await room.expect(200, "GET /ack/fold_1", { token: null });
    assert.match(String(page.body), /<form>/);
    assert.doesNotMatch(String(page.body), /fold_1/, "nothing of the address is repeated");
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'.*script-src 'sha256-/);
  }));

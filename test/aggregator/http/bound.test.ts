/** What a token sees and writes that is bound to labels. */
import assert from "node:assert/strict";
import test from "node:test";
import { bulkAnswerSchema } from "../../../shared/api/bulk.ts";
import { targetPageSchema } from "../../../shared/api/target.ts";
import { isoTime } from "../../../shared/clock.ts";
import { eventOf, targetOf, withBoundRoom } from "../../helpers/bound-room.ts";
import type { BoundRoom } from "../../helpers/bound-room.ts";
import { operationsOf } from "../../helpers/permissions-page.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { readSse } from "../../helpers/sse-reader.ts";

/** Every GET that a bound token may ask, of a target with this name and id. */
async function readsOf(room: BoundRoom, target: { id: string; name: string }): Promise<string[]> {
  const { id, name } = target;
  const operations = await operationsOf(room);
  const asked = operations.filter((one) => one.startsWith("GET ") && !one.includes("/events"));
  return asked.flatMap((operation) => {
    const path = operation.slice(4);
    const of = path.startsWith("/api/v1/incidents") ? `inc_${name}` : `msg_${name}`;
    const isTarget = path.includes("/targets") || path.includes("verdict");
    return [id, name].map((one) =>
      path.replace("{file}", `${one}.svg`).replaceAll(/\{\w+\}/g, isTarget ? one : of),
    );
  });
}

test("whatever a bound token reads, nothing of a target outside its labels is in the answer", () =>
  withBoundRoom(async (room) => {
    const { other } = room;
    const reads = [
      ...(await readsOf(room, other)),
      `/api/v1/glances?target=${other.id}&target=checkout`,
      `/api/v1/incidents?target=${other.id}`,
      `/api/v1/incidents?target=${other.name}`,
      "/api/v1/events?format=json",
      "/api/v1/targets?label=team%3Dshop",
      "/api/v1/verdicts?state=down",
    ];
    assert.ok(reads.length > 60);
    for (const path of reads.filter((one) => !/^\/(metrics|openapi|ack)/.test(one))) {
      const answer = await room.as("read", `GET ${path}`);
      assert.ok(answer.status < 500, path);
      // Its own question may be told back to it, as what was not found.
      const told = JSON.stringify(answer.body).replace(/name or id \\+"\w+\\+"/, "");
      const says = told.includes("warehouse") || told.includes("team\\u003dshop");
      assert.ok(!says || answer.status === 404, `${path}: ${told}`);
    }
  }));

test("a bound token reads all there is of a target that carries its labels", () =>
  withBoundRoom(async (room) => {
    const { own } = room;
    const found = [
      `/api/v1/targets/${own.name}`,
      `/api/v1/targets/${own.id}/results`,
      `/api/v1/targets/${own.id}/latency`,
      `/api/v1/targets/${own.id}/uptime`,
      `/api/v1/verdicts/${own.name}`,
      "/api/v1/incidents/inc_checkout",
      `/badge/${own.name}.svg`,
    ];
    for (const path of found) {
      assert.equal((await room.as("read", `GET ${path}`)).status, 200, path);
    }
    for (const list of [
      "targets",
      "verdicts",
      "incidents",
      "notifications",
      "events?format=json",
    ]) {
      const answer = await room.as("read", `GET /api/v1/${list}`);
      const { items } = targetPageSchema.pick({}).loose().parse(answer.body);
      assert.ok(Array.isArray(items) && items.length === 1, list);
      assert.ok(JSON.stringify(items).includes(own.id), list);
    }
    assert.equal((await room.as("read", `GET /verdict/${own.name}`)).status, 503);
  }));

test("a bound reader of the stream is sent its targets' events only, past and live", () =>
  withBoundRoom(async (room) => {
    const token = await room.secret({ scope: "read", labels: { team: "pay" } });
    const headers = { authorization: `Bearer ${token ?? ""}` };
    const response = await room.app.request("/api/v1/events?after=0", { headers });
    const reader = readSse(response);
    await reader.until(/evt-checkout/);
    await room.happen(eventOf(room.other, "live-1"), eventOf(room.own, "live-2"));
    const text = await reader.until(/live-2/);
    assert.ok(!text.includes("warehouse"), text);
    await reader.leave();
  }));

test("readers who ask alike, and may see different targets, are sent what is theirs", () =>
  withBoundRoom(async (room) => {
    const open = async (labels: Record<string, string> | undefined) => {
      const token = await room.secret({ scope: "read", ...(labels && { labels }) });
      const headers = { authorization: `Bearer ${token ?? ""}` };
      const reader = readSse(await room.app.request("/api/v1/events?types=target.*", { headers }));
      await reader.until(/: events of Quorate\n\n/);
      return reader;
    };
    const everybody = await open(undefined);
    const pay = await open({ team: "pay" });
    const shop = await open({ team: "shop" });
    await settle();
    await room.happen(eventOf(room.other, "live-1"), eventOf(room.own, "live-2"));
    await room.happen(eventOf(room.other, "live-3"), eventOf(room.own, "live-4"));
    assert.match(await everybody.until(/live-4/), /live-1.*live-2.*live-3.*live-4/s);
    const paid = await pay.until(/live-4/);
    const shopped = await shop.until(/live-3/);
    assert.ok(/live-2/.test(paid) && !/live-[13]/.test(paid), paid);
    assert.ok(/live-1/.test(shopped) && !/live-[24]/.test(shopped), shopped);
    for (const reader of [everybody, pay, shop]) await reader.leave();
  }));

test("a bound writer makes, changes and deletes targets within its labels", () =>
  withBoundRoom(async (room) => {
    const path = "/api/v1/targets/refund";
    const body = targetOf("refund", "pay");
    assert.equal((await room.as("write", "POST /api/v1/targets", { body })).status, 201);
    const patch = { labels: { team: "pay", tier: "1" } };
    assert.equal((await room.as("write", `PATCH ${path}`, { body: patch })).status, 200);
    assert.equal((await room.as("write", `PUT ${path}`, { body })).status, 200);
    assert.equal((await room.as("write", `DELETE ${path}`)).status, 204);
    const acked = await room.as("write", "POST /api/v1/incidents/inc_checkout/ack", { body: {} });
    assert.equal(acked.status, 200);
    const note = { body: { text: "Looking." } };
    assert.equal(
      (await room.as("write", "POST /api/v1/incidents/inc_checkout/notes", note)).status,
      201,
    );
    const sent = await room.as("write", "POST /api/v1/notifications/msg_checkout/requeue");
    assert.equal(sent.status, 202);
  }));

test("a bound writer takes no target out of its labels, and makes none outside them", () =>
  withBoundRoom(async (room) => {
    const { own } = room;
    const outside = targetOf("new", "shop");
    for (const [request, body] of [
      ["POST /api/v1/targets", outside],
      ["POST /api/v1/targets", { ...outside, labels: {} }],
      ["PUT /api/v1/targets/new", outside],
      [`PUT /api/v1/targets/${own.name}`, { ...targetOf(own.name, "shop") }],
      [`PATCH /api/v1/targets/${own.name}`, { labels: { team: null } }],
      [`PATCH /api/v1/targets/${own.name}`, { labels: { team: "shop" } }],
      ["PUT /api/v1/targets/warehouse", targetOf("warehouse", "pay")],
    ] as const) {
      const answer = await room.as("write", request, { body });
      assert.equal(answer.status, 403, `${request}: ${JSON.stringify(answer.body)}`);
      assert.match(JSON.stringify(answer.body), /This token is bound to targets with team=pay/);
    }
    const unchanged = await room.expect(200, `GET /api/v1/targets/${own.name}`);
    assert.equal(unchanged.headers.get("etag"), '"1"');
    await room.refused(404, "GET /api/v1/targets/new");
  }));

test("a bound writer writes many targets at once, and is told which are none of its own", () =>
  withBoundRoom(async (room) => {
    const own = targetOf("checkout", "pay", { intervalMs: 7_000 });
    const other = targetOf("warehouse", "pay");
    const targets = [own, other, targetOf("new", "pay"), targetOf("out", "shop")];
    const answer = await room.as("write", "POST /api/v1/targets/bulk", { body: { targets } });
    const { items } = bulkAnswerSchema.parse(answer.body);
    const outcomes = items.map(({ name, outcome }) => `${name ?? ""} ${outcome}`);
    const refused = ["warehouse refused", "out refused"];
    assert.deepEqual(outcomes, ["checkout updated", refused[0], "new created", refused[1]]);
    const kept = await room.expect(200, "GET /api/v1/targets/warehouse");
    assert.equal(kept.headers.get("etag"), '"1"');
  }));

test("a target outside the labels is for a bound writer one that is not there", () =>
  withBoundRoom(async (room) => {
    const { id } = room.other;
    const body = { enabled: false };
    for (const [request, call] of [
      [`PATCH /api/v1/targets/${id}`, { body }],
      [`DELETE /api/v1/targets/${id}`, {}],
      ["DELETE /api/v1/targets/warehouse", { headers: { "if-match": '"9"' } }],
      [`POST /api/v1/targets/${id}/run`, {}],
      ["POST /api/v1/incidents/inc_warehouse/ack", { body: {} }],
      ["POST /api/v1/incidents/inc_warehouse/notes", { body: { text: "x" } }],
    ] as const) {
      const answer = await room.as("write", request, call);
      const nothing = await room.as(
        "write",
        request.replace(/(?:tgt|inc)_\w+|warehouse/, "none"),
        call,
      );
      assert.deepEqual([answer.status, nothing.status], [404, 404], request);
    }
    const sent = await room.as("write", "POST /api/v1/notifications/msg_warehouse/requeue");
    assert.equal(sent.status, 409);
    await room.expect(200, "GET /api/v1/targets/warehouse");
  }));

test("a bound writer cannot let a target depend on one that it may not see", () =>
  withBoundRoom(async (room) => {
    for (const parents of [["warehouse"], ["absent"]]) {
      const body = targetOf("child", "pay", { parents });
      const answer = await room.as("write", "POST /api/v1/targets", { body });
      assert.equal(answer.status, 422);
    }
    const body = targetOf("child", "pay", { parents: ["checkout"] });
    assert.equal((await room.as("write", "POST /api/v1/targets", { body })).status, 201);
    const parents = { parents: ["checkout", "warehouse"] };
    await room.expect(200, "PATCH /api/v1/targets/child", { body: parents });
    const kept = { body: { intervalMs: 7_000 } };
    assert.equal((await room.as("write", "PATCH /api/v1/targets/child", kept)).status, 200);
  }));

test("what is about more than targets refuses a bound token, and says why", () =>
  withBoundRoom(async (room) => {
    for (const path of ["channels", "probes", "mesh", "silences", "summary"]) {
      const answer = await room.as("read", `GET /api/v1/${path}`);
      assert.equal(answer.status, 403, path);
      const why = /bound to targets with team=pay, and this is about more than those/;
      assert.match(JSON.stringify(answer.body), why);
    }
  }));

test("a bound token reports business calls for its targets only", () =>
  withBoundRoom(async (room) => {
    const at = room.clock.wallMs();
    const body = { fromAt: isoTime(at - 1_000), toAt: isoTime(at), successes: 1, failures: 0 };
    const own = await room.as("calls", "POST /api/v1/targets/checkout/calls", { body });
    assert.equal(own.status, 202);
    const other = await room.as("calls", "POST /api/v1/targets/warehouse/calls", { body });
    assert.equal(other.status, 404);
  }));

test("the fence follows the caller, not the moment: two requests at once see each their own", () =>
  withBoundRoom(async (room) => {
    const [bound, whole] = await Promise.all([
      room.as("read", "GET /api/v1/targets"),
      room.call("GET /api/v1/targets"),
    ]);
    await settle();
    assert.equal(targetPageSchema.parse(bound.body).items.length, 1);
    assert.equal(targetPageSchema.parse(whole.body).items.length, 2);
  }));

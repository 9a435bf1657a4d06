/** Who wrote what, when and from where. */
import assert from "node:assert/strict";
import test from "node:test";
import { auditPageSchema } from "../../../shared/api/audit.ts";
import type { ApiAuditRecord } from "../../../shared/api/audit.ts";
import { targetSchema } from "../../../shared/api/target.ts";
import { tokenCreatedSchema } from "../../../shared/api/token.ts";
import { withBoundRoom } from "../../helpers/bound-room.ts";
import { signedIn } from "../../helpers/browser.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

/** Every record, the newest first. */
async function audit(room: HttpRoom, query = ""): Promise<ApiAuditRecord[]> {
  const { body } = await room.expect(200, `GET /api/v1/audit${query}`);
  return auditPageSchema.parse(body).items;
}

/** Records in short, the oldest first; those of the tokens that the tests make are left out. */
const told = (records: readonly ApiAuditRecord[]): string[] =>
  records
    .filter(({ actor }) => actor.kind !== "aggregator")
    .map(({ actor, action, resource, name, changed, status, error }) =>
      [actor.name, action, resource, name, changed.join(), status, error].join(" ").trim(),
    )
    .reverse();

const WEB = {
  name: "web",
  kind: "http",
  options: { url: "http://127.0.0.1/" },
  labels: { a: "1" },
};

test("a write is told with who, what, which fields and both revisions, and without any value", () =>
  withHttpRoom(async (room) => {
    const token = await room.token("write");
    await room.expect(201, "POST /api/v1/targets", { body: WEB, token });
    const patch = { intervalMs: 7_000, labels: { a: "2" }, options: { method: "HEAD" } };
    await room.expect(200, "PATCH /api/v1/targets/web", { body: patch, token });
    await room.expect(200, "PATCH /api/v1/targets/web", { body: patch, token });
    await room.expect(204, "DELETE /api/v1/targets/web", { token });
    const records = await audit(room, "?resource=targets");
    assert.deepEqual(told(records), [
      "a-write create targets web  201",
      "a-write update targets web intervalMs,labels.a,options.method 200",
      "a-write none targets web  200",
      "a-write delete targets web  204",
    ]);
    const [, , updated] = records;
    assert.deepEqual([updated?.revisionBefore, updated?.revisionAfter], [1, 2]);
    assert.equal(updated?.operation, "PATCH /api/v1/targets/{id}");
    assert.equal(updated?.actor.kind, "token");
    assert.equal(updated?.at, "2026-01-01T00:00:00.000Z");
    assert.ok(!JSON.stringify(records).includes("127.0.0.1/"));
  }));

test("everything that an operator writes is in the log", () =>
  withBoundRoom(async (room) => {
    const options = { url: "https://example.test/", secret: `whsec_${"QUJD".repeat(8)}` };
    const hook = { name: "hook", kind: "webhook", options };
    const silence = { matchers: [{ name: "a", value: "b" }], durationMs: 60_000, comment: "c" };
    const window = { name: "disks", labels: { a: "b" }, toAt: "2026-01-01T02:00:00Z" };
    const probe = { name: "p", region: "r", zone: "z" };
    for (const [request, body] of [
      ["POST /api/v1/channels", hook],
      ["PATCH /api/v1/channels/hook", { enabled: false }],
      ["POST /api/v1/channels/hook/test", {}],
      ["DELETE /api/v1/channels/hook", undefined],
      ["POST /api/v1/probes", probe],
      ["POST /api/v1/probes/p/drain", {}],
      ["DELETE /api/v1/probes/p", undefined],
      ["POST /api/v1/maintenance", window],
      ["POST /api/v1/maintenance/disks/end", {}],
      ["DELETE /api/v1/maintenance/disks", undefined],
      ["PUT /api/v1/routes", {}],
      ["DELETE /api/v1/routes", undefined],
      ["POST /api/v1/silences", silence],
      ["POST /api/v1/incidents/inc_checkout/ack", {}],
      ["POST /api/v1/incidents/inc_checkout/notes", { text: "Looking." }],
      ["POST /api/v1/notifications/msg_checkout/requeue", undefined],
    ] as const) {
      const before = (await audit(room)).length;
      const answer = await room.call(request, { body });
      assert.ok(answer.status < 300, `${request}: ${JSON.stringify(answer.body)}`);
      const [newest, ...rest] = await audit(room);
      assert.ok(rest.length >= before, request);
      assert.equal(newest?.class, "write", request);
      assert.equal(newest?.resource, request.split("/")[3], request);
    }
    const all = JSON.stringify(await audit(room, "?limit=1000"));
    for (const value of ["QUJD", "example.test", "Looking."])
      assert.ok(!all.includes(value), value);
    const drained = await audit(room, "?resource=probes&name=p");
    assert.ok(drained.some(({ changed }) => changed.includes("draining")));
  }));

test("what is refused is told with its reason and who tried, apart from what was done", () =>
  withHttpRoom(async (room) => {
    const token = await room.token("read");
    await room.refused(403, "POST /api/v1/targets", { body: WEB, token });
    await room.refused(422, "POST /api/v1/targets", { body: { name: "x" } });
    await room.refused(404, "DELETE /api/v1/targets/none");
    await room.refused(400, "POST /api/v1/targets", { body: "{" });
    const records = await audit(room, "?class=refused");
    assert.deepEqual(told(records), [
      "a-read none targets   403 forbidden",
      "a-admin none targets   422 invalid",
      "a-admin none targets none  404 not_found",
      "a-admin none targets   400 bad_request",
    ]);
  }));

test("failed sign-ins and browser sessions are in the log, and no secret ever is", () =>
  withHttpRoom(async (room) => {
    const planted = "qrt_admin_0123456789abcdefghijklmnopqrstuv";
    await room.expect(401, "GET /api/v1/targets", { token: planted });
    await room.expect(401, `DELETE /api/v1/tokens/${planted}`, { token: planted });
    await room.expect(401, "POST /api/v1/session", { token: null, body: { token: planted } });
    await room.refused(404, `DELETE /api/v1/tokens/${planted}`);
    const made = await room.expect(201, "POST /api/v1/tokens", {
      body: { name: "n", scope: "read" },
    });
    const { secret } = tokenCreatedSchema.parse(made.body);
    const cookie = await signedIn(room, secret);
    const headers = { ...cookie, "sec-fetch-site": "same-origin" };
    await room.expect(204, "DELETE /api/v1/session", { token: null, headers });
    const failed = await audit(room, "?class=sign_in");
    assert.deepEqual(
      failed.map(({ actor, operation, error }) => `${actor.kind} ${operation} ${error}`).reverse(),
      [
        "nobody GET /api/v1/targets unauthenticated",
        "nobody DELETE /api/v1/tokens/{id} unauthenticated",
        "nobody POST /api/v1/session unauthenticated",
      ],
    );
    assert.deepEqual(told(await audit(room, "?resource=sessions&class=write")), [
      "n create sessions n  204",
      "n delete sessions n  204",
    ]);
    for (const one of [planted, secret, cookie["cookie"] ?? ""]) {
      assert.ok(!room.everythingStored().includes(one.slice(-32)));
    }
  }));

test("only admins read the log, page by page, narrowed by who, what, when", () =>
  withHttpRoom(async (room) => {
    const write = await room.token("write");
    for (const name of ["a", "b", "c"]) {
      const token = name === "b" ? write : undefined;
      const body = { ...WEB, name };
      await room.expect(
        201,
        "POST /api/v1/targets",
        token === undefined ? { body } : { body, token },
      );
      room.clock.advance(60_000);
    }
    const names = async (query: string) =>
      (await audit(room, `?resource=targets${query}`)).map(({ name }) => name);
    assert.deepEqual(await names(""), ["c", "b", "a"]);
    assert.deepEqual(await names("&actor=a-write"), ["b"]);
    assert.deepEqual(await names("&name=c"), ["c"]);
    const found = await room.expect(200, "GET /api/v1/targets/c");
    assert.deepEqual(await names(`&name=${targetSchema.parse(found.body).id}`), ["c"]);
    const range = "&from=2026-01-01T00:01:00Z&to=2026-01-01T00:02:00Z";
    assert.deepEqual(await names(range), ["b"]);
    const first = await room.expect(200, "GET /api/v1/audit?resource=targets&limit=2");
    const { next } = auditPageSchema.parse(first.body);
    assert.deepEqual(await names(`&limit=2&cursor=${next ?? ""}`), ["a"]);
    await room.refused(403, "GET /api/v1/audit", { token: write });
    await room.refused(422, "GET /api/v1/audit?class=all");
  }));

test("what the aggregator writes by itself is told as its own, and calls of machines are not", () =>
  withHttpRoom(async (room) => {
    await room.secret({ scope: "calls" });
    const [made] = await audit(room, "?resource=tokens&actor=aggregator");
    assert.deepEqual(
      [made?.actor.kind, made?.action, made?.status],
      ["aggregator", "create", null],
    );
    await room.expect(201, "POST /api/v1/targets", { body: WEB });
    const before = (await audit(room)).length;
    const at = "2026-01-01T00:00:00.000Z";
    const body = { fromAt: at, toAt: "2026-01-01T00:00:01.000Z", successes: 1, failures: 0 };
    await room.expect(202, "POST /api/v1/targets/web/calls", { body });
    assert.equal((await audit(room)).length, before);
  }));

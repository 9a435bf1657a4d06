/** /api/v1/targets. */
import assert from "node:assert/strict";
import test from "node:test";
import { targetPageSchema, targetSchema } from "../../../shared/api/target.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { Answer } from "../../helpers/http-room.ts";

const WEB = { name: "web", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };
const SECRET_HEADER = "s3cret-value";
const HTTP = {
  name: "api",
  kind: "http",
  options: { url: "http://127.0.0.1:1/", secretHeaders: { Authorization: SECRET_HEADER } },
};

const asTarget = (answer: Answer) => targetSchema.parse(answer.body);

test("a target is created with defaults, an id, revision 1, a location and an ETag", () =>
  withHttpRoom(async (room) => {
    const answer = await room.expect(201, "POST /api/v1/targets", { body: WEB });
    const target = asTarget(answer);
    assert.equal(answer.headers.get("location"), `/api/v1/targets/${target.id}`);
    assert.equal(answer.headers.get("etag"), '"1"');
    assert.equal(target.intervalMs, 30_000);
    assert.deepEqual(target.verdict, { state: "unknown", since: target.createdAt });
    assert.ok(target.warnings.length > 0, "without probes nobody can look at it");
    assert.deepEqual(room.told, ["changed web"]);
    const byId = asTarget(await room.expect(200, `GET /api/v1/targets/${target.id}`));
    assert.deepEqual(byId, target);
    assert.deepEqual(asTarget(await room.expect(200, "GET /api/v1/targets/web")), target);
  }));

test("a second target of the same name is a conflict, and every target has its own handle", () =>
  withHttpRoom(async (room) => {
    const bodies = ["a", "b", "c"].map((name) => ({ ...WEB, name }));
    await Promise.all(bodies.map((body) => room.expect(201, "POST /api/v1/targets", { body })));
    const handles = (await room.store.targets.all()).map(({ handle }) => handle);
    assert.equal(new Set(handles).size, 3);
    const twice = [1, 2].map(() => room.call("POST /api/v1/targets", { body: WEB }));
    const statuses = (await Promise.all(twice)).map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((left, right) => left - right),
      [201, 409],
    );
  }));

test("PUT creates by name, replaces, and keeps the revision when nothing changes", () =>
  withHttpRoom(async (room) => {
    const { name: _, ...body } = WEB;
    await room.expect(201, "PUT /api/v1/targets/web", { body });
    const same = await room.expect(200, "PUT /api/v1/targets/web", { body: WEB });
    assert.equal(same.headers.get("etag"), '"1"');
    assert.deepEqual(room.told, ["changed web"]);
    const changed = { ...body, labels: { team: "shop" } };
    const answer = await room.expect(200, "PUT /api/v1/targets/web", { body: changed });
    assert.equal(asTarget(answer).revision, 2);
    const problem = await room.refused(422, "PUT /api/v1/targets/web", {
      body: { ...body, name: "other" },
    });
    assert.equal(problem.issues[0]?.path, "name");
  }));

test("a merge patch changes what it names, and null resets to the default", () =>
  withHttpRoom(async (room) => {
    await room.expect(201, "POST /api/v1/targets", { body: { ...WEB, fall: 5, zone: "z" } });
    const body = { intervalMs: 60_000, fall: null, zone: null, labels: { a: "1" } };
    const headers = { "content-type": "application/merge-patch+json" };
    const answer = await room.expect(200, "PATCH /api/v1/targets/web", { body, headers });
    const target = asTarget(answer);
    assert.equal(target.intervalMs, 60_000);
    assert.equal(target.fall, 3);
    assert.equal(target.zone, undefined);
    assert.equal(target.revision, 2);
    assert.deepEqual(target.options, WEB.options);
    const renamed = await room.refused(422, "PATCH /api/v1/targets/web", { body: { name: "x" } });
    assert.match(renamed.detail, /cannot be changed/);
  }));

test("a write with a stale If-Match is refused with 412 and changes nothing", () =>
  withHttpRoom(async (room) => {
    await room.expect(201, "POST /api/v1/targets", { body: WEB });
    const stale = { headers: { "if-match": '"7"' } };
    const problem = await room.refused(412, "DELETE /api/v1/targets/web", stale);
    assert.match(problem.detail, /"1".*"7"/);
    await room.refused(412, "PATCH /api/v1/targets/web", { ...stale, body: { fall: 4 } });
    await room.refused(412, "PUT /api/v1/targets/new", { ...stale, body: WEB });
    const isNew = { headers: { "if-none-match": "*" }, body: WEB };
    await room.refused(412, "PUT /api/v1/targets/web", isNew);
    await room.refused(422, "DELETE /api/v1/targets/web", { headers: { "if-match": "1" } });
    const fresh = { headers: { "if-match": '"0", "1"' } };
    await room.expect(204, "DELETE /api/v1/targets/web", fresh);
    await room.refused(404, "GET /api/v1/targets/web");
    assert.deepEqual(room.told, ["changed web", "deleted web"]);
  }));

test("a secret option is never shown, and its mask sent back keeps it", () =>
  withHttpRoom(async (room) => {
    const created = await room.expect(201, "POST /api/v1/targets", { body: HTTP });
    assert.ok(!JSON.stringify(created.body).includes(SECRET_HEADER));
    const { options } = asTarget(created);
    const body = { kind: "http", options, fall: 4 };
    const replaced = await room.expect(200, "PUT /api/v1/targets/api", { body });
    assert.ok(!JSON.stringify(replaced.body).includes(SECRET_HEADER));
    const stored = await room.store.targets.get("api");
    assert.deepEqual(stored?.spec.options, HTTP.options);
    await room.refused(422, "PUT /api/v1/targets/other", { body });
  }));

test("bad input is told by path, value and what was expected, all at once", () =>
  withHttpRoom(async (room) => {
    const body = { ...WEB, intervalMs: 5, fall: "x", colour: "red" };
    const problem = await room.refused(422, "POST /api/v1/targets", { body });
    const paths = problem.issues.map(({ path }) => path).toSorted();
    assert.deepEqual(paths, ["colour", "fall", "intervalMs"]);
    const interval = problem.issues.find(({ path }) => path === "intervalMs");
    assert.equal(interval?.value, "5");
    assert.match(interval?.message ?? "", /200/);
    const kind = await room.refused(422, "POST /api/v1/targets", { body: { ...WEB, kind: "no" } });
    assert.equal(kind.issues[0]?.path, "kind");
    const option = { ...WEB, options: { host: "a", port: 0 } };
    const bad = await room.refused(422, "POST /api/v1/targets", { body: option });
    assert.equal(bad.issues[0]?.path, "options.port");
    const missing = await room.refused(422, "POST /api/v1/targets", { body: {} });
    assert.match(missing.issues[0]?.message ?? "", /found nothing/);
    const overlap = { ...WEB, intervalMs: 1_000, timeoutMs: 2_000 };
    await room.refused(422, "PUT /api/v1/targets/web", { body: overlap });
    const idLike = { ...WEB, name: "tgt_0123456789abcdef" };
    await room.refused(422, "POST /api/v1/targets", { body: idLike });
    await room.refused(404, "PUT /api/v1/targets/tgt_0123456789abcdef", { body: WEB });
  }));

test("a parent that is not there is a warning, and a circle of parents is refused", () =>
  withHttpRoom(async (room) => {
    const a = { ...WEB, name: "a", parents: ["b"] };
    const created = asTarget(await room.expect(201, "POST /api/v1/targets", { body: a }));
    assert.ok(created.warnings.some((warning) => warning.includes("no target of that name")));
    const b = { ...WEB, name: "b", parents: ["c"] };
    await room.expect(201, "POST /api/v1/targets", { body: b });
    const c = { ...WEB, name: "c", parents: ["a"] };
    const problem = await room.refused(422, "POST /api/v1/targets", { body: c });
    assert.match(problem.detail, /c -> a -> b -> c/);
    const self = { ...WEB, name: "s", parents: ["s"] };
    await room.refused(422, "POST /api/v1/targets", { body: self });
  }));

test("a list is paged by name and narrowed by label and kind without losing a row", () =>
  withHttpRoom(async (room) => {
    for (const name of ["a", "b", "c", "d", "e"]) {
      const labels = { half: name < "c" ? "first" : "second" };
      await room.expect(201, "POST /api/v1/targets", { body: { ...WEB, name, labels } });
    }
    const names = async (query: string): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor = ""; ;) {
        const answer = await room.expect(200, `GET /api/v1/targets?${query}${cursor}`);
        const page = targetPageSchema.parse(answer.body);
        assert.ok(page.items.length <= 2);
        found.push(...page.items.map(({ name }) => name));
        if (page.next === null) return found;
        cursor = `&cursor=${encodeURIComponent(page.next)}`;
      }
    };
    assert.deepEqual(await names("limit=2"), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(await names("limit=2&label=half=second"), ["c", "d", "e"]);
    assert.deepEqual(await names("limit=2&label=half=second&kind=http"), []);
    assert.deepEqual(await names("limit=2&label=half=first&label=x=y"), []);
    await room.refused(422, "GET /api/v1/targets?cursor=nonsense");
    await room.refused(422, "GET /api/v1/targets?label=half");
  }));

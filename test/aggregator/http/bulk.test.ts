/** /api/v1/targets/bulk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bulkAnswerSchema } from "../../../shared/api/bulk.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { targetOf, withBoundRoom } from "../../helpers/bound-room.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const options = { host: "127.0.0.1", port: 80 };
const tcp = (name: string, over: object = {}) => ({ name, kind: "tcp", options, ...over });

async function bulk(room: HttpRoom, targets: readonly unknown[], query = "") {
  const answer = await room.expect(200, `POST /api/v1/targets/bulk${query}`, { body: { targets } });
  return bulkAnswerSchema.parse(answer.body);
}

const PATH = "POST /api/v1/targets/bulk";

test("each target of a bulk write is created, updated, left as it is, or refused with issues", () =>
  withHttpRoom(async (room) => {
    await room.expect(201, "POST /api/v1/targets", { body: tcp("same") });
    await room.expect(201, "POST /api/v1/targets", { body: tcp("other") });
    room.told.length = 0;
    const answer = await bulk(room, [
      tcp("new", { labels: { team: "shop" } }),
      tcp("same"),
      tcp("other", { intervalMs: 5_000 }),
      tcp("bad", { options: { host: "127.0.0.1", port: 70_000 } }),
      tcp("new"),
      { kind: "tcp" },
      "nonsense",
      tcp("tgt_0123456789abcdef"),
    ]);
    const { items, ...counts } = answer;
    assert.deepEqual(counts, { dryRun: false, created: 1, updated: 1, unchanged: 1, refused: 5 });
    assert.deepEqual(
      items.map(({ index, name, outcome, revision }) => [index, name, outcome, revision]),
      [
        [0, "new", "created", 1],
        [1, "same", "unchanged", 1],
        [2, "other", "updated", 2],
        [3, "bad", "refused", null],
        [4, "new", "refused", null],
        [5, null, "refused", null],
        [6, null, "refused", null],
        [7, "tgt_0123456789abcdef", "refused", null],
      ],
    );
    assert.deepEqual(
      items.map(({ issues }) => issues[0]?.path),
      [undefined, undefined, undefined, "options.port", "name", "name", "", "name"],
    );
    assert.match(items[4]?.issues[0]?.message ?? "", /entry 0 has it too/);
    const made = await room.store.targets.get("new");
    assert.equal(made?.id, items[0]?.id);
    assert.deepEqual(made?.spec.labels, { team: "shop" });
    assert.deepEqual(room.told, ["changed new", "changed other"], "only what changed is told");
  }));

test("with dryRun everything is checked and nothing is written", () =>
  withHttpRoom(async (room) => {
    const dry = await bulk(room, [tcp("a"), tcp("b", { fall: 0 })], "?dryRun=true");
    assert.deepEqual([dry.dryRun, dry.created, dry.refused], [true, 1, 1]);
    assert.equal(dry.items[0]?.id, null, "there is none yet");
    assert.equal(await room.store.targets.count(), 0);
    assert.deepEqual(room.told, []);
    const real = await bulk(room, [tcp("a")]);
    assert.equal(real.created, 1);
  }));

test("targets of one request may depend on each other in any order, but in no ring", () =>
  withHttpRoom(async (room) => {
    const answer = await bulk(room, [
      tcp("child", { parents: ["switch"] }),
      tcp("switch"),
      tcp("ring-a", { parents: ["ring-b"] }),
      tcp("ring-b", { parents: ["ring-a"] }),
    ]);
    assert.deepEqual(
      answer.items.map(({ outcome }) => outcome),
      ["created", "created", "refused", "refused"],
    );
    assert.match(answer.items[2]?.issues[0]?.message ?? "", /ring-a -> ring-b -> ring-a/);
  }));

test("a secret that is masked stays, and a repeated request with its key does nothing", () =>
  withHttpRoom(async (room) => {
    const secret = { url: "http://127.0.0.1/", secretHeaders: { authorization: "Bearer s3cret" } };
    const headers = { "idempotency-key": "one" };
    const body = { targets: [{ name: "web", kind: "http", options: secret }] };
    const first = await room.expect(200, PATH, { body, headers });
    const again = await room.expect(200, PATH, { body, headers });
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    assert.deepEqual(again.body, first.body);
    const shown = await room.expect(200, "GET /api/v1/targets/web?fields=name,kind,options");
    const masked = await bulk(room, [shown.body]);
    assert.equal(masked.unchanged, 1);
  }));

test("a token that is bound to labels writes many of its own, and no others", () =>
  withBoundRoom(async (room) => {
    const { own, other } = room;
    const targets = [
      targetOf(own.name, "pay", { intervalMs: 5_000 }),
      targetOf("new", "pay"),
      targetOf(other.name, "pay"),
      targetOf("foreign", "shop"),
    ];
    const answer = await room.as("write", PATH, { body: { targets } });
    const { items } = bulkAnswerSchema.parse(answer.body);
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ["updated", "created", "refused", "refused"],
    );
    assert.match(items[3]?.issues[0]?.message ?? "", /bound to targets with team=pay/);
    assert.equal((await room.store.targets.get(other.name))?.revision, 1);
  }));

test("too many targets, none, a wrong body or too small a scope is refused as a whole", () =>
  withHttpRoom(async (room) => {
    await room.refused(422, PATH, { body: { targets: [] } });
    await room.refused(422, PATH, { body: [] });
    const many = Array.from({ length: LIMITS.bulkTargetsMax + 1 }, () => 0);
    const problem = await room.refused(422, PATH, { body: { targets: many } });
    assert.equal(problem.issues?.[0]?.path, "targets");
    const token = await room.token("read");
    await room.refused(403, PATH, { body: { targets: [tcp("a")] }, token });
  }));

test("a body of a bulk write may be larger than others", () =>
  withHttpRoom(async (room) => {
    const comment = "x".repeat(190);
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, comment]));
    const targets = Array.from({ length: 250 }, (_, at) => tcp(`t${at}`, { labels }));
    assert.ok(JSON.stringify(targets).length > LIMITS.bodyBytesMax);
    assert.equal((await bulk(room, targets)).created, 250);
    const large = { body: { targets, labels: JSON.stringify(targets) } };
    await room.refused(413, "POST /api/v1/targets", large);
  }));

test("what the engine does not take is refused, and said so", () =>
  withHttpRoom(async (room) => {
    const { submit } = room.engine;
    room.engine.submit = async (body) => {
      if (body.type === "target_set" && body.target.spec.name === "b") throw new Error("full");
      await submit(body);
    };
    const answer = await bulk(room, [tcp("a"), tcp("b")]);
    assert.deepEqual([answer.created, answer.refused], [1, 1]);
    assert.equal(answer.items[1]?.issues[0]?.message, "not written: full");
    assert.equal(answer.items[1]?.id, null);
  }));

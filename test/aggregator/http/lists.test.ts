/** What all lists and reads have in common: order, pages, labels, sparse fields, validators. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { z } from "zod";
import { sortedPage } from "../../../aggregator/http/sorting.ts";
import { targetPageSchema } from "../../../shared/api/target.ts";
import { verdictPageSchema } from "../../../shared/api/verdict.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const options = { host: "127.0.0.1", port: 80 };

async function add(room: HttpRoom, name: string, over: object = {}): Promise<string> {
  const body = { name, kind: "tcp", options, ...over };
  await room.expect(201, "POST /api/v1/targets", { body });
  return (await room.store.targets.get(name))?.id ?? "";
}

/** Seven targets: two down, two degraded, three unknown. */
async function addSeven(room: HttpRoom): Promise<void> {
  const states: (VerdictState | null)[] = [
    "up",
    "down",
    "degraded",
    null,
    "down",
    null,
    "degraded",
  ];
  for (const [index, state] of states.entries()) {
    const name = `t${index}`;
    const labels = { rack: `r${index % 2}`, ...(index < 4 ? { team: "shop" } : {}) };
    const id = await add(room, name, { labels, intervalMs: 10_000 * (7 - index) });
    if (state) room.engine.setVerdict(id, state);
    room.clock.advance(1_000);
  }
}

async function namesOf(room: HttpRoom, query: string): Promise<string[]> {
  const { body } = await room.expect(200, `GET /api/v1/targets?${query}`);
  return targetPageSchema.parse(body).items.map(({ name }) => name);
}

/** Every page of a list, two rows at a time. */
async function walk(room: HttpRoom, query: string, between?: () => Promise<void>) {
  const names: string[] = [];
  let cursor = "";
  for (;;) {
    const path = `GET /api/v1/targets?limit=2&${query}${cursor}`;
    const page = targetPageSchema.parse((await room.expect(200, path)).body);
    names.push(...page.items.map(({ name }) => name));
    if (page.next === null) return names;
    cursor = `&cursor=${page.next}`;
    await between?.();
  }
}

test("targets are sorted by any of their fields, in either direction, whatever the page", () =>
  withHttpRoom(async (room) => {
    await addSeven(room);
    const byInterval = ["t6", "t5", "t4", "t3", "t2", "t1", "t0"];
    assert.deepEqual(await walk(room, "sort=intervalMs"), byInterval);
    assert.deepEqual(await walk(room, "sort=-intervalMs"), byInterval.toReversed());
    assert.deepEqual(await walk(room, "sort=-createdAt"), byInterval);
    assert.deepEqual(await walk(room, "sort=-name"), byInterval);
    assert.deepEqual(await walk(room, "sort=name"), byInterval.toReversed());
    const worst = await walk(room, "sort=state");
    assert.deepEqual(worst.slice(0, 2).toSorted(), ["t1", "t4"]);
    assert.deepEqual(worst.slice(2, 4).toSorted(), ["t2", "t6"]);
    assert.equal(worst.at(-1), "t0");
    assert.equal(new Set(worst).size, 7, "those of one state are each shown once");
    const problem = await room.refused(422, "GET /api/v1/targets?sort=colour");
    assert.match(problem.detail, /sort: .*"-since"/);
  }));

test("a page goes on where the last one ended, though targets come and go meanwhile", () =>
  withHttpRoom(async (room) => {
    await addSeven(room);
    let count = 0;
    const names = await walk(room, "sort=-name", async () => {
      count += 1;
      // One comes before what was shown, and one that was shown goes.
      await add(room, `z${count}`);
      if (count === 1) await room.expect(204, "DELETE /api/v1/targets/t6");
    });
    assert.deepEqual(names, ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]);
    const page = targetPageSchema.parse(
      (await room.expect(200, "GET /api/v1/targets?limit=2&sort=-name")).body,
    );
    const other = `GET /api/v1/targets?sort=name&label=team=shop&cursor=${page.next}`;
    assert.match((await room.refused(422, other)).detail, /in the order name; it is of -name/);
    await room.refused(422, "GET /api/v1/targets?sort=-name&cursor=bm9uc2Vuc2U");
  }));

test("lists are narrowed by a label selector, a kind and states, and those still have pages", () =>
  withHttpRoom(async (room) => {
    await addSeven(room);
    const asked = (selector: string) => `labels=${encodeURIComponent(selector)}`;
    assert.deepEqual(await namesOf(room, asked("team=shop,rack in (r1)")), ["t1", "t3"]);
    assert.deepEqual(await namesOf(room, asked("!team")), ["t4", "t5", "t6"]);
    assert.deepEqual(await walk(room, asked("rack!=r1")), ["t0", "t2", "t4", "t6"]);
    assert.deepEqual(await namesOf(room, "state=down,degraded&sort=-name&limit=3"), [
      "t6",
      "t4",
      "t2",
    ]);
    assert.deepEqual(await namesOf(room, "kind=http"), []);
    const verdicts = await room.expect(200, "GET /api/v1/verdicts?sort=state&state=down,unknown");
    assert.deepEqual(
      verdictPageSchema.parse(verdicts.body).items.map(({ state }) => state),
      ["down", "down", "unknown", "unknown"],
    );
    room.engine.setReady(false);
    assert.equal((await namesOf(room, "")).length, 7, "as stored");
    await room.refused(503, "GET /api/v1/targets?sort=state");
  }));

test("only the fields that are asked for are shown, of a row and of what is within it", () =>
  withHttpRoom(async (room) => {
    const id = await add(room, "web");
    const list = await room.expect(200, "GET /api/v1/targets?fields=name,verdict.state");
    const row = { name: "web", verdict: { state: "unknown" } };
    assert.deepEqual(list.body, { items: [row], next: null });
    const one = await room.expect(200, "GET /api/v1/targets/web?fields=id,policy.rule");
    assert.deepEqual(one.body, { id, policy: { rule: "all" } });
    const whole = await room.expect(200, "GET /api/v1/summary?fields=targets.total,engine.ready");
    assert.deepEqual(whole.body, { targets: { total: 1 }, engine: { ready: true } });
    const within = await room.expect(200, "GET /api/v1/targets?fields=labels.team,options");
    assert.equal(
      z.object({ items: z.array(z.object({ labels: z.object({}) })) }).safeParse(within.body)
        .success,
      true,
    );
    const problem = await room.refused(422, "GET /api/v1/targets?fields=name,colour");
    assert.match(problem.detail, /fields: expected some of id, name, kind/);
    await room.refused(422, "GET /api/v1/targets/web?fields=verdict.colour");
  }));

test("a read has a validator, and what a caller has already is not sent again", () =>
  withHttpRoom(async (room) => {
    await add(room, "web");
    const first = await room.expect(200, "GET /api/v1/verdicts");
    const etag = first.headers.get("etag") ?? "";
    assert.match(etag, /^W\/"/);
    const headers = { "if-none-match": `"x", ${etag}` };
    const again = await room.expect(304, "GET /api/v1/verdicts", { headers });
    assert.equal(again.body, "");
    assert.equal(again.headers.get("etag"), etag);
    const id = (await room.store.targets.get("web"))?.id ?? "";
    room.engine.setVerdict(id, "down");
    await room.expect(200, "GET /api/v1/verdicts", { headers });
    const target = await room.expect(200, "GET /api/v1/targets/web");
    assert.equal(target.headers.get("etag"), '"1"', "the revision, for If-Match");
    const known = { "if-none-match": '"1"' };
    await room.expect(200, "GET /api/v1/targets/web", { headers: known });
  }));

test("HEAD answers as GET does, without a body", () =>
  withHttpRoom(async (room) => {
    await add(room, "web");
    for (const path of ["/api/v1/targets", "/api/v1/targets/web", "/api/v1/summary", "/healthz"]) {
      const token = path === "/healthz" ? null : await room.token("read");
      const got = await room.expect(200, `GET ${path}`, { token });
      const head = await room.expect(200, `HEAD ${path}`, { token });
      assert.equal(head.body, "");
      assert.equal(head.headers.get("content-type"), got.headers.get("content-type"));
      assert.equal(head.headers.get("etag"), got.headers.get("etag"));
    }
    const stream = await room.expect(200, "HEAD /api/v1/events");
    assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/);
    room.clock.advance(5_000);
    const metrics = await room.expect(200, "GET /metrics", { token: null });
    assert.match(String(metrics.body), /^quorate_event_streams 0$/m, "no stream is left open");
    await room.expect(401, "HEAD /api/v1/targets", { token: null });
    await room.expect(404, "HEAD /api/v1/targets/nobody");
  }));

test("pages of a sorted list are the whole list sorted, whatever comes in which order", () => {
  const fields = { size: ({ size }: { size: number | null }) => size };
  const shape = { fields, usual: "size", tieOf: ({ id }: { id: string }) => id };
  const row = fc.record({
    size: fc.option(fc.integer({ min: 0, max: 9 })),
    id: fc.uuid({ version: 4 }),
  });
  const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 900, size: "max" });
  const direction = fc.constantFrom("size", "-size");
  const limits = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(rows, direction, limits, (all, sort, limit) => {
      const sign = sort === "size" ? 1 : -1;
      const sorted = all.toSorted((a, b) => {
        if (a.size === b.size) return a.id < b.id ? -1 : 1;
        if (a.size === null || b.size === null) return a.size === null ? 1 : -1;
        return sign * (a.size - b.size);
      });
      const walked: typeof all = [];
      let cursor: string | undefined;
      do {
        const page = sortedPage(all, { limit, cursor, sort }, shape);
        walked.push(...page.rows);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      assert.deepEqual(walked, sorted);
    }),
    { numRuns: 30 },
  );
});

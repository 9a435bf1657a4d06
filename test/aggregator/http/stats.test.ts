/** Results by resolution, and statistics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { latencyPageSchema, resultPageSchema } from "../../../shared/api/result.ts";
import { statsPageSchema, targetStatsSchema } from "../../../shared/api/stats.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { resultsEvent, START_MS } from "../../helpers/store-data.ts";

const options = { host: "127.0.0.1", port: 80 };

/** Ten results of each of two probes: 1 to 10 ms, the last one of rack-b failed. */
async function measure(room: HttpRoom): Promise<void> {
  room.clock.advance(START_MS + 600_010 - room.clock.wallMs());
  for (const name of ["rack-a", "rack-b"]) {
    const probe = { name, region: "east", zone: name };
    await room.expect(201, "POST /api/v1/probes", { body: probe });
    const probeId = (await room.store.probes.get(name))?.id ?? "";
    const rows = Array.from({ length: 10 }, (_, index) => {
      const isLast = name === "rack-b" && index === 9;
      const failure = isLast ? { failure: { detail: "Refused." } } : {};
      return { handle: 1, agoMs: 1_000 - index * 10, latencyUs: 1_000 * (index + 1), ...failure };
    });
    await room.engine.submit(resultsEvent({ probeId, sentMonoMs: 600_000 }, rows));
  }
}

async function withResults(use: (room: HttpRoom) => Promise<void>): Promise<void> {
  await withHttpRoom(async (room) => {
    for (const name of ["web", "db"]) {
      const body = { name, kind: "tcp", options, labels: { name } };
      await room.expect(201, "POST /api/v1/targets", { body });
    }
    await measure(room);
    await use(room);
  });
}

/** Ids are drawn by chance; names are not. */
const byProbe = <Row extends { probe: string | null }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => ((a.probe ?? "") < (b.probe ?? "") ? -1 : 1));

test("results are shown one by one, or rolled up, of one vantage or of all", () =>
  withResults(async (room) => {
    const path = "GET /api/v1/targets/web/results";
    const raw = resultPageSchema.parse((await room.expect(200, path)).body);
    assert.equal(raw.items.length, 20);
    const one = await room.expect(200, `${path}?resolution=raw&vantage=rack-b&limit=3`);
    const page = resultPageSchema.parse(one.body);
    assert.deepEqual(
      page.items.map(({ probe }) => probe),
      ["rack-b", "rack-b", "rack-b"],
    );
    assert.ok(page.next !== null);
    const rolled = await room.expect(200, `${path}?resolution=1h`);
    const buckets = latencyPageSchema.parse(rolled.body).items;
    assert.deepEqual(
      byProbe(buckets).map(({ probe, spanMs, ok, failed }) => [probe, spanMs, ok, failed]),
      [
        ["rack-a", 3_600_000, 10, 0],
        ["rack-b", 3_600_000, 9, 1],
      ],
    );
    const problem = await room.refused(422, `${path}?resolution=5m&from=0`);
    assert.match(problem.detail, /at most 9000 buckets/);
    await room.refused(422, `${path}?resolution=2h`);
  }));

test("statistics of a target are of all vantages and of each, over whole five minutes", () =>
  withResults(async (room) => {
    const answer = await room.expect(200, "GET /api/v1/targets/web/stats");
    const stats = targetStatsSchema.parse(answer.body);
    const { p50Us, p75Us, p95Us, p99Us, stddevUs, ...exact } = stats.total;
    assert.deepEqual(exact, {
      scheduled: 20,
      ok: 19,
      failed: 1,
      void: 0,
      minUs: 1_000,
      maxUs: 10_000,
      meanUs: Math.round((55_000 + 45_000) / 19),
    });
    const within = (found: number | null, wanted: number): void =>
      assert.ok(Math.abs((found ?? 0) - wanted) <= 0.03 * wanted, `${found} is about ${wanted}`);
    within(p50Us, 5_000);
    within(p75Us, 8_000);
    within(p95Us, 10_000);
    within(p99Us, 10_000);
    within(stddevUs, 2_774);
    assert.deepEqual(
      byProbe(stats.vantages).map(({ probe, ok, maxUs }) => [probe, ok, maxUs]),
      [
        ["rack-a", 10, 10_000],
        ["rack-b", 9, 9_000],
      ],
    );
    const one = await room.expect(200, "GET /api/v1/targets/web/stats?vantage=rack-b");
    assert.equal(targetStatsSchema.parse(one.body).vantages.length, 1);
    const early = await room.expect(200, `GET /api/v1/targets/web/stats?to=${START_MS + 1}`);
    const before = targetStatsSchema.parse(early.body);
    assert.equal(before.to, "2026-01-01T00:05:00.000Z", "widened to whole five minutes");
    assert.deepEqual([before.total.ok, before.total.meanUs, before.vantages], [0, null, []]);
  }));

test("statistics of many targets are listed by name, and narrowed by labels", () =>
  withResults(async (room) => {
    const list = async (query: string) => {
      const { body } = await room.expect(200, `GET /api/v1/stats${query}`);
      return statsPageSchema.parse(body);
    };
    const all = await list("");
    assert.deepEqual(
      all.items.map(({ target, total }) => [target, total.ok]),
      [
        ["db", 0],
        ["web", 19],
      ],
    );
    const first = await list("?limit=1");
    assert.deepEqual(
      (await list(`?limit=1&cursor=${first.next}`)).items.map(({ target }) => target),
      ["web"],
    );
    assert.equal((await list("?labels=name%3Dweb")).items.length, 1);
  }));

/** /api/v1/targets/{id}/uptime and calls. */
import assert from "node:assert/strict";
import test from "node:test";
import { targetUptimePageSchema, uptimePageSchema } from "../../../shared/api/uptime.ts";
import type { ApiUptime } from "../../../shared/api/uptime.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const WEB = { name: "web", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };
const HOUR_MS = 3_600_000;
const OCTOBER_MS = Date.parse("2025-10-01T00:00:00Z");

async function makeWeb(room: HttpRoom): Promise<string> {
  await room.expect(201, "POST /api/v1/targets", { body: WEB });
  return (await room.store.targets.get("web"))?.id ?? "";
}

type Piece = [fromMs: number, toMs: number, state: VerdictState, maintenance?: boolean];

async function record(room: HttpRoom, targetId: string, pieces: readonly Piece[]): Promise<void> {
  const nothing = { tick: null, events: [], transitions: [], incidents: [], notifications: [] };
  const spans = pieces.map(([fromMs, toMs, state, maintenance = false]) => {
    return { targetId, fromMs, toMs, state, maintenance };
  });
  await room.store.events.commit({ atMs: 0, ...nothing, spans });
}

async function uptime(room: HttpRoom, query: string): Promise<ApiUptime[]> {
  const answer = await room.expect(200, `GET /api/v1/targets/web/uptime${query}`);
  return uptimePageSchema.parse(answer.body).items;
}

test("unknown time and maintenance are on neither side of the availability", () =>
  withHttpRoom(async (room) => {
    const id = await makeWeb(room);
    const at = (hours: number) => OCTOBER_MS + hours * HOUR_MS;
    await record(room, id, [
      [at(0), at(6), "up"],
      [at(6), at(7), "degraded"],
      [at(7), at(8), "down"],
      [at(8), at(10), "unknown"],
      [at(10), at(12), "down", true],
    ]);
    const [row, ...rest] = await uptime(room, `?from=${at(-1)}&to=${at(12)}`);
    assert.equal(rest.length, 0);
    assert.equal(row?.availability, 7 / 8);
    assert.deepEqual(
      [row.upMs, row.downMs, row.unknownMs, row.maintenanceMs, row.unrecordedMs],
      [7, 1, 2, 2, 1].map((hours) => hours * HOUR_MS),
    );
    assert.deepEqual(row.states, {
      up: 6 * HOUR_MS,
      degraded: HOUR_MS,
      down: HOUR_MS,
      unknown: 2 * HOUR_MS,
    });
  }));

test("the state that lasts counts up to now, and months are told one by one", () =>
  withHttpRoom(async (room) => {
    await makeWeb(room);
    const fromMs = Date.parse("2025-11-16T00:00:00Z");
    room.engine.presentSpan = () => ({ fromMs, state: "up", maintenance: false });
    const rows = await uptime(room, "?from=2025-10-31T12:00:00Z&to=2025-12-02T00:00:00Z&by=month");
    assert.deepEqual(
      rows.map(({ from, upMs, unrecordedMs }) => [from, upMs / HOUR_MS, unrecordedMs / HOUR_MS]),
      [
        ["2025-10-31T12:00:00.000Z", 0, 12],
        ["2025-11-01T00:00:00.000Z", 15 * 24, 15 * 24],
        ["2025-12-01T00:00:00.000Z", 24, 0],
      ],
    );
    assert.equal((await uptime(room, "")).length, 1);
    await room.refused(422, "GET /api/v1/targets/web/uptime?from=1970-01-01T00:00:00Z&by=day");
    await room.refused(422, "GET /api/v1/targets/web/uptime?from=2999-01-01T00:00:00Z");
    await room.refused(404, "GET /api/v1/targets/shop/uptime");
  }));

const REPORT = {
  fromAt: "2025-12-31T23:50:30Z",
  toAt: "2025-12-31T23:50:40Z",
  successes: 41,
  failures: 1,
};

test("business calls are taken from a token of scope calls, under the token's id", () =>
  withHttpRoom(async (room) => {
    const targetId = await makeWeb(room);
    const token = await room.token("calls");
    const path = "POST /api/v1/targets/web/calls";
    const one = await room.expect(202, path, { token, body: REPORT });
    assert.deepEqual(one.body, { accepted: 1 });
    const later = { ...REPORT, fromAt: REPORT.toAt, toAt: "2025-12-31T23:50:50+00:00" };
    const both = await room.expect(202, path, { token, body: { reports: [REPORT, later] } });
    assert.deepEqual(both.body, { accepted: 2 });
    const said = room.engine.submitted.filter(({ type }) => type === "calls");
    const known = (await room.store.tokens.all()).find(({ scope }) => scope === "calls");
    const fromMs = Date.parse(REPORT.fromAt);
    const report = { successes: 41, failures: 1, fromMs, toMs: fromMs + 10_000 };
    assert.deepEqual(said[0], { type: "calls", targetId, reporter: known?.id, ...report });
    assert.equal(said.length, 3);
  }));

test("who may only read may report nothing, and who reports may do nothing else", () =>
  withHttpRoom(async (room) => {
    await makeWeb(room);
    const path = "POST /api/v1/targets/web/calls";
    await room.refused(403, path, { token: await room.token("read"), body: REPORT });
    await room.refused(403, path, { token: await room.token("probe"), body: REPORT });
    await room.expect(202, path, { token: await room.token("write"), body: REPORT });
    await room.refused(403, "GET /api/v1/targets", { token: await room.token("calls") });
    const body = { ...REPORT, toAt: REPORT.fromAt };
    await room.refused(422, path, { body });
    await room.refused(422, path, { body: { ...REPORT, failures: -1 } });
    const ahead = { ...REPORT, toAt: "2026-01-01T00:06:00Z" };
    const problem = await room.refused(422, path, { body: { reports: [REPORT, ahead] } });
    assert.match(problem.detail, /^reports\.1\.toAt: expected a moment of the last day/);
    await room.refused(404, "POST /api/v1/targets/shop/calls", { body: REPORT });
  }));

test("with an objective each row says what it allowed, what was spent, and how fast", () =>
  withHttpRoom(async (room) => {
    const id = await makeWeb(room);
    const at = (minutes: number) => OCTOBER_MS + minutes * 60_000;
    room.clock.advance(at(20_000) - room.clock.wallMs());
    await record(room, id, [
      [at(0), at(9_990), "up"],
      [at(9_990), at(10_000), "down"],
      [at(10_000), at(11_000), "unknown"],
      [at(11_000), at(12_000), "down", true],
    ]);
    const range = `?from=${at(0)}&to=${at(12_000)}`;
    const [row] = await uptime(room, `${range}&slo=99.95`);
    assert.deepEqual(row?.budget, {
      objectivePercent: 99.95,
      met: false,
      totalMs: 300_000,
      spentMs: 600_000,
      leftMs: -300_000,
      burnRate: 2,
    });
    const [easy] = await uptime(room, `${range}&slo=99.8`);
    assert.deepEqual([easy?.budget?.met, easy?.budget?.burnRate], [true, 0.5]);
    const [nothing] = await uptime(room, `?from=${at(11_000)}&to=${at(12_000)}&slo=99`);
    assert.deepEqual([nothing?.budget?.met, nothing?.budget?.burnRate], [null, null]);
    assert.equal((await uptime(room, range))[0]?.budget, undefined);
    for (const slo of ["100", "-1", "x"]) {
      await room.refused(422, `GET /api/v1/targets/web/uptime?slo=${slo}`);
    }
  }));

test("the uptime of all is listed by name, or the worst first, and narrowed by labels", () =>
  withHttpRoom(async (room) => {
    const at = (minutes: number) => OCTOBER_MS + minutes * 60_000;
    room.clock.advance(at(1_000) - room.clock.wallMs());
    for (const [name, downMinutes] of [
      ["a", 1],
      ["b", 30],
      ["c", 10],
    ] as const) {
      await room.expect(201, "POST /api/v1/targets", { body: { ...WEB, name, labels: { name } } });
      const id = (await room.store.targets.get(name))?.id ?? "";
      const down = at(100 - downMinutes);
      await record(room, id, [
        [at(0), down, "up"],
        [down, at(100), "down"],
      ]);
    }
    const list = async (query: string) => {
      const path = `GET /api/v1/uptime?from=${at(0)}&to=${at(100)}&${query}`;
      return targetUptimePageSchema.parse((await room.expect(200, path)).body);
    };
    const said = async (query: string) =>
      (await list(query)).items.map(({ target, availability }) => `${target} ${availability}`);
    assert.deepEqual(await said(""), ["a 0.99", "b 0.7", "c 0.9"]);
    assert.deepEqual(await said("sort=availability"), ["b 0.7", "c 0.9", "a 0.99"]);
    assert.deepEqual(await said("sort=-downMs&limit=1"), ["b 0.7"]);
    assert.deepEqual(await said("labels=name%20in%20(a,c)"), ["a 0.99", "c 0.9"]);
    const first = await list("sort=availability&limit=2&slo=95");
    assert.deepEqual(
      first.items.map(({ budget }) => budget?.met),
      [false, false],
    );
    assert.deepEqual(await said(`sort=availability&limit=2&cursor=${first.next}`), ["a 0.99"]);
  }));

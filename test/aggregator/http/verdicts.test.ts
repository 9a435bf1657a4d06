/** /api/v1/verdicts, results, latency and run. */
import assert from "node:assert/strict";
import test from "node:test";
import { probeCreatedSchema } from "../../../shared/api/probe.ts";
import { latencyPageSchema, resultPageSchema } from "../../../shared/api/result.ts";
import { runSchema, targetSchema } from "../../../shared/api/target.ts";
import { explanationSchema, transitionPageSchema } from "../../../shared/api/verdict.ts";
import { verdictPageSchema, verdictSchema } from "../../../shared/api/verdict.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { makeTransition } from "../../helpers/make-effects.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { resultsEvent, START_MS } from "../../helpers/store-data.ts";

const WEB = { name: "web", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };

async function createTarget(room: HttpRoom, over: object = {}) {
  const answer = await room.expect(201, "POST /api/v1/targets", { body: { ...WEB, ...over } });
  return targetSchema.parse(answer.body);
}

async function createProbe(room: HttpRoom, name: string): Promise<string> {
  const body = { name, region: "north", zone: name };
  const answer = await room.expect(201, "POST /api/v1/probes", { body });
  const { probe } = probeCreatedSchema.parse(answer.body);
  room.connected.add(probe.id);
  return probe.id;
}

/** Results of one probe reach the log, as of now. */
async function report(
  room: HttpRoom,
  facts: { probeId: string; sequence: number },
  attempt: number,
) {
  const sentMonoMs = room.clock.wallMs() - START_MS + 1_000;
  const row = { handle: 1, agoMs: 0, latencyUs: 1_500, attempt };
  await room.engine.submit(resultsEvent({ ...facts, sentMonoMs }, [row]));
}

test("verdicts are listed with names, and narrowed by state and label", () =>
  withHttpRoom(async (room) => {
    const a = await createTarget(room, { name: "a", labels: { team: "shop" } });
    const b = await createTarget(room, { name: "b" });
    await createTarget(room, { name: "c" });
    room.engine.setVerdict(a.id, "down");
    room.engine.setVerdict(b.id, "up");
    const names = async (query: string) => {
      const { body } = await room.expect(200, `GET /api/v1/verdicts${query}`);
      return verdictPageSchema.parse(body).items.map(({ target, state }) => `${target} ${state}`);
    };
    assert.deepEqual(await names(""), ["a down", "b up", "c unknown"]);
    assert.deepEqual(await names("?state=down,unknown"), ["a down", "c unknown"]);
    assert.deepEqual(await names("?state=down,up&label=team=shop"), ["a down"]);
    const problem = await room.refused(422, "GET /api/v1/verdicts?state=dwon");
    assert.match(problem.detail, /down, sub_healthy/);
    const one = await room.expect(200, "GET /api/v1/verdicts/a");
    assert.equal(verdictSchema.parse(one.body).targetId, a.id);
    await room.refused(404, "GET /api/v1/verdicts/nobody");
  }));

test("a verdict is explained as it is now, and as it was at a past transition", () =>
  withHttpRoom(async (room) => {
    const { id } = await createTarget(room);
    const { explanation } = makeTransition();
    let known: typeof explanation | null = null;
    room.engine.explain = () => known;
    await room.refused(503, "GET /api/v1/verdicts/web/explain");
    known = explanation;
    const now = await room.expect(200, "GET /api/v1/verdicts/web/explain");
    const shown = explanationSchema.parse(now.body);
    assert.equal(shown.at, "2026-01-01T00:00:00.000Z");
    assert.equal(shown.vantages[0]?.seenAt, "2026-01-01T00:00:00.000Z");
    const row = { targetId: id, atMs: START_MS, from: "up", to: "down" } as const;
    const transitions = [1, 2, 3].map((number) => ({
      ...row,
      number,
      incidentId: null,
      explanation: { ...explanation, sentence: `Transition ${number}.` },
    }));
    const nothing = { tick: null, events: [], incidents: [], notifications: [], spans: [] };
    await room.store.events.commit({ atMs: START_MS, transitions, ...nothing });
    const past = await room.expect(200, "GET /api/v1/verdicts/web/explain?transition=2");
    assert.equal(explanationSchema.parse(past.body).sentence, "Transition 2.");
    await room.refused(404, "GET /api/v1/verdicts/web/explain?transition=4");
    const list = await room.expect(200, "GET /api/v1/verdicts/web/transitions?limit=2");
    const page = transitionPageSchema.parse(list.body);
    assert.deepEqual(
      page.items.map(({ number }) => number),
      [3, 2],
    );
    assert.ok(page.next !== null);
  }));

test("results and latency carry the probe's name and keep to the range asked for", () =>
  withHttpRoom(async (room) => {
    await createTarget(room);
    const probeId = await createProbe(room, "rack-a");
    room.clock.advance(60_000);
    await report(room, { probeId, sequence: 1 }, 0);
    room.clock.advance(60_000);
    const list = await room.expect(200, "GET /api/v1/targets/web/results?probe=rack-a");
    const [result] = resultPageSchema.parse(list.body).items;
    assert.deepEqual([result?.probe, result?.class, result?.latencyUs], ["rack-a", "ok", 1_500]);
    const { body } = await room.expect(200, "GET /api/v1/targets/web/latency?spanMs=3600000");
    const [bucket] = latencyPageSchema.parse(body).items;
    assert.deepEqual([bucket?.probe, bucket?.ok, bucket?.spanMs], ["rack-a", 1, 3_600_000]);
    const count = async (query: string) => {
      const answer = await room.expect(200, `GET /api/v1/targets/web/results?${query}`);
      return resultPageSchema.parse(answer.body).items.length;
    };
    assert.equal(await count("from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:30%2B01:00"), 0);
    assert.equal(await count(`from=${START_MS}`), 1);
    assert.equal(await count("probe=prb_gone"), 0);
    await room.refused(422, "GET /api/v1/targets/web/results?from=yesterday");
    await room.refused(422, "GET /api/v1/targets/web/results?from=2&to=1");
    await room.refused(422, "GET /api/v1/targets/web/latency?from=0");
    await room.refused(422, "GET /api/v1/targets/web/latency?spanMs=7");
  }));

test("a run asks every connected vantage once and says whom", () =>
  withHttpRoom(async (room) => {
    await createTarget(room);
    await room.refused(503, "POST /api/v1/targets/web/run");
    const first = await createProbe(room, "rack-a");
    const second = await createProbe(room, "rack-b");
    await createProbe(room, "rack-c");
    await room.expect(200, "POST /api/v1/probes/rack-c/drain");
    const answer = await room.expect(202, "POST /api/v1/targets/web/run");
    const asked = runSchema.parse(answer.body).vantages.map(({ probe }) => probe);
    assert.deepEqual(asked.toSorted(), ["rack-a", "rack-b"]);
    const [recheck] = room.rechecks;
    assert.deepEqual(recheck?.probeIds.toSorted(), [first, second].toSorted());
    assert.deepEqual([recheck?.handle, recheck?.attempts], [1, 1]);
    await room.expect(200, "PATCH /api/v1/targets/web", { body: { enabled: false } });
    await room.refused(409, "POST /api/v1/targets/web/run");
  }));

test("a run that waits answers with what every vantage saw", () =>
  withHttpRoom(async (room) => {
    await createTarget(room);
    const probes = [await createProbe(room, "rack-a"), await createProbe(room, "rack-b")];
    await report(room, { probeId: probes[0] ?? "", sequence: 1 }, 1);
    await room.clock.run(1_000);
    const answer = room.expect(200, "POST /api/v1/targets/web/run?wait=true");
    await room.clock.run(500);
    await Promise.all(probes.map((probeId) => report(room, { probeId, sequence: 2 }, 1)));
    await room.clock.run(500);
    const run = runSchema.parse((await answer).body);
    assert.equal(run.complete, true);
    assert.deepEqual(run.results.map(({ probeId }) => probeId).toSorted(), probes.toSorted());
  }));

test("a run does not wait longer than the target's timeout and 5 s", () =>
  withHttpRoom(async (room) => {
    await createTarget(room, { timeoutMs: 1_000 });
    await createProbe(room, "rack-a");
    let ended = false;
    const answer = room.expect(200, "POST /api/v1/targets/web/run?wait=true");
    void answer.finally(() => (ended = true));
    await room.clock.run(5_900);
    await settle();
    assert.equal(ended, false);
    await room.clock.run(200);
    assert.deepEqual(runSchema.parse((await answer).body).complete, false);
  }));

import assert from "node:assert/strict";
import { test } from "node:test";
import { replaySchema } from "../../../shared/api/replay.ts";
import type { ApiReplay } from "../../../shared/api/replay.ts";
import { openHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { patiently } from "../../helpers/patience.ts";

const SHOP = { name: "shop", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };
const SINCE = { sinceAt: "2026-01-01T00:00:00.000Z" };

async function httpTest(body: (room: HttpRoom) => Promise<void>): Promise<void> {
  const room = openHttpRoom();
  try {
    await room.expect(201, "POST /api/v1/targets", { body: SHOP });
    await body(room);
  } finally {
    await room.close();
  }
}

async function over(room: HttpRoom, { id }: ApiReplay): Promise<ApiReplay> {
  return patiently("the replay is over", async () => {
    await room.clock.run(100);
    const { body } = await room.expect(200, `GET /api/v1/replays/${id}`);
    const replay = replaySchema.parse(body);
    return replay.state === "running" ? null : replay;
  });
}

test("a replay is started, asked for and forgotten by whoever may write", () =>
  httpTest(async (room) => {
    const token = await room.token("write");
    const body = { ...SINCE, target: "shop", changes: { policy: { rule: "majority" }, fall: 2 } };
    const started = await room.expect(202, "POST /api/v1/replays", { token, body });
    const replay = replaySchema.parse(started.body);
    assert.equal(started.headers.get("location"), `/api/v1/replays/${replay.id}`);
    const done = await over(room, replay);
    assert.deepEqual([done.state, done.target, done.error], ["done", "shop", null]);
    assert.deepEqual(done.changes, body.changes);
    assert.equal(done.report?.targets, 1);
    await room.expect(204, `DELETE /api/v1/replays/${replay.id}`, { token });
    const { detail } = await room.refused(404, `GET /api/v1/replays/${replay.id}`, { token });
    assert.match(detail, /There is no replay "rpl_/);
  }));

test("a replay that cannot be meant is refused with what was expected", () =>
  httpTest(async (room) => {
    const cases: [body: object, path: string, message: RegExp][] = [
      [{}, "sinceAt", /expected/],
      [{ ...SINCE, changes: { intervalMs: 1_000 } }, "changes.intervalMs", /no such field/],
      [{ ...SINCE, changes: { fall: 0 } }, "changes.fall", />=1/],
      [{ ...SINCE, changes: { policy: { rule: "most" } } }, "changes.policy.rule", /one of "all"/],
    ];
    for (const [body, path, message] of cases) {
      const { issues } = await room.refused(422, "POST /api/v1/replays", { body });
      const issue = issues.find((one) => one.path === path);
      assert.match(issue?.message ?? JSON.stringify(issues), message);
    }
    const body = { ...SINCE, target: "nobody" };
    await room.refused(404, "POST /api/v1/replays", { body });
  }));

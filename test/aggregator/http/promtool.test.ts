/** Prometheus' own tool accepts what Prometheus is given. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { withHttpRoom } from "../../helpers/http-room.ts";
import { needs, pathOf } from "../../helpers/needs.ts";

const RULES = "deploy/prometheus/quorate.rules.yml";

test("promtool accepts the metrics, each target's verdict among them", needs("promtool"), () =>
  withHttpRoom(async (room) => {
    const options = { host: "127.0.0.1", port: 80 };
    await room.expect(201, "POST /api/v1/targets", { body: { name: "web", kind: "tcp", options } });
    const id = (await room.store.targets.get("web"))?.id ?? "";
    room.engine.setVerdict(id, "down");
    const input = String((await room.expect(200, "GET /metrics", { token: null })).body);
    assert.ok(input.includes(`quorate_target_verdict{target="${id}",state="down"} 1\n`));
    const { status, stderr } = spawnSync(pathOf("promtool"), ["check", "metrics"], { input });
    assert.equal(status, 0, String(stderr));
  }),
);

test("promtool accepts the alert rules", needs("promtool"), () => {
  const { status, stderr } = spawnSync(pathOf("promtool"), ["check", "rules", RULES]);
  assert.equal(status, 0, String(stderr));
});

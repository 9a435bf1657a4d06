/** Writes that are tried first, and a maintenance that is only looked at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maintenancePreviewSchema } from "../../../shared/api/maintenance.ts";
import { targetSchema } from "../../../shared/api/target.ts";
import { isoTime } from "../../../shared/clock.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

const options = { host: "127.0.0.1", port: 80 };
const WEB = { name: "web", kind: "tcp", options, labels: { team: "shop" } };
const HOOK = {
  name: "hook",
  kind: "webhook",
  options: { url: "http://127.0.0.1:1/", unsigned: true },
};

test("a write of a target with dryRun answers as it would be, and writes nothing", () =>
  withHttpRoom(async (room) => {
    const dry = "?dryRun=true";
    const made = await room.expect(200, `POST /api/v1/targets${dry}`, { body: WEB });
    assert.equal(targetSchema.parse(made.body).name, "web");
    await room.expect(200, `PUT /api/v1/targets/web${dry}`, { body: WEB });
    assert.deepEqual(room.engine.submitted, []);
    await room.expect(201, "POST /api/v1/targets", { body: WEB });
    room.engine.submitted.length = 0;
    const patch = { body: { intervalMs: 7_000 } };
    const patched = await room.expect(200, `PATCH /api/v1/targets/web${dry}`, patch);
    const { intervalMs, revision } = targetSchema.parse(patched.body);
    assert.deepEqual([intervalMs, revision], [7_000, 2]);
    await room.expect(204, `DELETE /api/v1/targets/web${dry}`);
    await room.refused(409, `POST /api/v1/targets${dry}`, { body: WEB });
    await room.refused(422, `PATCH /api/v1/targets/web${dry}`, { body: { fall: 0 } });
    assert.deepEqual(room.engine.submitted, []);
    assert.equal((await room.store.targets.get("web"))?.revision, 1);
  }));

test("channels, silences, maintenance and routes can be tried first as well", () =>
  withHttpRoom(async (room) => {
    const dry = "?dryRun=true";
    await room.expect(200, `POST /api/v1/channels${dry}`, { body: HOOK });
    await room.expect(200, `PUT /api/v1/channels/hook${dry}`, { body: HOOK });
    assert.deepEqual(await room.store.channels.all(), []);
    const matchers = [{ name: "team", value: "shop" }];
    const silence = { matchers, durationMs: 60_000, comment: "It moves." };
    await room.expect(200, `POST /api/v1/silences${dry}`, { body: silence });
    assert.deepEqual((await room.store.silences.list({ limit: 9 })).rows, []);
    const cron = { cron: "0 3 * * *", durationMs: 3_600_000 };
    const disks = { name: "disks", labels: { team: "shop" }, ...cron };
    await room.expect(200, `POST /api/v1/maintenance${dry}`, { body: disks });
    assert.deepEqual(await room.store.maintenance.all(), []);
    await room.expect(200, `PUT /api/v1/routes${dry}`, { body: { channels: ["ops"] } });
    assert.equal(await room.store.routes.get(), null);
  }));

test("a maintenance is previewed: its next windows across a change of the clock, and whom", () =>
  withHttpRoom(async (room) => {
    await room.expect(201, "POST /api/v1/targets", { body: WEB });
    await room.expect(201, "POST /api/v1/targets", { body: { ...WEB, name: "db", labels: {} } });
    room.clock.advance(Date.parse("2026-03-27T12:00:00Z") - room.clock.wallMs());
    const cron = { cron: "0 3 * * *", durationMs: 3_600_000, timezone: "Europe/Berlin" };
    const body = { name: "disks", targets: ["gone"], labels: { team: "shop" }, ...cron };
    const path = "POST /api/v1/maintenance/preview";
    const answer = await room.expect(200, `${path}?windows=3`, { body });
    const preview = maintenancePreviewSchema.parse(answer.body);
    assert.deepEqual(
      preview.windows.map(({ from }) => from),
      ["2026-03-28T02:00:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T01:00:00.000Z"],
    );
    assert.deepEqual(
      [preview.covered, preview.coveredCount, preview.missing],
      [["web"], 1, ["gone"]],
    );
    const once = { name: "x", targets: ["db"], toAt: "2026-03-27T13:00:00Z" };
    const single = await room.expect(200, path, { body: once });
    assert.deepEqual(maintenancePreviewSchema.parse(single.body).windows, [
      { from: "2026-03-27T12:00:00.000Z", to: "2026-03-27T13:00:00.000Z" },
    ]);
    assert.deepEqual(await room.store.maintenance.all(), []);
    const wrong = await room.refused(422, path, { body: { ...body, cron: "0 0 31 2 *" } });
    assert.equal(wrong.issues?.[0]?.path, "cron");
  }));

test("a maintenance and a silence are ended only at the revision that was asked for", () =>
  withHttpRoom(async (room) => {
    const toAt = isoTime(room.clock.wallMs() + 3_600_000);
    const body = { name: "disks", targets: ["web"], toAt };
    await room.expect(201, "POST /api/v1/maintenance", { body });
    const headers = { "if-match": '"5"' };
    await room.refused(412, "POST /api/v1/maintenance/disks/end", { headers });
    await room.refused(412, "DELETE /api/v1/maintenance/disks", { headers });
    await room.expect(200, "POST /api/v1/maintenance/disks/end", {
      headers: { "if-match": '"1"' },
    });
    const matchers = [{ name: "team", value: "shop" }];
    const silence = { matchers, durationMs: 60_000, comment: "It moves." };
    const made = await room.expect(201, "POST /api/v1/silences", { body: silence });
    const location = made.headers.get("location") ?? "";
    await room.refused(412, `DELETE ${location}`, { headers });
    await room.expect(204, `DELETE ${location}`, { headers: { "if-match": '"1"' } });
  }));

/** /api/v1/maintenance. */
import assert from "node:assert/strict";
import test from "node:test";
import { maintenancePageSchema, maintenanceSchema } from "../../../shared/api/maintenance.ts";
import { isoTime } from "../../../shared/clock.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const PATH = "/api/v1/maintenance";

function inAnHour(room: HttpRoom): string {
  return isoTime(room.engine.nowMs() + 3_600_000);
}

/** The windows that the fold was given. */
function given({ engine }: HttpRoom) {
  return engine.submitted.flatMap((body) => (body.type === "maintenance_set" ? [body.window] : []));
}

test("a maintenance from now is in force when it is answered, and ended at once", () =>
  withHttpRoom(async (room) => {
    const body = { name: "disks", targets: ["web"], toAt: inAnHour(room) };
    const answer = await room.expect(201, `POST ${PATH}`, { body });
    const made = maintenanceSchema.parse(answer.body);
    assert.equal(answer.headers.get("location"), `${PATH}/${made.id}`);
    assert.equal(made.windows[0]?.active, true);
    assert.deepEqual(
      given(room).map(({ name, targets, toMs }) => [name, targets, isoTime(toMs)]),
      [["disks", ["web"], body.toAt]],
    );
    room.clock.advance(60_000);
    const ended = maintenanceSchema.parse((await room.expect(200, `POST ${PATH}/disks/end`)).body);
    assert.deepEqual(ended.windows, []);
    assert.equal(ended.endedAt, isoTime(room.engine.nowMs()));
    const [first, last] = given(room);
    assert.deepEqual([last?.id, last?.toMs], [first?.id, room.engine.nowMs()]);
    await room.expect(200, `POST ${PATH}/disks/end`);
    assert.equal(given(room).length, 2);
  }));

test("windows by cron are given to the fold one by one, and each once", () =>
  withHttpRoom(async (room) => {
    const body = { name: "nightly", labels: { rack: "r12" }, cron: "0 3 * * *" };
    await room.expect(201, `POST ${PATH}`, { body: { ...body, durationMs: 3_600_000 } });
    assert.equal(given(room).length, 2);
    // Whatever is planned, everything that comes next is planned with it.
    const plan = (name: string) => {
      const other = { name, targets: ["web"], toAt: inAnHour(room) };
      return room.expect(201, `POST ${PATH}`, { body: other });
    };
    await plan("one");
    assert.equal(given(room).length, 3);
    room.clock.advance(86_400_000);
    await plan("two");
    assert.deepEqual(
      given(room).map(({ name }) => name),
      ["nightly", "nightly", "one", "nightly", "two"],
    );
    assert.equal(new Set(given(room).map(({ id }) => id)).size, 5);
  }));

test("a deleted maintenance is ended first, and its name is free again", () =>
  withHttpRoom(async (room) => {
    const body = { name: "disks", targets: ["web"], toAt: inAnHour(room) };
    await room.expect(201, `POST ${PATH}`, { body });
    await room.refused(409, `POST ${PATH}`, { body });
    await room.expect(204, `DELETE ${PATH}/disks`);
    assert.equal(given(room).at(-1)?.toMs, room.engine.nowMs());
    await room.refused(404, `GET ${PATH}/disks`);
    const again = maintenanceSchema.parse((await room.expect(201, `POST ${PATH}`, { body })).body);
    const page = maintenancePageSchema.parse((await room.expect(200, `GET ${PATH}`)).body);
    assert.deepEqual(page.items, [again]);
    assert.deepEqual((await room.expect(200, `GET ${PATH}/${again.id}`)).body, again);
  }));

test("what covers nothing, or is at no time, is refused with the field", () =>
  withHttpRoom(async (room) => {
    const toAt = inAnHour(room);
    const bodies: [object, RegExp][] = [
      [{ toAt }, /^targets: expected targets or labels/],
      [{ targets: ["web"] }, /^toAt: expected toAt for a single window/],
      [{ targets: ["web"], toAt, cron: "0 3 * * *" }, /toAt: expected toAt/],
      [{ targets: ["web"], cron: "0 3 * * *" }, /durationMs: expected cron and durationMs/],
      [{ targets: ["web"], cron: "0 3 * * * *", durationMs: 60_000 }, /^cron: expected five/],
    ];
    for (const [body, message] of bodies) {
      const whole = { name: "disks", ...body };
      const problem = await room.refused(422, `POST ${PATH}`, { body: whole });
      assert.match(problem.detail, message);
    }
    const token = await room.token("read");
    await room.refused(403, `POST ${PATH}`, { token, body: { name: "a", targets: ["web"], toAt } });
  }));

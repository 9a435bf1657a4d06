/** Targets at a glance. */
import assert from "node:assert/strict";
import test from "node:test";
import { glancePageSchema } from "../../../shared/api/glance.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

test("targets are shown in the order asked for, those that are gone are left out", () =>
  withHttpRoom(async (room) => {
    for (const name of ["one", "two"]) {
      const body = { name, kind: "tcp", options: { host: "127.0.0.1", port: 80 } };
      await room.expect(201, "POST /api/v1/targets", { body });
    }
    const { body } = await room.expect(200, "GET /api/v1/glances?target=two&target=x&target=one");
    const { items } = glancePageSchema.parse(body);
    const [one, two] = [await room.store.targets.get("one"), await room.store.targets.get("two")];
    assert.deepEqual(
      items.map(({ targetId }) => targetId),
      [two?.id, one?.id],
    );
    assert.equal(items[0]?.address, "127.0.0.1:80");
  }));

test("an address at a glance holds no secret", () =>
  withHttpRoom(async (room) => {
    const options = { host: "db", port: 5432, user: "probe", password: "hush-hush" };
    await room.expect(201, "POST /api/v1/targets", {
      body: { name: "db", kind: "postgres", options },
    });
    const { body } = await room.expect(200, "GET /api/v1/glances?target=db");
    assert.ok(!JSON.stringify(body).includes("hush-hush"));
    assert.equal(glancePageSchema.parse(body).items[0]?.address, "db:5432");
  }));

test("more targets than one request may name are refused", () =>
  withHttpRoom(async (room) => {
    const asked = Array.from({ length: 101 }, (_, index) => `target=t${index}`).join("&");
    const { issues } = await room.refused(422, `GET /api/v1/glances?${asked}`);
    assert.equal(issues[0]?.path, "target");
  }));

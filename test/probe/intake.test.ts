import assert from "node:assert/strict";
import { test } from "node:test";
import { createIntake } from "../../probe/intake.ts";
import type { Intake, LoadKinds } from "../../probe/intake.ts";
import { Assignments } from "../../shared/proto/gen/quorate/v1/mesh.ts";

function room(loadKinds: LoadKinds): { intake: Intake; told: string[] } {
  const told: string[] = [];
  const intake = createIntake({
    loadKinds,
    assigned: { apply: ({ snapshot }) => void told.push(`applied ${snapshot}`) },
    selfCheck: { setCanaries: () => void told.push("canaries set") },
    onCanaries: () => void told.push("canaries known"),
  });
  return { intake, told };
}

const message = (snapshot: boolean): Assignments =>
  Assignments.fromPartial({ snapshot, upserts: [{ handle: 1, kind: "tcp" }] });

test("a message whose kinds are loaded is applied at once, its canaries behind it", () => {
  const { intake, told } = room(() => null);
  assert.equal(intake.take(message(true)), undefined);
  assert.deepEqual(told, ["applied true", "canaries set", "canaries known"]);
  assert.equal(intake.take(message(false)), undefined);
  assert.equal(told.at(-1), "applied false");
});

test("a message waits for its kinds", async () => {
  const asked: string[] = [];
  const { intake, told } = room((kinds) => {
    asked.push(...kinds);
    return Promise.resolve();
  });
  const taken = intake.take(message(false));
  assert.deepEqual([asked, told], [["tcp"], []]);
  await taken;
  assert.deepEqual(told, ["applied false"]);
});

test("a message that still waits when its session ends is dropped", async () => {
  const { intake, told } = room(() => Promise.resolve());
  const taken = intake.take(message(true));
  intake.drop();
  await taken;
  assert.deepEqual(told, []);
});

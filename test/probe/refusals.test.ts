import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../helpers/eventually.ts";
import { openLinkRoom } from "../helpers/link-room.ts";
import type { LinkRoom } from "../helpers/link-room.ts";
import { FIRST_BOOT, SECOND_BOOT, spoolRoom } from "../helpers/spool-room.ts";

const GOODBYE = { reason: "Batch 2 is malformed.", final: false };

/** The aggregator refuses a batch, as it does: by name, and then by goodbye. */
async function refuse(room: LinkRoom, bootId: string, sequence: number): Promise<void> {
  const session = room.mesh.last();
  session?.send({ $case: "refused", value: { bootId, sequence } });
  session?.send({ $case: "goodbye", value: GOODBYE });
  await eventually("the link waits", () => room.link.state().name === "waiting");
  const state = room.link.state();
  if (state.name === "waiting") room.clock.advance(state.retryAtMonoMs - room.clock.monoMs());
  await eventually("the next session is open", () => room.link.state().name === "open");
}

const sequencesOf = (room: LinkRoom): number[] =>
  room.mesh.last()?.results.map(({ sequence }) => sequence) ?? [];

test("a batch that is refused twice is dropped, and those behind it get through", async (t) => {
  const room = await openLinkRoom(t, { acknowledge: false });
  await eventually("the link is open", () => room.link.state().name === "open");
  room.add(1, 2, 3);
  await eventually("all were sent", () => sequencesOf(room).length === 3);
  await refuse(room, FIRST_BOOT, 2);
  await eventually("all were sent again", () => sequencesOf(room).length === 3);
  room.mesh.script.acknowledge = true;
  await refuse(room, FIRST_BOOT, 2);
  await eventually("the rest is acknowledged", () => room.spool.counts().batches === 0);
  assert.deepEqual(sequencesOf(room), [1, 3]);
  assert.equal(room.spool.counts().dropped, 1);
});

test("a refusal of what is not here, and a batch of an earlier boot, are lived with", async (t) => {
  const folders = spoolRoom();
  t.after(() => folders.close());
  const left = { dataDir: folders.leftBehind(2), bootId: SECOND_BOOT };
  const room = await openLinkRoom(t, { acknowledge: false }, left);
  await eventually("both were sent", () => sequencesOf(room).length === 2);
  for (let turn = 0; turn < 2; turn += 1) await refuse(room, FIRST_BOOT, 1);
  for (let turn = 0; turn < 2; turn += 1) await refuse(room, FIRST_BOOT, 99);
  await eventually("the other one is sent again", () => sequencesOf(room).length > 0);
  assert.deepEqual(sequencesOf(room), [2]);
  assert.equal(room.spool.drop(FIRST_BOOT, 1), false);
  assert.equal(room.spool.drop("nobody0000000000", 1), false);
});

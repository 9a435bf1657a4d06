import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { LIMITS } from "../../../shared/limits.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type GrpcRoom, roomTest } from "../../helpers/grpc-room.ts";
import { makeProbe } from "../../helpers/make-nouns.ts";
import { BOOT_ID, type MeshClientSession, plainHeartbeat } from "../../helpers/mesh-client.ts";

const EARLIER_BOOT = "boot000000000000";

const goodbyeOf = async (session: MeshClientSession): Promise<string> =>
  (await session.next("goodbye")).reason;

const submittedSequences = ({ engine }: GrpcRoom): number[] =>
  engine.submitted.flatMap((body) => (body.type === "results" ? [body.sequence] : []));

roomTest("a batch is acknowledged only after it is committed", async (room) => {
  const session = await room.joined("token-a");
  room.engine.hold();
  session.results(1);
  session.results(2);
  session.send({ $case: "heartbeat", value: plainHeartbeat(1) });
  assert.equal((await session.next("heartbeatAck")).sequence, 1);
  assert.equal(session.waiting("ack"), 0);
  assert.deepEqual(submittedSequences(room), [1, 2]);
  room.engine.release();
  assert.deepEqual(await session.next("ack"), { bootId: BOOT_ID, sequence: 2 });
  assert.deepEqual(await room.store.probes.boot("prb_a", BOOT_ID), { boot: 1, lastSequence: 2 });
});

roomTest("a batch that is malformed is named before the session ends", async (room) => {
  const session = await room.joined("token-a");
  session.results(1);
  session.results(2, { batch: Buffer.from([0xff, 0xff]) });
  assert.deepEqual(await session.next("refused"), { bootId: BOOT_ID, sequence: 2 });
  assert.match(await goodbyeOf(session), /^Batch 2 of boot \w+ is malformed: its bytes cannot/);
});

roomTest(
  "a batch that was submitted before is acknowledged again, and not submitted",
  async (room) => {
    const session = await room.joined("token-a");
    for (const sequence of [1, 1, 3, 2, 3]) session.results(sequence);
    await eventually("3 is acknowledged", () => session.waiting("ack") > 0);
    session.results(3);
    session.results(4);
    await eventually("4 is submitted", () => submittedSequences(room).includes(4));
    assert.deepEqual(submittedSequences(room), [1, 3, 4]);
  },
);

roomTest("a new session goes on where the boot is committed", async (room) => {
  const first = await room.joined("token-a");
  first.results(5);
  await first.next("ack");
  first.send({ $case: "goodbye", value: { reason: "restarting", final: false } });
  assert.equal((await first.ended).code, status.OK);
  const second = room.session("token-a");
  second.hello();
  assert.equal((await second.next("welcome")).ackedSequence, 5);
  second.results(5);
  assert.deepEqual(await second.next("ack"), { bootId: BOOT_ID, sequence: 5 });
  assert.deepEqual(submittedSequences(room), [5]);
});

roomTest("goodbye of a probe waits for what it sent", async (room) => {
  const session = await room.joined("token-a");
  room.engine.hold();
  session.results(1);
  session.send({ $case: "goodbye", value: { reason: "stopping", final: false } });
  await eventually("1 is submitted", () => submittedSequences(room).length === 1);
  room.engine.release();
  assert.equal((await session.next("ack")).sequence, 1);
  assert.equal((await session.ended).code, status.OK);
  assert.equal(session.waiting("goodbye"), 0);
});

roomTest("results of an earlier boot are marked as replayed", async (room) => {
  const session = await room.joined("token-a");
  session.results(9, { bootId: EARLIER_BOOT });
  assert.deepEqual(await session.next("ack"), { bootId: EARLIER_BOOT, sequence: 9 });
  const [event] = room.engine.submitted.filter((body) => body.type === "results");
  assert.equal(event?.replayed, true);
  assert.equal(event?.boot, 2);
});

roomTest(
  "a batch that cannot be committed ends the session, and is taken when it comes again",
  async (room) => {
    const session = await room.joined("token-a");
    room.engine.failResults("The disk is full.");
    session.results(1);
    assert.equal(
      await goodbyeOf(session),
      "Batch 1 could not be committed, send it again: The disk is full.",
    );
    room.engine.failResults(null);
    const again = await room.joined("token-a");
    again.results(1);
    assert.equal((await again.next("ack")).sequence, 1);
  },
);

roomTest(
  "a batch behind one that failed is not acknowledged, so that none is lost",
  async (room) => {
    const session = await room.joined("token-a");
    room.engine.hold();
    session.results(1);
    await eventually("1 is submitted", () => submittedSequences(room).length === 1);
    room.engine.failResults("The disk is full.");
    session.results(2);
    await goodbyeOf(session);
    room.engine.failResults(null);
    const early = room.session("token-a");
    early.hello();
    assert.equal((await early.next("welcome")).ackedSequence, 0);
    early.results(2);
    assert.match(await goodbyeOf(early), /An earlier batch of this boot could not be committed/);
    room.engine.release();
    const late = await room.joined("token-a");
    late.results(2);
    late.results(3);
    await eventually("3 is on its way", () => submittedSequences(room).includes(3));
    assert.deepEqual(submittedSequences(room), [1, 2, 2, 3]);
  },
);

roomTest("while the engine's queue is full no more is read, and later it goes on", async (room) => {
  const session = await room.joined("token-a");
  room.engine.setQueueLength(LIMITS.engineQueueMax);
  for (let sequence = 1; sequence <= 5; sequence += 1) session.results(sequence);
  const other = await room.joined(await room.addProbe(makeProbe("b")));
  other.send({ $case: "heartbeat", value: plainHeartbeat(1) });
  await other.next("heartbeatAck");
  assert.deepEqual(submittedSequences(room), []);
  room.engine.setQueueLength(0);
  await eventually("all are submitted", () => submittedSequences(room).length === 5);
  assert.deepEqual(submittedSequences(room), [1, 2, 3, 4, 5]);
});

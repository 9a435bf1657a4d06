import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { LIMITS } from "../../../shared/limits.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type GrpcRoom, PROBE_A, roomTest } from "../../helpers/grpc-room.ts";
import { encodedBatch, makeBatch, makeProbe } from "../../helpers/make-nouns.ts";
import { type MeshClientSession, plainHeartbeat } from "../../helpers/mesh-client.ts";

const goodbyeOf = async (session: MeshClientSession): Promise<string> =>
  (await session.next("goodbye")).reason;

const submittedSequences = ({ engine }: GrpcRoom): number[] =>
  engine.submitted.flatMap((body) => (body.type === "results" ? [body.sequence] : []));

roomTest(
  "a credential that is missing, unknown, expired or of a removed probe is refused",
  async (room) => {
    await room.addToken("old", { probeId: PROBE_A.id, expiresAtMs: 1 });
    await room.addToken("orphan", { probeId: "prb_gone" });
    await room.addToken("reader", { scope: "read" });
    const cases: [string | null, status, RegExp][] = [
      [null, status.UNAUTHENTICATED, /Expected metadata "authorization: Bearer <probe token>"/],
      ["wrong", status.UNAUTHENTICATED, /not known to the aggregator/],
      ["old", status.UNAUTHENTICATED, /expired/],
      ["orphan", status.UNAUTHENTICATED, /was removed/],
      ["reader", status.PERMISSION_DENIED, /scope probe, and this one has scope read/],
    ];
    for (const [token, code, details] of cases) {
      const ended = await room.session(token).ended;
      assert.equal(ended.code, code);
      assert.match(ended.details, details);
    }
    assert.deepEqual(room.engine.submitted, []);
  },
);

roomTest("a session before the engine is ready is told to come back", async (room) => {
  room.engine.setReady(false);
  const ended = await room.session("token-a").ended;
  assert.equal(ended.code, status.UNAVAILABLE);
  assert.match(ended.details, /not ready yet/);
});

roomTest(
  "hello is answered with welcome, and the engine hears that the probe joined",
  async (room) => {
    const session = room.session("token-a");
    session.hello();
    const { atMs, ...welcome } = await session.next("welcome");
    assert.ok(atMs > 0);
    assert.deepEqual(welcome, {
      probeId: "prb_a",
      name: "a",
      region: "r1",
      zone: "a",
      heartbeatMs: 5_000,
      ackedSequence: 0,
      draining: false,
      window: LIMITS.batchWindow,
    });
    const snapshot = await session.next("assignments");
    assert.ok(snapshot.snapshot && snapshot.hasCanaries);
    await eventually("the join is submitted", () => room.engine.submitted.length === 1);
    assert.deepEqual(room.engine.submitted, [{ type: "probe_joined", probeId: "prb_a" }]);
    assert.equal(room.server.sessions.status("prb_a")?.connected, true);
  },
);

roomTest("each malformed message ends its session with a sentence, and no other", async (room) => {
  const other = await room.joined(await room.addProbe(makeProbe("b")));
  const cases: [(session: MeshClientSession) => void, RegExp][] = [
    [(session) => session.sendRaw(Buffer.from([0xff, 0xff, 0xff])), /cannot be read as one/],
    [(session) => session.sendRaw(Buffer.alloc(0)), /found none of them/],
    [(session) => session.results(1), /Expected hello as the first message, and found results/],
    [(session) => session.hello({ protocol: 2 }), /speaks protocol 1, and the probe speaks 2/],
    [(session) => session.hello({ bootId: "short" }), /boot_id of 16 to 64 characters/],
    [(session) => session.hello({ healthAddress: "nowhere" }), /Expected host:port, or nothing/],
  ];
  for (const [say, expected] of cases) {
    const session = room.session("token-a");
    say(session);
    assert.match(await goodbyeOf(session), expected);
    assert.equal((await session.ended).code, status.OK);
  }
  other.results(1);
  assert.equal((await other.next("ack")).sequence, 1);
});

roomTest(
  "in an open session a malformed message ends it, and nothing of it is submitted",
  async (room) => {
    const heartbeat = { sentMonoMs: NaN };
    const cases: [(session: MeshClientSession) => void, RegExp][] = [
      [(session) => session.sendRaw(Buffer.from([0x12, 0x05, 0x01])), /cannot be read as one/],
      [(session) => session.hello(), /Expected hello once/],
      [(session) => session.results(0), /a sequence of 1 or more/],
      [(session) => session.results(1, { bootId: "UPPER" }), /a boot_id and a sequence/],
      [
        (session) => session.results(7, { batch: encodedBatch(makeBatch(2_001)) }),
        /Batch 7 of boot boot000000000001 is malformed: it has 2001 results, and at most 2000/,
      ],
      [
        (session) => session.results(7, { batch: Buffer.from([0x22, 0x7f]) }),
        /Batch 7 .* cannot be read as a ResultBatch/,
      ],
      [
        (session) =>
          session.send({ $case: "heartbeat", value: { ...plainHeartbeat(1), ...heartbeat } }),
        /sent_mono_ms to be 0 or more/,
      ],
    ];
    for (const [say, expected] of cases) {
      const session = await room.joined("token-a");
      say(session);
      assert.match(await goodbyeOf(session), expected);
    }
    assert.deepEqual(submittedSequences(room), []);
  },
);

roomTest("a message larger than the bound ends the call with a sentence", async (room) => {
  const session = await room.joined("token-a");
  session.sendRaw(Buffer.alloc(LIMITS.grpcMessageBytesMax + 1));
  const ended = await session.ended;
  assert.equal(ended.code, status.RESOURCE_EXHAUSTED);
  assert.match(ended.details, /larger than max/);
});

roomTest("a second session of a probe replaces the first", async (room) => {
  const first = await room.joined("token-a");
  const second = await room.joined("token-a");
  assert.equal(await goodbyeOf(first), "Another session with this probe's token began.");
  assert.equal((await first.ended).code, status.OK);
  second.results(1);
  assert.equal((await second.next("ack")).sequence, 1);
  assert.equal(room.server.sessions.status("prb_a")?.connected, true);
});

roomTest(
  "a heartbeat is answered with log time and becomes facts and an event",
  async (room) => {
    const session = await room.joined("token-a");
    const canaries = [
      { id: "edge", ok: true, latencyUs: 900, reason: "", detail: "" },
      { id: "edge", ok: false, latencyUs: 1, reason: "no_reply", detail: "Nothing." },
      { id: "never-given", ok: false, latencyUs: 1, reason: "no_reply", detail: "Nothing." },
    ];
    const value = { ...plainHeartbeat(4), canaries, skippedChecks: 2, eventLoopLagMs: 7 };
    session.send({ $case: "heartbeat", value });
    const { sequence, atMs } = await session.next("heartbeatAck");
    assert.equal(sequence, 4);
    assert.ok(atMs > 0);
    assert.deepEqual(room.engine.submitted.at(-1), {
      type: "heartbeat",
      probeId: "prb_a",
      canaries: [{ id: "edge", ok: true }],
      mustFailHeld: true,
      lagMs: 7,
      overloaded: true,
    });
    const status = room.server.sessions.status("prb_a");
    assert.deepEqual(status?.canaries, [{ id: "edge", ok: true, latencyUs: 900 }]);
    assert.equal(status?.eventLoopLagMs, 7);
    session.cancel();
    await eventually(
      "it is seen to be gone",
      () => !room.server.sessions.status("prb_a")?.connected,
    );
    assert.equal(room.server.sessions.status("prb_a")?.eventLoopLagMs, 7);
    assert.equal(room.server.sessions.status("prb_unknown"), null);
  },
  { deps: { canaries: [{ id: "edge", url: "tcp://192.0.2.1:443", region: null }] } },
);

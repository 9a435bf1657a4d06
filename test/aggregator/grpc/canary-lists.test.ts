import assert from "node:assert/strict";
import type { GrpcRoom } from "../../helpers/grpc-room.ts";
import { PROBE_A, roomTest } from "../../helpers/grpc-room.ts";
import { makeProbe } from "../../helpers/make-nouns.ts";
import { plainHeartbeat } from "../../helpers/mesh-client.ts";
import type { MeshClientSession } from "../../helpers/mesh-client.ts";

const PROBE_B = makeProbe("b");
const NAMED = { id: "edge", url: "tcp://192.0.2.1:443", region: null };

/** The next assignments that bring canaries. */
async function nextList(session: MeshClientSession) {
  for (;;) {
    const list = await session.next("assignments");
    if (list.hasCanaries) return list;
  }
}

/** The canaries of the next assignments that bring some. */
async function nextCanaries(session: MeshClientSession): Promise<Record<string, string>> {
  const { canaries } = await nextList(session);
  return Object.fromEntries(canaries.map(({ id, url }) => [id, url]));
}

/** A heartbeat whose canaries answered like this. */
function beat(session: MeshClientSession, sequence: number, answers: Record<string, boolean>) {
  const canaries = Object.entries(answers).map(([id, ok]) => {
    const why = ok ? { reason: "", detail: "" } : { reason: "no_reply", detail: "Silence." };
    return { id, ok, latencyUs: 1, ...why };
  });
  session.send({ $case: "heartbeat", value: { ...plainHeartbeat(sequence), canaries } });
}

roomTest(
  "canaries are what the operator names, the aggregator as it was dialled, and peers",
  async (room) => {
    const a = room.session("token-a");
    a.hello({ healthAddress: "10.1.1.1:7710" });
    const aggregator = { aggregator: `tcp://127.0.0.1:${room.port}`, edge: NAMED.url };
    assert.deepEqual(await nextCanaries(a), aggregator);
    const b = room.session("token-b");
    b.hello({ healthAddress: "0.0.0.0:7711" });
    const withB = { ...aggregator, "probe:prb_b": "tcp://127.0.0.1:7711" };
    assert.deepEqual(await nextCanaries(a), withB);
    assert.equal((await b.next("welcome")).probeId, PROBE_B.id);
    b.cancel();
    assert.deepEqual(await nextCanaries(a), aggregator);
  },
  { probes: [PROBE_A, PROBE_B], deps: { canaries: [NAMED] } },
);

roomTest(
  "an advertised address and a must-fail address are sent as they were given",
  async (room) => {
    const session = room.session("token-a");
    session.hello();
    const { canaries, mustFailAddress } = await session.next("assignments");
    assert.deepEqual(canaries, [{ id: "aggregator", url: "https://quorate.example/healthz" }]);
    assert.equal(mustFailAddress, "192.0.2.9:9");
  },
  { deps: { advertisedUrl: "https://quorate.example/healthz", mustFailAddress: "192.0.2.9:9" } },
);

roomTest(
  "a peer is on trial until somebody reached it: it is asked about, and accuses nobody",
  async (room) => {
    const a = room.session("token-a");
    a.hello();
    const b = room.session("token-b");
    b.hello({ healthAddress: "127.0.0.1:7711" });
    await b.next("welcome");
    let list = await nextList(a);
    while (list.trialCanaryIds.length === 0) list = await nextList(a);
    assert.deepEqual(list.trialCanaryIds, ["probe:prb_b"]);
    beat(a, 1, { edge: true, "probe:prb_b": false });
    await a.next("heartbeatAck");
    assert.deepEqual(lastAnswers(room), [{ id: "edge", ok: true }]);
    beat(a, 2, { edge: true, "probe:prb_b": true });
    assert.deepEqual((await nextList(a)).trialCanaryIds, []);
    beat(a, 3, { edge: true, "probe:prb_b": false });
    await a.next("heartbeatAck");
    await a.next("heartbeatAck");
    assert.deepEqual(lastAnswers(room).at(-1), { id: "probe:prb_b", ok: false });
  },
  { probes: [PROBE_A, PROBE_B], deps: { canaries: [NAMED] } },
);

roomTest(
  "a canary that half of the mesh fails to reach is on trial, and stays in the matrix",
  async (room) => {
    const a = await room.joined("token-a");
    beat(a, 1, { edge: false });
    await a.next("heartbeatAck");
    room.engine.setExcluded(["edge"]);
    room.server.sessions.canariesChanged();
    assert.deepEqual((await nextList(a)).trialCanaryIds, ["edge"]);
    room.engine.setExcluded([]);
    beat(a, 2, { edge: false });
    await a.next("heartbeatAck");
    assert.deepEqual(lastAnswers(room), []);
    const reach = room.server.sessions.reach();
    const edge = reach.canaries.find(({ id }) => id === "edge");
    assert.deepEqual(
      [edge?.excluded, edge?.counts, edge?.asked, edge?.reached],
      [true, false, 1, 0],
    );
    assert.match(edge?.reason ?? "", /Half of the mesh/);
    const answer = reach.answersOf("prb_a").find(({ canaryId }) => canaryId === "edge");
    assert.deepEqual([answer?.state, answer?.reason], ["fail", "no_reply"]);
    assert.equal(reach.answersOf("prb_a")[0]?.state, "unknown");
  },
  { deps: { canaries: [NAMED] } },
);

roomTest(
  "canaries of another region are not given",
  async (room) => {
    const session = room.session("token-a");
    session.hello();
    const { canaries } = await nextList(session);
    assert.deepEqual(
      canaries.map(({ id }) => id),
      ["aggregator"],
    );
  },
  { deps: { canaries: [{ ...NAMED, region: "elsewhere" }] } },
);

function lastAnswers(room: GrpcRoom) {
  const beats = room.engine.submitted.filter((body) => body.type === "heartbeat");
  return beats.at(-1)?.canaries ?? [];
}

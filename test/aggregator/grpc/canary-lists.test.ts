import assert from "node:assert/strict";
import test from "node:test";
import { createCanaryLists } from "../../../aggregator/grpc/canary-lists.ts";
import { noFacts } from "../../../aggregator/grpc/facts.ts";
import type { Session } from "../../../aggregator/grpc/session.ts";
import { PROBE_A, roomTest } from "../../helpers/grpc-room.ts";
import { makeProbe } from "../../helpers/make-nouns.ts";
import type { MeshClientSession } from "../../helpers/mesh-client.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const PROBE_B = makeProbe("b");
const NAMED = { id: "edge", url: "tcp://192.0.2.1:443" };

/** The canary ids of the next assignments that bring some. */
async function nextCanaries(session: MeshClientSession): Promise<Record<string, string>> {
  for (;;) {
    const { hasCanaries, canaries } = await session.next("assignments");
    if (hasCanaries) return Object.fromEntries(canaries.map(({ id, url }) => [id, url]));
  }
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
    room.engine.setExcluded(["edge"]);
    room.server.sessions.canariesChanged();
    const { edge: _, ...withoutEdge } = withB;
    assert.deepEqual(await nextCanaries(a), withoutEdge);
    b.cancel();
    assert.deepEqual(await nextCanaries(a), { aggregator: aggregator.aggregator });
  },
  { probes: [PROBE_A, PROBE_B], deps: { canaries: [NAMED] } },
);

roomTest(
  "an advertised address and a must-fail address are sent as they were given",
  async (room) => {
    const session = room.session("token-a");
    session.hello();
    const { canaries, mustFailAddress } = await session.next("assignments");
    assert.deepEqual(canaries, [{ id: "aggregator", url: "tcp://quorate.example:443" }]);
    assert.equal(mustFailAddress, "192.0.2.9:9");
  },
  { deps: { advertisedAddress: "quorate.example:443", mustFailAddress: "192.0.2.9:9" } },
);

test("a canary that failed for half of the mesh is left out for a minute, then tried again", () => {
  const clock = simClock();
  let excluded: readonly string[] = [];
  const lists = createCanaryLists({
    clock,
    engine: { excludedCanaries: () => excluded },
    directory: { probe: () => PROBE_A },
    named: [NAMED],
    advertisedAddress: null,
    mustFailAddress: null,
    sessions: () => [],
  });
  const ids = (): string[] => lists.listOf(idleSession()).canaries.map(({ id }) => id);
  assert.equal(lists.refresh(), null);
  assert.deepEqual(ids(), ["edge"]);
  excluded = ["edge"];
  assert.equal(lists.refresh(), 60_000);
  assert.deepEqual(ids(), []);
  // Nobody is asked about it any more, so the engine has nothing against it.
  excluded = [];
  clock.advance(59_000);
  assert.equal(lists.refresh(), 1_000);
  assert.deepEqual(ids(), []);
  clock.advance(1_000);
  assert.equal(lists.refresh(), null);
  assert.deepEqual(ids(), ["edge"]);
});

/** A session of probe `a` that never talks. */
function idleSession(): Session {
  const nothing = (): void => undefined;
  return {
    probeId: PROBE_A.id,
    authority: "",
    tokenExpiresAtMs: null,
    outbox: {
      begin: nothing,
      ack: nothing,
      heartbeatAck: nothing,
      recheck: nothing,
      drain: nothing,
      changed: nothing,
      canariesChanged: nothing,
      flush: nothing,
      end: nothing,
    },
    facts: noFacts,
    lastHeardMs: () => 0,
    end: nothing,
    finish: () => Promise.resolve(),
  };
}

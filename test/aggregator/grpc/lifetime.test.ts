import assert from "node:assert/strict";
import { eventually } from "../../helpers/eventually.ts";
import { type GrpcRoom, PROBE_A, roomTest } from "../../helpers/grpc-room.ts";
import type { MeshClientSession } from "../../helpers/mesh-client.ts";
import { plainHeartbeat } from "../../helpers/mesh-client.ts";
import { type SimClock, simClock } from "../../helpers/sim-clock.ts";

/** A test in a room whose server lives by a simulated clock. */
function clockTest(name: string, body: (room: GrpcRoom, clock: SimClock) => Promise<void>): void {
  const clock = simClock();
  roomTest(name, (room) => body(room, clock), { deps: { clock } });
}

/** Moves the server's time on, second by second, until goodbye comes. */
async function untilGoodbye(clock: SimClock, session: MeshClientSession) {
  await eventually("goodbye", () => {
    clock.advance(1_000);
    return session.waiting("goodbye") > 0;
  });
  return session.next("goodbye");
}

clockTest("a session without hello is ended after ten seconds", async (room, clock) => {
  const { reason } = await untilGoodbye(clock, room.session("token-a"));
  assert.equal(reason, "Expected hello within 10 seconds, and nothing came.");
});

clockTest(
  "a session that falls silent is ended, and one that beats is not",
  async (room, clock) => {
    const session = await room.joined("token-a");
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      clock.advance(5_000);
      session.send({ $case: "heartbeat", value: plainHeartbeat(sequence) });
      assert.equal((await session.next("heartbeatAck")).sequence, sequence);
    }
    const { reason, final } = await untilGoodbye(clock, session);
    assert.match(
      reason,
      /^Nothing was heard of this probe for \d+ seconds; begin a new session\.$/,
    );
    assert.equal(final, false);
  },
);

clockTest("a session ends for good when its token expires", async (room, clock) => {
  const expiresAtMs = clock.wallMs() + 8_000;
  await room.addToken("short-lived", { probeId: PROBE_A.id, expiresAtMs });
  const { reason, final } = await untilGoodbye(clock, await room.joined("short-lived"));
  assert.equal(reason, "This probe's token has expired; it needs a new one.");
  assert.equal(final, true);
});

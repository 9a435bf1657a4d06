/** Who is bound sees its own on the gRPC port too, and who is sent away is gone at once. */
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type { PublicEvent } from "../../../shared/event.ts";
import { eventually } from "../../helpers/eventually.ts";
import { PLAIN_DEPS, roomTest } from "../../helpers/grpc-room.ts";
import type { GrpcRoom } from "../../helpers/grpc-room.ts";
import { eventWithId } from "../../helpers/store-data.ts";
import { watchEvents } from "../../helpers/watch-client.ts";

const { revocations } = PLAIN_DEPS;

async function happen(room: GrpcRoom, ...events: PublicEvent[]): Promise<void> {
  const rest = { tick: null, transitions: [], incidents: [], notifications: [], spans: [] };
  room.bus.publish(await room.store.events.commit({ atMs: 1, events, ...rest }));
}

const ofTeam = (id: string, team: string): PublicEvent => ({
  ...eventWithId(id),
  type: "target.down",
  data: {
    sentence: `Nobody reaches ${id}.`,
    target: { id: `tgt_${id}`, name: id, kind: "tcp", labels: { team } },
    from: "suspect",
    to: "down",
  },
});

roomTest("a watch with a bound token tells of its targets only, past and live", async (room) => {
  await room.addToken("bound", { scope: "read", labels: { team: "pay" } });
  await happen(room, ofTeam("a", "pay"), ofTeam("b", "shop"), eventWithId("c"));
  const watching = watchEvents(room, {}, "bound");
  await eventually("the past came", () => watching.seen.length === 1);
  await happen(room, ofTeam("d", "shop"), ofTeam("e", "pay"));
  await eventually("the next came", () => watching.seen.length === 2);
  assert.deepEqual(
    watching.seen.map(({ target }) => target?.name),
    ["a", "e"],
  );
  watching.cancel();
});

roomTest("the watch of a revoked token ends at once", async (room) => {
  await room.addToken("gone", { scope: "read" });
  await room.addToken("stays", { scope: "read" });
  await happen(room, eventWithId("a"));
  const [gone, stays] = [watchEvents(room, {}, "gone"), watchEvents(room, {}, "stays")];
  await eventually("both read", () => gone.seen.length + stays.seen.length === 2);
  revocations.revoke("tok_gone");
  const { code, details } = await gone.ended;
  assert.equal(code, status.UNAUTHENTICATED);
  assert.match(details, /was revoked; create a new one with `quorate tokens create`/);
  await happen(room, eventWithId("b"));
  await eventually("the other goes on", () => stays.seen.length === 2);
  stays.cancel();
});

roomTest("the session of a probe whose token is revoked ends at once, for good", async (room) => {
  const session = await room.joined("token-a");
  revocations.revoke("tok_token-a");
  const goodbye = await session.next("goodbye");
  assert.match(goodbye.reason, /token is not valid any more: it was revoked, or/);
});

roomTest("a token tells when a probe or a reader used it last", async (room) => {
  await room.addToken("reader", { scope: "read" });
  await room.joined("token-a");
  const watching = watchEvents(room, {}, "reader");
  await happen(room, eventWithId("a"));
  await eventually("it reads", () => watching.seen.length === 1);
  for (const { id, lastUsedAtMs } of await room.store.tokens.all()) {
    assert.ok(lastUsedAtMs !== null, id);
  }
  watching.cancel();
});

import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type { PublicEvent } from "../../../shared/event.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type GrpcRoom, roomTest } from "../../helpers/grpc-room.ts";
import { eventWithId } from "../../helpers/store-data.ts";
import type { WatchRequest } from "../../../shared/proto/gen/quorate/v1/watch.ts";
import { watchEvents } from "../../helpers/watch-client.ts";
import type { Watching } from "../../helpers/watch-client.ts";

/** Commits events, and publishes them. */
async function happen(room: GrpcRoom, ...events: PublicEvent[]): Promise<void> {
  const rest = { tick: null, transitions: [], incidents: [], notifications: [], spans: [] };
  room.bus.publish(await room.store.events.commit({ atMs: 1, events, ...rest }));
}

const ofShop = (id: string, labels: Record<string, string> = {}): PublicEvent => ({
  ...eventWithId(id),
  type: "target.down",
  data: {
    sentence: "Nobody reaches shop.",
    target: { id: "tgt_a", name: "shop", kind: "tcp", labels },
    from: "suspect",
    to: "down",
    vantages: [],
    vantagesLeftOut: 3,
  },
});

const numbers = ({ seen }: Watching): number[] => seen.map(({ number }) => number);

/** A room test with a token of scope read, whose text is "reader". */
function watchTest(name: string, body: (room: GrpcRoom) => Promise<void>): void {
  roomTest(name, async (room) => {
    await room.addToken("reader", { scope: "read" });
    await body(room);
  });
}

watchTest("a watch tells what was and what comes, narrowed by type and label", async (room) => {
  await happen(room, ofShop("a", { team: "shop" }), eventWithId("b"), ofShop("c"));
  const all = watchEvents(room, {});
  const some = watchEvents(room, { types: ["target.*"], labels: ["team=shop"] });
  await eventually("all came", () => numbers(all).join() === "1,2,3");
  await happen(room, ofShop("d", { team: "shop" }));
  await eventually("the next came", () => numbers(all).join() === "1,2,3,4");
  await eventually("those of the team came", () => numbers(some).join() === "1,4");
  const [first] = all.seen;
  assert.deepEqual(first?.target?.labels, { team: "shop" });
  assert.deepEqual([first?.from, first?.to, first?.incidentId], ["suspect", "down", ""]);
  all.cancel();
  some.cancel();
});

watchTest("votes come only when they are asked for", async (room) => {
  await happen(room, ofShop("a"));
  const plain = watchEvents(room, {});
  const whole = watchEvents(room, { votes: true });
  await eventually("both came", () => plain.seen.length + whole.seen.length === 2);
  assert.ok(!plain.seen[0]?.dataJson.includes("vantages"));
  assert.match(whole.seen[0]?.dataJson ?? "", /"vantagesLeftOut":3/);
  plain.cancel();
  whole.cancel();
});

watchTest(
  "who resumes after the last number misses nothing and sees nothing twice",
  async (room) => {
    const seen: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const one = watchEvents(room, { after: seen.at(-1) ?? 0 });
      await happen(room, eventWithId(`${round}-a`), eventWithId(`${round}-b`));
      await eventually("something came", () => one.seen.length > 0);
      one.cancel();
      await one.ended;
      seen.push(...numbers(one));
    }
    assert.deepEqual(
      seen,
      seen.map((_, index) => index + 1),
    );
  },
);

watchTest("a reader that is too slow is dropped with a reason", async (room) => {
  const slow = watchEvents(room, {});
  await happen(room, eventWithId("first"));
  await eventually("it reads", () => slow.seen.length === 1);
  slow.pause();
  const long = "x".repeat(2_000);
  for (let round = 0; round * 100 <= LIMITS.subscriberEventsMax * 2; round += 1) {
    const ids = Array.from({ length: 100 }, (_, index) => `${round}-${index}`);
    await happen(
      room,
      ...ids.map((id) => ({ ...eventWithId(id), data: { sentence: `${id} ${long}` } })),
    );
  }
  slow.resume();
  const { code, details } = await slow.ended;
  assert.equal(code, status.RESOURCE_EXHAUSTED);
  assert.match(details, /^This reader was too slow: .* last number seen to go on\.$/);
  const came = numbers(slow);
  assert.deepEqual(
    came,
    came.map((_, index) => index + 1),
    "what came has no gap",
  );
});

watchTest("who may not read, or asks for nonsense, is refused with a sentence", async (room) => {
  await room.addToken("caller", { scope: "calls" });
  const refused = async (asked: Partial<WatchRequest>, token?: string) => {
    const { code, details } = await watchEvents(room, asked, token).ended;
    return [code, details] as const;
  };
  assert.equal((await refused({}, "nobody"))[0], status.UNAUTHENTICATED);
  const [code, details] = await refused({}, "caller");
  assert.equal(code, status.PERMISSION_DENIED);
  assert.match(details, /needs a token of scope read, and this one has scope calls/);
  assert.equal((await refused({ types: ["DOWN"] }))[0], status.INVALID_ARGUMENT);
  assert.equal((await refused({ labels: ["team"] }))[0], status.INVALID_ARGUMENT);
});

watchTest("a watch ends with a sentence when the aggregator stops", async (room) => {
  const one = watchEvents(room, {});
  await happen(room, eventWithId("a"));
  await eventually("it reads", () => one.seen.length === 1);
  await room.server.close(1_000);
  const { code, details } = await one.ended;
  assert.equal(code, status.UNAVAILABLE);
  assert.match(details, /^The aggregator is stopping/);
});

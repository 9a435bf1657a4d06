/** /api/v1/events: the stream and the list. */
import assert from "node:assert/strict";
import test from "node:test";
import { eventPageSchema } from "../../../shared/api/event.ts";
import type { EventType, PublicEvent } from "../../../shared/event.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { readSse } from "../../helpers/sse-reader.ts";
import { eventWithId } from "../../helpers/store-data.ts";

const blind = (id: string): PublicEvent => eventWithId(id);

const ofTarget = (id: string, type: EventType, labels: Record<string, string>): PublicEvent => ({
  ...eventWithId(id),
  type,
  data: { sentence: "So.", target: { id: "tgt_a", name: "a", kind: "tcp", labels } },
});

async function open(room: HttpRoom, query = "", headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await room.token("read")}`;
  const sent = { headers: { ...headers, authorization } };
  const response = await room.app.request(`/api/v1/events${query}`, sent);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  return readSse(response);
}

test("a stream begins now, and carries each event with its number, type and JSON", () =>
  withHttpRoom(async (room) => {
    await room.happen(blind("old"));
    const reader = await open(room);
    await reader.until(/retry: /);
    await settle();
    await room.happen(blind("new"));
    const text = await reader.until(/\n\n.*\n\n$/s);
    const said = await reader.until(/id: 2\nevent: mesh\.blind\ndata: \{"id":"new".*\}\n\n/);
    assert.ok(!text.includes('"old"') && !said.includes('"old"'));
    await reader.leave();
  }));

test("Last-Event-ID resumes without gap or double, whatever happens meanwhile", () =>
  withHttpRoom(async (room) => {
    for (let count = 1; count <= 1_200; count += 1) await room.happen(blind(`a${count}`));
    const reader = await open(room, "", { "last-event-id": "100" });
    // These are published while the stream still reads the store.
    for (let count = 1; count <= 50; count += 1) await room.happen(blind(`b${count}`));
    await reader.until(/id: 1250\n/);
    await room.happen(blind("c"));
    await reader.until(/id: 1251\n/);
    const expected = Array.from({ length: 1_151 }, (_, index) => 101 + index);
    assert.deepEqual(reader.numbers(), expected);
    await reader.leave();
  }));

test("a number of the future does not wait for it", () =>
  withHttpRoom(async (room) => {
    await room.happen(blind("a"));
    const reader = await open(room, "?after=1000");
    await settle();
    await room.happen(blind("b"));
    await reader.until(/id: 2\n/);
    await reader.leave();
  }));

test("types and labels narrow a stream; with labels only events of targets come", () =>
  withHttpRoom(async (room) => {
    const reader = await open(room, "?after=0&types=target.*,mesh.blind&label=team=shop");
    await room.happen(
      ofTarget("a", "target.down", { team: "shop" }),
      ofTarget("b", "target.up", { team: "bank" }),
      ofTarget("c", "incident.opened", { team: "shop" }),
      blind("d"),
      ofTarget("e", "target.up", { team: "shop" }),
    );
    await reader.until(/id: 5\n/);
    assert.deepEqual(reader.numbers(), [1, 5]);
    await reader.leave();
  }));

test("a selector narrows a stream and a list of what happened alike", () =>
  withHttpRoom(async (room) => {
    const asked = `labels=${encodeURIComponent("team in (shop,bank),!old")}`;
    const reader = await open(room, `?after=0&${asked}`);
    await room.happen(
      ofTarget("a", "target.down", { team: "shop" }),
      ofTarget("b", "target.up", { team: "zoo" }),
      blind("c"),
      ofTarget("d", "target.up", { team: "bank", old: "yes" }),
      ofTarget("e", "target.up", { team: "bank" }),
    );
    await reader.until(/id: 5\n/);
    assert.deepEqual(reader.numbers(), [1, 5]);
    await reader.leave();
    const { body } = await room.expect(200, `GET /api/v1/events?format=json&${asked}`);
    assert.deepEqual(
      eventPageSchema.parse(body).items.map(({ number }) => number),
      [1, 5],
    );
    await room.refused(422, "GET /api/v1/events?labels=%3D");
  }));

test("a stream carries who saw what only when it is asked for", () =>
  withHttpRoom(async (room) => {
    const plain = await open(room, "?after=0");
    const whole = await open(room, "?after=0&votes=true");
    const event = ofTarget("a", "target.down", {});
    await room.happen({ ...event, data: { ...event.data, vantages: [], vantagesLeftOut: 2 } });
    assert.ok(!(await plain.until(/id: 1\n.*\n.*\n\n/)).includes("vantages"));
    assert.match(await whole.until(/id: 1\n.*\n.*\n\n/), /"vantages":\[\],"vantagesLeftOut":2/);
    await plain.leave();
    await whole.leave();
  }));

test("a comment comes every 15 s of the clock", () =>
  withHttpRoom(async (room) => {
    const reader = await open(room);
    await reader.until(/retry: /);
    await room.clock.run(15_000);
    await reader.until(/: heartbeat 2026-/);
    await reader.leave();
  }));

test("a stream says where it begins, so that a reader who heard nothing can resume", () =>
  withHttpRoom(async (room) => {
    await room.happen(blind("a"), blind("b"));
    const reader = await open(room);
    await reader.until(/^id: 2\n: events/m);
    await reader.leave();
  }));

test("a reader that is too slow is told so, and its stream ends", () =>
  withHttpRoom(async (room) => {
    const reader = await open(room);
    await settle();
    const events = Array.from({ length: 500 }, (_, index) => index);
    for (let round = 0; round * 500 <= LIMITS.subscriberEventsMax * 2; round += 1) {
      await room.happen(...events.map((index) => blind(`r${round}-${index}`)));
    }
    const text = await reader.rest();
    assert.match(text, /event: dropped\ndata: This reader was too slow[^\n]*\n\n$/);
    const numbers = reader.numbers();
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      "what came has no gap",
    );
    assert.equal(room.clock.pending(), 0);
  }));

test("a stream ends when its reader leaves, when the app closes, and when its token goes", () =>
  withHttpRoom(async (room) => {
    const left = await open(room);
    await left.leave();
    assert.equal(room.clock.pending(), 0);
    const voided = await open(room);
    for (const { id, scope } of await room.store.tokens.all()) {
      if (scope === "read") await room.store.tokens.delete(id);
    }
    await room.clock.run(15_000);
    assert.match(await voided.rest(), /: the token is no longer valid\n\n$/);
    const secret = await room.token("write");
    const headers = { authorization: `Bearer ${secret}` };
    const closed = readSse(await room.app.request("/api/v1/events", { headers }));
    room.app.close();
    assert.match(await closed.rest(), /: the aggregator is stopping\n\n$/);
    assert.equal(room.clock.pending(), 0);
  }));

test("the list goes on from a number, narrowed by type", () =>
  withHttpRoom(async (room) => {
    const up = (id: string) => ofTarget(id, "target.up", {});
    await room.happen(up("a"), blind("b"), up("c"), blind("d"), up("e"));
    const page = async (query: string) => {
      const answer = await room.expect(200, `GET /api/v1/events?format=json${query}`);
      return eventPageSchema.parse(answer.body);
    };
    const first = await page("&types=target.up&limit=2");
    assert.deepEqual(
      first.items.map(({ id }) => id),
      ["a", "c"],
    );
    const second = await page(`&types=target.up&limit=2&after=${first.next}`);
    assert.deepEqual(
      second.items.map(({ number }) => number),
      [5],
    );
    assert.equal(second.next, null);
  }));

test("what a stream cannot understand is refused before it opens", () =>
  withHttpRoom(async (room) => {
    await room.refused(422, "GET /api/v1/events", { headers: { "last-event-id": "x" } });
    await room.refused(422, "GET /api/v1/events?types=TARGET");
    await room.refused(422, "GET /api/v1/events?limit=5");
    await room.refused(422, "GET /api/v1/events?after=-1");
    assert.equal(room.clock.pending(), 0);
  }));

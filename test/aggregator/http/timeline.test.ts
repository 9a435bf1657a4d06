/** /api/v1/incidents: lists, and the timeline of one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { incidentPageSchema } from "../../../shared/api/incident.ts";
import { timelineSchema } from "../../../shared/api/timeline.ts";
import type { ApiTimelineEntry } from "../../../shared/api/timeline.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { EventType, PublicEvent } from "../../../shared/event.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { makeIncident, makeTransition } from "../../helpers/make-effects.ts";
import { intent, START_MS } from "../../helpers/store-data.ts";

/** Of inc_1, unless its id names another. */
function event(id: string, type: EventType, afterMs: number): PublicEvent {
  const incidentId = /inc_\d+/.exec(id)?.[0] ?? (afterMs < 90_000 ? "inc_1" : "inc_2");
  const data = { sentence: `${id}.`, incidentId, reason: "maintenance disks runs" };
  return { id, type, timestamp: isoTime(START_MS + afterMs), data };
}

/** Incident inc_1 of web, withheld at first, then raised, told and resolved; and one after it. */
async function happen(room: HttpRoom): Promise<void> {
  const { change: _change, type: _type, atMs: _atMs, incidentId, ...about } = makeIncident();
  const incident = { id: incidentId, ...about, openedAtMs: START_MS, resolvedAtMs: null };
  const row = { targetId: "tgt_web", from: "suspect", to: "down" } as const;
  const { explanation } = makeTransition();
  const opened = { ...row, number: 4, atMs: START_MS, incidentId: "inc_1", explanation };
  const suspected = { from: "up", to: "suspect", number: 3, atMs: START_MS - 2_000 } as const;
  const before = { ...opened, ...suspected, incidentId: null };
  const earlier = { ...before, from: "suspect", to: "up", number: 2, atMs: 0 } as const;
  const back = { ...opened, number: 5, atMs: START_MS + 60_000, from: "down", to: "up" } as const;
  const later = { ...opened, number: 6, atMs: START_MS + 90_000, incidentId: "inc_2" };
  const id = "msg_tgt_web_a2_chn_ops";
  await room.store.channels.put(testChannel("ops"), null);
  await room.store.events.commit({
    atMs: START_MS,
    tick: null,
    spans: [],
    incidents: [{ ...incident, state: "open" }],
    transitions: [earlier, before, opened, back, later],
    events: [
      event("evt_inc_1_opened", "incident.opened", 0),
      event("evt_tgt_web_a1", "alert.withheld", 0),
      event("evt_tgt_web_a2", "alert.raised", 30_000),
      event("evt_tgt_web_a3", "alert.raised", 90_000),
      event("evt_inc_10_opened", "incident.opened", 90_000),
      event("evt_inc_1_resolved", "incident.resolved", 60_000),
    ],
    notifications: [
      intent("msg_tgt_web_a1_chn_gone", { channelId: "chn_gone", state: "withheld" }),
      intent(id, { channelId: "chn_ops", createdAtMs: START_MS + 30_000 }),
      intent("msg_tgt_web_a3_chn_ops", { channelId: "chn_ops", createdAtMs: START_MS + 90_000 }),
    ],
  });
}

function told({ type, at, ...rest }: ApiTimelineEntry): string {
  const seconds = (Date.parse(at) - START_MS) / 1_000;
  const state = "state" in rest ? ` ${rest.state} to ${rest.channel ?? "nobody"}` : "";
  const by = "by" in rest ? ` by ${rest.by}` : "";
  return `${seconds} ${type}${state}${by}`;
}

test("a timeline has votes, changes, who was told or not, and people, in order", () =>
  withHttpRoom(async (room) => {
    await happen(room);
    room.clock.advance(START_MS + 40_000 - room.clock.wallMs());
    await room.expect(200, "POST /api/v1/incidents/inc_1/ack", { body: { by: "ada" } });
    const body = { text: "It was the switch.", author: "bob" };
    room.clock.advance(1_000);
    await room.expect(201, "POST /api/v1/incidents/inc_1/notes", { body });
    const answer = await room.expect(200, "GET /api/v1/incidents/inc_1/timeline");
    const timeline = timelineSchema.parse(answer.body);
    assert.equal(timeline.incident.id, "inc_1");
    assert.equal(timeline.leftOut, 0);
    assert.deepEqual(timeline.items.map(told), [
      "-2 transition",
      "0 transition",
      "0 opened",
      "0 withheld",
      "0 notification withheld to nobody",
      "30 raised",
      "30 notification pending to ops",
      "40 acknowledged by ada",
      "41 note by bob",
      "60 transition",
      "60 resolved",
    ]);
    const [, first, , withheld, unsent] = timeline.items;
    assert.ok(first?.type === "transition");
    assert.deepEqual(
      first.votes.map(({ probe, vote, counted }) => `${probe} ${vote} ${counted}`),
      ["a dead counted", "b dead counted"],
    );
    assert.equal(withheld?.sentence, "The alert is withheld: maintenance disks runs.");
    assert.ok(unsent?.type === "notification");
    assert.equal(unsent.eventId, "evt_tgt_web_a1");
  }));

test("the timeline of an incident that is not there is not found", () =>
  withHttpRoom(async (room) => {
    await room.refused(404, "GET /api/v1/incidents/inc_none/timeline");
  }));

test("incidents are narrowed by labels, severity and acknowledgement, in either order", () =>
  withHttpRoom(async (room) => {
    const nothing = { tick: null, transitions: [], events: [], notifications: [], spans: [] };
    const { change: _change, type: _type, atMs: _atMs, incidentId: _id, ...about } = makeIncident();
    const severities = ["critical", "major", "critical", "major"] as const;
    for (const [index, severity] of severities.entries()) {
      const name = `t${index}`;
      const labels = { team: index < 2 ? "shop" : "pay" };
      const body = { name, kind: "tcp", options: { host: "127.0.0.1", port: 80 }, labels };
      await room.expect(201, "POST /api/v1/targets", { body });
      const targetId = (await room.store.targets.get(name))?.id ?? "";
      const openedAtMs = START_MS + index;
      const place = { id: `inc_${index}`, targetId, openedAtMs, resolvedAtMs: null, severity };
      const incidents = [{ ...about, ...place, state: "open" as const }];
      await room.store.events.commit({ atMs: START_MS, ...nothing, incidents });
    }
    await room.expect(200, "POST /api/v1/incidents/inc_3/ack");
    const ids = async (query: string) => {
      const { body } = await room.expect(200, `GET /api/v1/incidents?${query}`);
      const { items, next } = incidentPageSchema.parse(body);
      return [...items.map(({ id }) => id.slice(4)), ...(next === null ? [] : [next])];
    };
    assert.deepEqual(await ids(""), ["3", "2", "1", "0"]);
    assert.deepEqual(await ids("labels=team%3Dshop"), ["1", "0"]);
    assert.deepEqual(await ids("severity=major&sort=openedAt"), ["1", "3"]);
    assert.deepEqual(await ids("acknowledged=false&state=open"), ["2", "1", "0"]);
    const [first, second, next = ""] = await ids("sort=openedAt&limit=2");
    assert.deepEqual([first, second], ["0", "1"]);
    assert.deepEqual(await ids(`sort=openedAt&limit=2&cursor=${next}`), ["2", "3"]);
  }));

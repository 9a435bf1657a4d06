/** What commits of effects, events, transitions and incidents must do in every store. */
import assert from "node:assert/strict";
import type { EffectsCommit, IncidentChange, TransitionRow } from "../../../aggregator/ports.ts";
import { START_MS, allPages, eventWithId, intent } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

const NOTHING: EffectsCommit = {
  atMs: START_MS,
  tick: null,
  events: [],
  transitions: [],
  incidents: [],
  notifications: [],
  spans: [],
};

function transition(number: number): TransitionRow {
  const quorum = { roster: 3, need: 2, failing: 0, confirmed: 0, heard: 3, ok: 3, regions: 0 };
  const atMs = START_MS + number;
  return {
    targetId: "tgt_a",
    number,
    atMs,
    from: "unknown",
    to: "up",
    incidentId: number % 2 === 0 ? "inc_a" : null,
    explanation: {
      targetId: "tgt_a",
      targetName: "a",
      state: "up",
      sinceMs: atMs,
      atMs,
      cause: null,
      lean: null,
      assessment: "ok",
      sentence: `Transition ${number}.`,
      quorum,
      rule: "all",
      failingRegions: [],
      calls: 0,
      degraded: "",
      maintenance: null,
      vantages: [],
      incidentId: null,
    },
  };
}

function incident(id: string, over: Partial<IncidentChange> = {}): IncidentChange {
  return {
    id,
    targetId: "tgt_a",
    targetName: "a",
    severity: "critical",
    state: "open",
    cause: "unreachable",
    openedAtMs: START_MS,
    resolvedAtMs: null,
    sentence: "Nobody reaches a.",
    ...over,
  };
}

/** Tests of `Store.events` and `Store.incidents`. */
export const EFFECT_TESTS: readonly StoreTest[] = [
  [
    "a commit numbers the new events in order and ignores those it knows",
    async ({ store }) => {
      const first = await store.events.commit({
        ...NOTHING,
        events: [eventWithId("e1"), eventWithId("e2")],
      });
      const second = await store.events.commit({
        ...NOTHING,
        events: [eventWithId("e2"), eventWithId("e3"), eventWithId("e3")],
      });
      assert.deepEqual(
        [first, second].map((events) => events.map(({ event }) => event.id)),
        [["e1", "e2"], ["e3"]],
      );
      const numbers = [...first, ...second].map(({ number }) => number);
      assert.deepEqual(numbers, [1, 2, 3]);
      assert.equal(await store.events.lastNumber(), numbers.at(-1));
      assert.deepEqual(await store.events.after(numbers[0] ?? 0, 1), [first[1]]);
      assert.deepEqual(await store.events.after(0, 10), [...first, ...second]);
    },
  ],
  [
    "events are known once everything that was planned of them is committed",
    async ({ store, reopen }) => {
      const ids = ["e1", "e2", "e3"];
      await store.events.commit({ ...NOTHING, events: [eventWithId("e1")] });
      await store.events.commit({ ...NOTHING, events: [eventWithId("e2")], partial: true });
      assert.deepEqual(await store.events.known(ids), new Set(["e1"]));
      // A crash: what came in parts is committed again, now with its end.
      const opened = reopen ? await reopen() : store;
      assert.deepEqual(await opened.events.known(ids), new Set(["e1"]));
      const again = { ...NOTHING, events: [eventWithId("e2"), eventWithId("e3")], partial: true };
      await opened.events.commit(again);
      assert.deepEqual(await opened.events.known(ids), new Set(["e1"]));
      await opened.events.commit(NOTHING);
      assert.deepEqual(await opened.events.known(ids), new Set(ids));
      // What is committed once more by a replay makes nothing unknown that came after it.
      await opened.events.commit({ ...NOTHING, events: [eventWithId("e1")] });
      assert.deepEqual(await opened.events.known(ids), new Set(ids));
    },
  ],
  [
    "a store without events has the last number 0",
    async ({ store }) => assert.equal(await store.events.lastNumber(), 0),
  ],
  [
    "a commit keeps its log time and its tick in the log",
    async ({ store, reopen }) => {
      const tick = { atMs: START_MS + 500, body: { type: "tick" } } as const;
      await store.events.commit({ ...NOTHING, atMs: START_MS + 500, tick });
      await store.events.commit({ ...NOTHING, atMs: START_MS + 900 });
      const opened = reopen ? await reopen() : store;
      assert.deepEqual(await opened.log.position(), { seq: 1, atMs: START_MS + 900 });
      assert.deepEqual(await opened.log.read(0, 10), [{ seq: 1, ...tick }]);
    },
  ],
  [
    "transitions are read newest first, each once, with their explanation",
    async ({ store }) => {
      const rows = [1, 2, 3, 4, 5].map(transition);
      await store.events.commit({ ...NOTHING, transitions: rows.slice(0, 3) });
      await store.events.commit({ ...NOTHING, transitions: rows.slice(2) });
      const found = await allPages((cursor) =>
        store.events.transitions("tgt_a", { cursor, limit: 2 }),
      );
      assert.deepEqual(found, rows.toReversed());
      const other = await store.events.transitions("tgt_b", { limit: 2 });
      assert.deepEqual(other, { rows: [], next: null });
    },
  ],
  [
    "an incident changes by the engine's word; acknowledgement and notes stay",
    async ({ store }) => {
      await store.events.commit({ ...NOTHING, incidents: [incident("inc_a")] });
      await store.incidents.acknowledge("inc_a", START_MS + 5, "night shift");
      await store.incidents.acknowledge("inc_a", START_MS + 9, "somebody later");
      const note = { atMs: START_MS + 6, author: "night shift", text: "Looking." };
      await store.incidents.note("inc_a", note);
      const resolved = { state: "resolved", resolvedAtMs: START_MS + 50 } as const;
      await store.events.commit({ ...NOTHING, incidents: [incident("inc_a", resolved)] });
      assert.deepEqual(await store.incidents.get("inc_a"), {
        ...incident("inc_a", resolved),
        acknowledgedAtMs: START_MS + 5,
        acknowledgedBy: "night shift",
        notes: [note],
      });
      assert.equal(await store.incidents.acknowledge("inc_x", 1, "x"), null);
      assert.equal(await store.incidents.note("inc_x", note), null);
      assert.equal(await store.incidents.get("inc_x"), null);
    },
  ],
  [
    "incidents are listed newest first, narrowed by state and target, page by page",
    async ({ store }) => {
      const incidents = [1, 2, 3, 4, 5, 6].map((number) =>
        incident(`inc_${number}`, {
          openedAtMs: START_MS + Math.ceil(number / 2),
          targetId: number < 4 ? "tgt_a" : "tgt_b",
          state: number % 2 === 0 ? "open" : "resolved",
        }),
      );
      await store.events.commit({ ...NOTHING, incidents });
      const ids = async (narrow: { state?: "open"; targetId?: string }) =>
        (await allPages((cursor) => store.incidents.list({ ...narrow, cursor, limit: 2 }))).map(
          ({ id }) => id.slice(4),
        );
      assert.deepEqual(await ids({}), ["6", "5", "4", "3", "2", "1"]);
      assert.deepEqual(await ids({ state: "open" }), ["6", "4", "2"]);
      assert.deepEqual(await ids({ targetId: "tgt_b" }), ["6", "5", "4"]);
      assert.deepEqual(await ids({ targetId: "tgt_a", state: "open" }), ["2"]);
    },
  ],
  [
    "a commit keeps its notification intents, each once",
    async ({ store }) => {
      const notifications = [intent("n1"), intent("n2", { state: "withheld" })];
      await store.events.commit({ ...NOTHING, notifications });
      await store.events.commit({ ...NOTHING, notifications: [intent("n1", { body: "{}" })] });
      const { rows } = await store.notifications.list({ limit: 10 });
      assert.deepEqual(
        rows.map(({ id, state, body }) => [id, state, body]),
        [
          ["n2", "withheld", '{"id":"n2"}'],
          ["n1", "pending", '{"id":"n1"}'],
        ],
      );
    },
  ],
];

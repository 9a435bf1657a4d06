import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { publicEvents } from "../../../aggregator/alert/events.ts";
import { emptyBook } from "../../../aggregator/alert/book.ts";
import type { AlertBook } from "../../../aggregator/alert/book.ts";
import { planAlerts } from "../../../aggregator/alert/plan.ts";
import type { Channel } from "../../../shared/channel.ts";
import type { Effect } from "../../../aggregator/verdict/effect.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import {
  ALERT_START_MS,
  makeAlert,
  makeIncident,
  makeTransition,
} from "../../helpers/make-effects.ts";
import { makeProbe, makeTarget } from "../../helpers/make-nouns.ts";

const lookups = { target: () => makeTarget("web", 1), probe: () => makeProbe("a") };

/** What a target may do next: open, move within an incident, resolve, withdraw. */
const moves = fc.array(fc.constantFrom("open", "back", "recover", "resolve", "withdraw", "calm"), {
  maxLength: 40,
});

/** What is planned of one step; reminders have tests of their own. */
function plan(book: AlertBook, { effects, atMs }: Step, channels: readonly Channel[]) {
  const events = publicEvents(effects, lookups);
  const { notifications } = planAlerts(book, { effects, events, channels, nowMs: atMs, lookups });
  return notifications.filter(({ body }) => !body.includes('"type":"alert.reminder"'));
}

interface Step {
  effects: Effect[];
  incidentId: string;
  atMs: number;
}

/** The steps of a fold that obeys VERDICTS section 7, a minute apart. */
function stepsOf(story: readonly string[]): Step[] {
  const steps: Step[] = [];
  let open: { incidentId: string; openedAtMs: number } | null = null;
  for (const [index, move] of story.entries()) {
    const atMs = ALERT_START_MS + index * 60_000;
    const begins = move === "open" && open === null;
    if (begins) open = { incidentId: `inc_${index}`, openedAtMs: atMs };
    const incident = begins ? "opened" : move === "resolve" && open ? "resolved" : "none";
    const to = incident === "resolved" ? "up" : move === "recover" ? "recovering" : "down";
    const incidentId = open?.incidentId ?? null;
    const moved = makeTransition({ number: index + 1, atMs, to, incident, incidentId });
    const effects: Effect[] = move === "withdraw" ? [] : [moved];
    const change = begins ? "opened" : move === "withdraw" ? "withdrawn" : "resolved";
    const ends = open !== null && (move === "withdraw" || incident === "resolved");
    if (open && (begins || ends)) {
      effects.push(makeIncident({ ...open, atMs, change }), alertOf(index, { ...open, change }));
    }
    steps.push({ effects, incidentId: incidentId ?? "", atMs });
    if (ends) open = null;
  }
  return steps;
}

/** The alert beside an incident that opened or ended in step `index`. */
function alertOf(
  index: number,
  incident: { incidentId: string; openedAtMs: number; change: string },
): Effect {
  const { incidentId, openedAtMs, change } = incident;
  const withdrawn = change === "withdrawn";
  return makeAlert({
    change: change === "opened" ? "raised" : "cleared",
    number: index + 1,
    atMs: ALERT_START_MS + index * 60_000,
    incidentId,
    openedAtMs,
    raisedAtMs: openedAtMs,
    transition: withdrawn ? null : index + 1,
    withdrawn,
  });
}

test("there is at most one alert for an incident, and never an end without an alert", () => {
  fc.assert(
    fc.property(moves, fc.nat(40), (story, madeAt) => {
      const channels = [
        testChannel("old"),
        testChannel("young", {}, ALERT_START_MS + madeAt * 60_000),
      ];
      const alerted = new Set<string>();
      const ended = new Set<string>();
      const book = emptyBook();
      for (const step of stepsOf(story)) {
        for (const { channelId, reason } of plan(book, step, channels)) {
          const { incidentId } = step;
          const key = `${channelId} ${incidentId}`;
          const isAlert = reason.endsWith("opened.");
          const told = isAlert ? alerted : ended;
          assert.ok(!told.has(key), `told twice: ${reason}`);
          assert.ok(isAlert || alerted.has(key), `an end without an alert: ${reason}`);
          told.add(key);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("every alert of a channel that stays is followed by the end of its incident", () => {
  fc.assert(
    fc.property(moves, (story) => {
      const open = new Set<string>();
      const book = emptyBook();
      for (const step of stepsOf([...story, "resolve"])) {
        for (const { reason } of plan(book, step, [testChannel("a")])) {
          if (reason.endsWith("opened.")) open.add(step.incidentId);
          else open.delete(step.incidentId);
        }
      }
      assert.equal(open.size, 0);
    }),
    { numRuns: 300 },
  );
});

test("the same happenings give the same notifications, so that a replay adds none", () => {
  fc.assert(
    fc.property(moves, (story) => {
      const channels = [testChannel("a", { events: ["*"] }), testChannel("b")];
      const [book, other] = [emptyBook(), emptyBook()];
      const ids = stepsOf(story).flatMap((step) => {
        const planned = plan(book, step, channels);
        assert.deepEqual(plan(other, step, channels), planned);
        return planned.map(({ id }) => id);
      });
      assert.equal(new Set(ids).size, ids.length);
    }),
    { numRuns: 100 },
  );
});

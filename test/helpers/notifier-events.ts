/** Events as they are sent, for the golden texts and payloads of notifiers. */
import { publicEvents } from "../../aggregator/alert/events.ts";
import type { OutgoingMessage, Threads } from "../../aggregator/ports.ts";
import type { EventData, PublicEvent } from "../../shared/event.ts";
import type { VantageEvidence } from "../../shared/verdict.ts";
import { ALERT_START_MS, makeAlert, makeEvidence, makeProbeState } from "./make-effects.ts";
import { makeMesh, makeNotice, makeTransition } from "./make-effects.ts";
import { makeProbe, makeTarget } from "./make-nouns.ts";

const TARGET = makeTarget("web", 1, {
  labels: { team: "shop", env: "prod" },
  playbookUrl: "https://wiki.example.org/playbooks/web?from=a&to=b",
});

const LOOKUPS = {
  target: (id: string) => (id === TARGET.id ? TARGET : null),
  probe: (id: string) => makeProbe(id.replace("prb_", ""), { region: "eu-west", zone: "eu-1" }),
};

const MINUTE_MS = 60_000;

/** A detail that repeats what the target answered, which is hostile. */
const HOSTILE =
  "Expected status 200, found 503: <!channel> @everyone **[click](http://evil.example)** `x`.";

const FAILING = [
  makeEvidence("ams", { region: "eu-west", zone: "eu-1", probeName: "ams" }),
  makeEvidence("nyc", { region: "us-east", zone: "us-1", reason: "http_status", detail: HOSTILE }),
];

const ASIDE: VantageEvidence[] = [
  makeEvidence("sin", {
    region: "ap-south",
    zone: "ap-1",
    vote: "none",
    counted: "probe_may_not_accuse",
    probeState: "quarantined",
    probeReason: "Its canaries failed: 3 of 3.",
  }),
  makeEvidence("syd", {
    region: "ap-south",
    zone: "ap-2",
    vote: "none",
    counted: "no_evidence",
    probeState: "offline",
    reason: null,
    seenAtMs: null,
  }),
];

const REACHES = makeEvidence("fra", {
  region: "eu-west",
  zone: "eu-2",
  vote: "ok",
  state: "healthy",
  reason: "ok",
  detail: "",
  failures: 0,
});

const DOWN = makeTransition(
  {},
  {
    sentence:
      "Down since 00:00:00 UTC: 2 of 2 vantages in 2 regions cannot connect (connection " +
      "refused); sin was set aside because its canaries failed: 3 of 3.",
    vantages: [...FAILING, ...ASIDE],
  },
);

const UP = makeTransition(
  { number: 6, atMs: ALERT_START_MS + 12 * MINUTE_MS, from: "recovering", to: "up" },
  {
    state: "up",
    sinceMs: ALERT_START_MS + 12 * MINUTE_MS,
    sentence: "Up since 00:12:00 UTC: 1 of 1 vantage in 1 region reaches it.",
    vantages: [{ ...REACHES, seenAtMs: ALERT_START_MS + 12 * MINUTE_MS }],
  },
);

const PARTIAL = makeTransition(
  { to: "partial", from: "up", cause: null },
  {
    state: "partial",
    sentence:
      "Partly reachable since 00:00:00 UTC: 2 of 3 vantages in 2 regions cannot connect " +
      "(connection refused), fra reaches it.",
    vantages: [...FAILING, REACHES],
  },
);

const ONLY: Readonly<Record<string, PublicEvent>> = Object.fromEntries(
  Object.entries({
    "target.down": DOWN,
    "target.up": { ...UP, incident: "resolved" as const },
    "target.partial": PARTIAL,
    "probe.offline": makeProbeState(),
    "mesh.blind": makeMesh(),
    "target.notice": makeNotice(),
    "alert.raised": makeAlert({ transition: null, explanation: DOWN.explanation }),
    "alert.cleared": makeAlert({
      change: "cleared",
      transition: null,
      explanation: UP.explanation,
    }),
  }).flatMap(([name, effect]) => {
    const [event] = publicEvents([effect], LOOKUPS);
    return event ? [[name, event]] : [];
  }),
);

const FOLDED: EventData = {
  sentence: "5,000 targets went down within 1 min: all of them depend on switch-7.",
  severity: "critical",
  since: "2026-01-01T00:00:00.000Z",
  folded: {
    id: "fold_switch7_1",
    cause: "parent switch-7",
    to: "bad",
    count: 5_000,
    names: ["api", "basket", "checkout"],
  },
};

const timestamp = "2026-01-01T00:00:00.000Z";

/** One event of each sort that people are told of, by name. */
export const NOTIFIER_EVENTS: Readonly<Record<string, PublicEvent>> = {
  ...ONLY,
  "alert.folded": { id: "evt_fold_1", type: "alert.folded", timestamp, data: FOLDED },
  "alert.reminder": reminderOf(ONLY["target.down"]),
  "channel.test": {
    id: "evt_test_1",
    type: "channel.test",
    timestamp,
    data: { sentence: "Test of channel night: messages of Quorate arrive here." },
  },
};

/** The events whose payloads are golden files of every kind. */
export const PAYLOAD_EVENTS: readonly string[] = [
  "target.down",
  "target.up",
  "target.partial",
  "alert.folded",
  "probe.offline",
];

function reminderOf(event: PublicEvent | undefined): PublicEvent {
  const data: EventData = {
    sentence: "",
    ...event?.data,
    reminder: 2,
    links: {
      incident: "https://quorate.example.org/incidents/inc_1",
      acknowledge: "https://quorate.example.org/ack/inc_1",
    },
  };
  return { id: "evt_inc_1_reminder_2", type: "alert.reminder", timestamp, data };
}

/** The message of an event, as the worker hands it to a notifier. */
export function messageOfEvent(name: string, threads?: Threads): OutgoingMessage {
  const event = NOTIFIER_EVENTS[name];
  return {
    id: `msg_${event?.id.slice(4)}_chn_a`,
    body: JSON.stringify(event),
    atMs: ALERT_START_MS + MINUTE_MS,
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Threads that remember in memory; `names` are there from the start. */
export function memoryThreads(names: Readonly<Record<string, string>> = {}): Threads & {
  names: ReadonlyMap<string, string>;
} {
  const kept = new Map(Object.entries(names));
  return {
    names: kept,
    get: (thread) => Promise.resolve(kept.get(thread) ?? null),
    put: (thread, name) => {
      kept.set(thread, name);
      return Promise.resolve();
    },
  };
}

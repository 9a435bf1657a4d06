import assert from "node:assert/strict";
import { test } from "node:test";
import { requestOf } from "../../../aggregator/cli/replay.ts";
import { printReplay } from "../../../aggregator/cli/replay-view.ts";
import type { ApiReplay, ReplaySide, ReplaySighting } from "../../../shared/api/replay.ts";
import { capture } from "./capture.ts";

const SIDE: ReplaySide = {
  transitions: 4,
  incidents: 1,
  pages: 1,
  falseAlarms: 0,
  alone: 0,
  delayMs: { p50: 14_200, p95: 14_200, max: 14_200 },
  badMs: 252_000,
  unknownMs: 0,
};
const SEEN: ReplaySighting = {
  state: "down",
  openedAt: "2026-01-02T12:04:45.000Z",
  resolvedAt: "2026-01-02T12:08:57.000Z",
  pagedAt: "2026-01-02T12:04:45.000Z",
  delayMs: 14_200,
  falseAlarm: null,
  sentence: "Down.",
};
const REPLAY: ApiReplay = {
  id: "rpl_1",
  state: "done",
  progress: 1,
  startedAt: "2026-01-31T00:00:00.000Z",
  finishedAt: "2026-01-31T00:00:02.000Z",
  askedSinceAt: "2026-01-01T00:00:00.000Z",
  sinceAt: "2026-01-02T00:00:00.000Z",
  reachesBackToAt: "2026-01-02T00:00:00.000Z",
  untilAt: "2026-01-31T00:00:00.000Z",
  target: null,
  changes: { policy: { rule: "majority" } },
  error: null,
  report: {
    targets: 2,
    events: 1_234,
    record: { transitions: 4, differing: 0 },
    happened: SIDE,
    replayed: { ...SIDE, transitions: 6, incidents: 2, falseAlarms: 1, alone: 1 },
    outages: [
      {
        targetId: "tgt_1",
        target: "shop",
        beganAt: "2026-01-02T12:04:30.800Z",
        happened: [SEEN],
        replayed: [{ ...SEEN, delayMs: 9_000, pagedAt: null }],
      },
      {
        targetId: "tgt_2",
        target: "blog",
        beganAt: "2026-01-03T00:00:00.000Z",
        happened: [],
        replayed: [{ ...SEEN, resolvedAt: null, falseAlarm: "reached" }],
      },
    ],
    outagesLeftOut: 0,
    transitions: [
      {
        targetId: "tgt_1",
        target: "shop",
        at: "2026-01-02T12:04:45.000Z",
        from: "suspect",
        to: "down",
        side: "both",
      },
      {
        targetId: "tgt_2",
        target: "blog",
        at: "2026-01-03T00:00:09.000Z",
        from: "partial",
        to: "down",
        side: "replayed",
      },
    ],
    transitionsLeftOut: 3,
  },
};

const EXPECTED = `
Replayed 2 targets from 2026-01-02 00:00:00 to 2026-01-31 00:00:00 UTC, 1234 events, \
with {"policy":{"rule":"majority"}}.
The log can be replayed since 2026-01-02 00:00:00 UTC, not since 2026-01-01 00:00:00: \
\`quorate aggregator --keep-log\` says how long it is kept.
Folded as it was, the log gives exactly the 4 recorded transitions.
What the probes looked at was chosen by the policy of the time.

                                 HAPPENED  REPLAYED
transitions                             4         6
incidents                               1         2
pages                                   1         1
false-alarm candidates                  0         1
outages seen by this side alone         0         1
detection p50                         14s       14s
detection p95                         14s       14s
detection max                         14s       14s
time down                          4m 12s    4m 12s
time unknown                          0ms       0ms

OUTAGE OF  BEGAN (UTC)          HAPPENED                     REPLAYED                             \
 REMARK
shop       2026-01-02 12:04:30  down after 14s, for 4m 12s  down after 9s, for 4m 12s, no page
blog       2026-01-03 00:00:00  -                           down after 14s, still open             \
seen in the replay only; false alarm? (replayed: a vantage reached it)

AT (UTC)             TARGET  FROM     HAPPENED  REPLAYED
2026-01-02 12:04:45  shop    suspect  down      down
2026-01-03 00:00:09  blog    partial  -         down
`;

const words = (text: string): string => text.trim().replaceAll(/ {2,}/g, "  ");

test("a replay is shown with its reach, both sides' figures, outages and transitions", () => {
  const { printer, out, err } = capture();
  printReplay(REPLAY, 50, printer);
  assert.equal(words(out()), words(EXPECTED));
  assert.equal(err(), "3 more rows: give a larger --limit, or --json.\n");
});

test("the flags of a replay become its request, and what is not given stays as it was", () => {
  const nowMs = Date.parse("2026-01-31T00:00:00.000Z");
  const flags = { since: 86_400_000, limit: 50 };
  const sinceAt = "2026-01-30T00:00:00.000Z";
  assert.deepEqual(requestOf(flags, nowMs), { sinceAt, changes: {} });
  const set = { "policy.k": 3, degradedLatencyMs: 500 };
  const more = { policy: "k-of-n", coverage: 0.25, fall: 2, until: 3_600_000, target: "shop" };
  assert.deepEqual(requestOf({ ...flags, ...more, set }, nowMs), {
    sinceAt,
    untilAt: "2026-01-30T23:00:00.000Z",
    target: "shop",
    changes: { fall: 2, degradedLatencyMs: 500, policy: { rule: "k-of-n", coverage: 0.25, k: 3 } },
  });
});

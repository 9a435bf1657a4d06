/** One command line for each table, with answers that have long, wide and hostile texts in them. */
import { isoTime } from "../../../shared/clock.ts";
import type { Answer } from "./fake-api.ts";
import { pageOf, sampleExplanation, sampleProbe, sampleTarget, sampleVerdict } from "./samples.ts";

/** A table: the command line that prints it, and what the API answers. */
export interface TableCase {
  args: readonly string[];
  answers: Record<string, Answer>;
}

const at = "2026-01-01T12:04:31.000Z";
const LONG = "name-".repeat(40);
const WIDE = "東京-決済サービス";
const EVIL = "evil\u001b[2J\u0007\u202e🚀";
const WHY = "Connection refused: nothing is listening on 10.0.0.7:443, as three vantages agree";

const targets = [
  sampleTarget(),
  sampleTarget({ name: "pay", labels: { team: "決済", tier: "1", region: "ap-northeast-1" } }),
  sampleTarget({ name: "n".repeat(100), verdict: { state: "sub_healthy", since: at } }),
  sampleTarget({ name: "db", kind: "tcp", options: { host: "db.example", port: 5432 } }),
  sampleTarget({ name: "evil", labels: { team: EVIL }, enabled: false }),
];

const verdicts = [
  sampleVerdict({ state: "down", incidentId: "inc_4m2k9x0r7bq1c3ta" }),
  sampleVerdict({ target: WIDE, lean: "down", state: "unknown" }),
  sampleVerdict({ target: LONG, state: "recovering" }),
  sampleVerdict({ target: EVIL }),
];

const vitals = { cpuMilli: 123, rssBytes: 99_000_000, loadMilli: 1_500, eventLoopLagMs: 12 };
const probes = [
  sampleProbe("rack-a", { ...vitals, lastHeartbeatAt: at }),
  sampleProbe(WIDE, { state: "offline", reason: "no heartbeat for 15 s; its uplink is away" }),
  sampleProbe(LONG, { state: "quarantined", reason: EVIL }),
];

const result = (fields: object): object => ({
  probeId: "prb_1",
  probe: "rack-a",
  at,
  receivedAt: at,
  class: "ok",
  reason: "ok",
  detail: "",
  certificate: "none",
  attempt: 0,
  latencyUs: 12_345,
  phases: { dnsUs: 0, connectUs: 1_200, tlsUs: 4_000, firstByteUs: 6_000 },
  late: false,
  ...fields,
});

const failing = { class: "dead", reason: "connection_refused", detail: WHY, certificate: "ok" };
const results = [
  result({}),
  result({ ...failing, probe: WIDE }),
  result({ ...failing, late: true }),
];

const transition = { number: 12, at, from: "suspect", to: "down", cause: "unreachable" };
const transitions = [{ ...transition, incidentId: "inc_4m2k9x0r7bq1c3ta", sentence: WHY }];

const incident = (fields: object): object => ({
  id: "inc_4m2k9x0r7bq1c3ta",
  targetId: "tgt_1",
  target: "checkout",
  severity: "critical",
  state: "open",
  cause: "unreachable",
  openedAt: at,
  resolvedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  sentence: WHY,
  notes: [],
  ...fields,
});

const channel = (fields: object): object => ({
  id: "chn_1",
  name: "ops",
  kind: "webhook",
  options: {},
  destination: "https://hooks.example/services/T000/B000/quorate-alerts",
  events: ["target.down", "target.up", "incident.opened", "incident.resolved", "mesh.blind"],
  enabled: true,
  revision: 1,
  createdAt: at,
  updatedAt: at,
  ...fields,
});

const notification = (state: string, fields: object): object => ({
  id: "msg_tgt_4m2k9x0r7bq1c3ta_t12_chn_9w4e2r6t8y0v1x3z",
  channelId: "chn_1",
  orderKey: "tgt_1",
  sequence: 1,
  state,
  reason: "routed",
  event: {},
  attempts: 3,
  createdAt: at,
  nextAttemptAt: null,
  deliveredAt: null,
  lastError: null,
  ...fields,
});

const delivery = { at, durationMs: 231, status: 503, ok: false, request: "POST hooks.example" };

const silence = {
  id: "sil_5t7y9x1c3v8b2n4m",
  state: "active",
  matchers: [{ name: "team", op: "=", value: "決済" }],
  startsAt: at,
  endsAt: "2026-01-01T14:04:31.000Z",
  author: "ada",
  comment: "The shop moves to another rack, and nobody wants to hear of it meanwhile.",
  createdAt: at,
  createdBy: "ada",
  endedBy: null,
  revision: 1,
};

const maintenance = {
  id: "mnt_1",
  name: "weekly-upgrade",
  targets: ["checkout", WIDE],
  labels: { team: "pay" },
  cron: "0 3 * * 0",
  durationMs: 7_200_000,
  timezone: "Europe/Berlin",
  comment: "",
  revision: 1,
  createdAt: at,
  updatedAt: at,
  endedAt: null,
  windows: [{ from: at, to: "2026-01-01T14:04:31.000Z", active: true }],
};

const uptime = {
  from: "2025-12-02T12:04:31.000Z",
  to: at,
  availability: 0.999_91,
  upMs: 2_591_000_000,
  downMs: 252_000,
  unknownMs: 12_000,
  maintenanceMs: 7_200_000,
  unrecordedMs: 0,
  states: { up: 2_591_000_000 },
};

const canary = { kind: "probe", url: null, region: null, excluded: false, asked: 3, reached: 2 };
const answer = { at, since: at, latencyUs: 800, reason: "", detail: "" };
const refused = { reason: "connection_refused", detail: `${WHY}.` };
const matrix = {
  at: isoTime(0),
  canaries: [
    { ...canary, id: "probe:prb_a", counts: true, reason: "" },
    { ...canary, id: "aggregator", counts: true, reason: "" },
    { ...canary, id: WIDE, counts: false, reason: "nobody reached it yet" },
  ],
  items: ["a", "b"].map((name) => ({
    id: `prb_${name}`,
    name: name === "a" ? "rack-a" : LONG,
    region: "east",
    zone: name,
    connected: name === "a",
    answers: [
      { ...answer, canary: "probe:prb_a", state: "ok", ageMs: 1_200 },
      { ...answer, ...refused, canary: "aggregator", state: "fail", ageMs: 800 },
    ],
  })),
  next: null,
};

const figures = {
  scheduled: 1_440,
  ok: 1_400,
  failed: 40,
  void: 0,
  minUs: 850,
  maxUs: 1_250_000,
  meanUs: 2_500,
  stddevUs: 12_345,
  p50Us: 1_200,
  p75Us: 1_900,
  p95Us: 8_000,
  p99Us: 250_000,
};
const stats = (target: string): object => ({
  targetId: "tgt_1",
  target,
  from: at,
  to: at,
  total: figures,
  vantages: [],
});

const token = {
  id: "tok_1q3w5e7r9t2y4x6z",
  name: "grafana-of-the-shop",
  scope: "read",
  probeId: null,
  labels: { team: "決済" },
  createdAt: at,
  expiresAt: null,
  rotatedAt: null,
  lastUsedAt: at,
};

const record = {
  number: 12,
  at,
  class: "write",
  actor: { kind: "token", id: "tok_1", name: EVIL },
  address: "127.0.0.1",
  operation: "PUT /api/v1/targets/{id}",
  action: "update",
  resource: "targets",
  resourceId: "tgt_1",
  name: LONG,
  revisionBefore: 1,
  revisionAfter: 2,
  changed: ["intervalMs", "labels"],
  status: 200,
  error: "",
};

const page = (path: string, ...items: object[]): Record<string, Answer> => ({
  [`GET ${path}`]: { json: pageOf(...items) },
});

const table = (line: string, answers: Record<string, Answer>): TableCase => ({
  args: line.split(" "),
  answers,
});

/** Every table. */
export const TABLES: readonly TableCase[] = [
  table("targets list", page("/targets", ...targets)),
  table("targets get checkout", { "GET /targets/checkout": { json: sampleTarget() } }),
  table("targets results checkout", page("/targets/checkout/results", ...results)),
  table("targets uptime checkout", page("/targets/checkout/uptime", uptime)),
  table("verdicts list", page("/verdicts", ...verdicts)),
  table("verdicts explain checkout", {
    "GET /verdicts/checkout/explain": { json: sampleExplanation({ targetName: WIDE }) },
  }),
  table("verdicts transitions checkout", page("/verdicts/checkout/transitions", ...transitions)),
  table("probes list", page("/probes", ...probes)),
  table("probes matrix", { "GET /mesh": { json: matrix } }),
  table(
    "incidents list",
    page("/incidents", incident({}), incident({ target: WIDE, acknowledgedBy: EVIL })),
  ),
  table("channels list", page("/channels", channel({}), channel({ name: WIDE, kind: "slack" }))),
  table(
    "notifications list",
    page(
      "/notifications",
      notification("delivered", {}),
      notification("dead", { lastError: WHY, nextAttemptAt: at }),
    ),
  ),
  table(
    "notifications deliveries msg_1",
    page("/notifications/msg_1/deliveries", { ...delivery, attempt: 1, detail: WHY }),
  ),
  table("silences list", page("/silences", silence)),
  table("maintenance list", page("/maintenance", maintenance)),
  table("stats", page("/stats", stats("checkout"), stats(WIDE))),
  table("tokens list", page("/tokens", token)),
  table("audit list", page("/audit", record)),
];

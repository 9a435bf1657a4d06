import assert from "node:assert/strict";
import { test } from "node:test";
import { cliAgainst } from "./fake-api.ts";
import { pageOf, sampleEvidence, sampleTarget } from "./samples.ts";

const at = "2026-01-01T12:04:31.000Z";

const channel = {
  id: "chn_1",
  name: "ops",
  kind: "webhook",
  options: { url: "https://hooks.example/", secret: "***" },
  destination: "hooks.example",
  events: [],
  enabled: true,
  revision: 2,
  createdAt: at,
  updatedAt: at,
};

test("channels put replaces, and patch, also called update, sends what is given", async () => {
  const answers = {
    "PUT /channels/ops": { json: channel },
    "PATCH /channels/ops": { json: channel },
  };
  const put = await cliAgainst(answers, ["channels", "put", "ops", "--url", "https://h.example/"]);
  assert.equal(put.code, 0, put.err);
  assert.deepEqual(put.asked[0]?.body, {
    kind: "webhook",
    options: { url: "https://h.example/" },
  });
  const patch = await cliAgainst(answers, ["channels", "update", "ops", "--no-enabled"]);
  assert.equal(patch.code, 0, patch.err);
  assert.deepEqual(patch.asked[0]?.body, { enabled: false });
  const nothing = await cliAgainst(answers, ["channels", "patch", "ops"]);
  assert.equal(nothing.code, 2);
});

test("a timeline shows all that happened in an incident, and what was left out", async () => {
  const incident = {
    id: "inc_1",
    targetId: "tgt_1",
    target: "checkout",
    severity: "critical",
    state: "open",
    cause: "failing",
    sentence: "Down.",
    openedAt: at,
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    notes: [],
  };
  const items = [
    { at, type: "opened", sentence: "Down since noon.", eventId: "evt_1" },
    { at, type: "note", sentence: "ada: the disk is full", by: "ada" },
  ];
  const answers = { "GET /incidents/inc_1/timeline": { json: { incident, items, leftOut: 4 } } };
  const { out, err } = await cliAgainst(answers, ["incidents", "timeline", "inc_1"]);
  assert.match(out, /2026-01-01 12:04:31 {2}opened {2}Down since noon\.\n/);
  assert.match(out, /note {4}ada: the disk is full\n/);
  assert.match(err, /4 further entries/);
});

test("events with votes say below each event who saw what", async () => {
  const vantages = [
    sampleEvidence("rack-a"),
    sampleEvidence("rack-b", { vote: "none", counted: "expired", detail: "" }),
  ];
  const event = {
    number: 7,
    id: "evt_7",
    type: "target.down",
    timestamp: at,
    data: { sentence: "Down.", target: { name: "checkout" }, vantages },
  };
  const answers = { "GET /events": { json: pageOf(event) } };
  const plain = await cliAgainst(answers, ["events"]);
  assert.equal(plain.out.split("\n").length, 2);
  const { out } = await cliAgainst(answers, ["events", "--votes"]);
  const [, first = "", second = ""] = out.split("\n");
  assert.match(first, /^ +✖ {2}rack-a {2}east +Connection refused: nothing is listening/);
  assert.match(second, /^ +○ {2}rack-b {2}east {2}left out: expired$/);
});

test("the latency of a target over time has a row for each vantage and span", async () => {
  const bucket = {
    probeId: "prb_1",
    probe: "rack-a",
    from: at,
    spanMs: 3_600_000,
    scheduled: 120,
    ok: 119,
    failed: 1,
    void: 0,
    minUs: 900,
    meanUs: 1_000,
    p50Us: 950,
    p95Us: 2_000,
    p99Us: 3_000,
    maxUs: 4_000,
  };
  const answers = { "GET /targets/checkout/latency": { json: pageOf(bucket) } };
  const args = ["targets", "latency", "checkout", "--span", "1h", "--since", "1d"];
  const { out, asked } = await cliAgainst(answers, args);
  assert.match(asked[0]?.path ?? "", /spanMs=3600000/);
  assert.match(out, /2026-01-01 12:04:31 {2}rack-a +119 +1 +900µs +1\.0ms +950µs +2\.0ms/);
});

test("browsers that are signed in are listed and signed out", async () => {
  const session = {
    id: "ses_1",
    who: "ada",
    scope: "admin",
    labels: {},
    tokenId: "tok_1",
    address: "127.0.0.1",
    createdAt: at,
    lastUsedAt: at,
    expiresAt: at,
  };
  const answers = {
    "GET /sessions": { json: pageOf(session) },
    "DELETE /sessions/ses_1": { status: 204 },
  };
  const list = await cliAgainst(answers, ["sessions", "list"]);
  assert.match(list.out, /ses_1 {4}ada +admin/);
  const out = await cliAgainst(answers, ["sessions", "delete", "ses_1"]);
  assert.equal(out.out, "ses_1 is signed out.\n");
});

test("maintenance and silences are shown one by one, and routes can be removed", async () => {
  const maintenance = {
    id: "mnt_1",
    name: "upgrade",
    targets: ["db"],
    labels: {},
    timezone: "UTC",
    comment: "new disks",
    revision: 1,
    createdAt: at,
    updatedAt: at,
    endedAt: null,
    windows: [{ from: at, to: at, active: true }],
  };
  const answers = {
    "GET /maintenance/upgrade": { json: maintenance },
    "DELETE /maintenance/upgrade": { status: 204 },
    "DELETE /routes": { status: 204 },
  };
  const shown = await cliAgainst(answers, ["maintenance", "get", "upgrade"]);
  assert.match(shown.out, /runs +2026-01-01 12:04:31 to 2026-01-01 12:04:31 UTC\n/);
  const gone = await cliAgainst(answers, ["maintenance", "delete", "upgrade"]);
  assert.equal(gone.out, "upgrade is deleted.\n");
  assert.equal((await cliAgainst(answers, ["routes", "delete"])).code, 0);
});

test("a write can be tried first, and then says what would be", async () => {
  const answers = {
    "POST /targets": { json: sampleTarget() },
    "PATCH /targets/checkout": { json: sampleTarget() },
    "PUT /channels/ops": { json: channel },
  };
  const args = ["targets", "create", "checkout", "--url", "http://10.0.0.7/", "--dry-run"];
  const created = await cliAgainst(answers, args);
  assert.equal(created.asked[0]?.path, "/targets?dryRun=true");
  assert.equal(created.out, "checkout would be created.\n");
  const update = ["targets", "update", "checkout", "--rise", "3", "--dry-run"];
  const patched = await cliAgainst(answers, update);
  assert.equal(patched.out, "checkout would be changed.\n");
  const put = ["channels", "put", "ops", "--url", "https://h.example/", "--dry-run"];
  const stored = await cliAgainst(answers, put);
  assert.equal(stored.out, "ops can be written so; nothing was written.\n");
});

/** Tokens and the audit log on the command line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { simClock } from "../../helpers/sim-clock.ts";
import { cliAgainst } from "./fake-api.ts";
import { pageOf } from "./samples.ts";

const clock = simClock({ wallMs: Date.parse("2026-01-02T00:00:00.000Z") });
const SECRET = `qrt_read_${"x".repeat(32)}`;

const TOKEN = {
  id: "tok_1",
  name: "grafana",
  scope: "read",
  probeId: null,
  labels: { team: "pay", tier: "1" },
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: null,
  rotatedAt: null,
  lastUsedAt: "2026-01-01T12:00:30.000Z",
};

test("a token is bound to the labels that are given, and its secret is printed once", async () => {
  const answers = { "POST /tokens": { status: 201, json: { token: TOKEN, secret: SECRET } } };
  const args = ["tokens", "create", "grafana", "--scope", "read", "--label", "team=pay"];
  const { code, out, err, asked } = await cliAgainst(answers, [...args, "--label", "tier=1"]);
  assert.equal(code, 0);
  const labels = { team: "pay", tier: "1" };
  assert.deepEqual(asked[0]?.body, { name: "grafana", scope: "read", labels });
  const may = "grafana may read targets with team=pay tier=1 (tok_1)";
  assert.equal(out, `${may}\nsecret ${SECRET}\n`);
  assert.match(err, /shown this once/);
});

test("a token is rotated with a day of grace, or with none", async () => {
  const answers = { "POST /tokens/tok_1/rotate": { json: { token: TOKEN, secret: SECRET } } };
  const day = await cliAgainst(answers, ["tokens", "rotate", "tok_1"]);
  assert.deepEqual(day.asked[0]?.body, { graceMs: 86_400_000 });
  assert.match(day.out, /^grafana is rotated; its old secret is accepted for .* more\nsecret qrt_/);
  const now = await cliAgainst(answers, ["tokens", "rotate", "tok_1", "--grace", "0s"]);
  assert.deepEqual(now.asked[0]?.body, { graceMs: 0 });
  assert.match(now.out, /its old secret is void now\n/);
});

test("tokens are listed with what binds them and their last use, and revoked by id", async () => {
  const answers = {
    "GET /tokens": { json: pageOf(TOKEN) },
    "DELETE /tokens/tok_1": { status: 204 },
  };
  const { out } = await cliAgainst(answers, ["tokens", "list"]);
  assert.match(out, /tok_1 +grafana +read +team=pay tier=1 +2026-01-01 00:00:00 +2026-01-01 12:00/);
  const { code, asked } = await cliAgainst(answers, ["tokens", "revoke", "tok_1"]);
  assert.deepEqual([code, asked[0]?.method], [0, "DELETE"]);
});

const RECORD = {
  number: 7,
  at: "2026-01-01T12:00:00.000Z",
  class: "write",
  actor: { kind: "token", id: "tok_1", name: "ci" },
  address: "203.0.113.9",
  operation: "PATCH /api/v1/targets/{id}",
  action: "update",
  resource: "targets",
  resourceId: "tgt_1",
  name: "checkout",
  revisionBefore: 3,
  revisionAfter: 4,
  changed: ["intervalMs", "labels.team"],
  status: 200,
  error: "",
};

const REFUSED = {
  ...RECORD,
  class: "sign_in",
  actor: { kind: "nobody", id: null, name: "" },
  action: "none",
  resource: "sessions",
  resourceId: "",
  name: "",
  revisionBefore: null,
  revisionAfter: null,
  changed: [],
  status: 401,
  error: "unauthenticated",
};

test("the audit log is narrowed by flags, and says who did what to which revision", async () => {
  const answers = { "GET /audit": { json: pageOf(RECORD, REFUSED) } };
  const args = ["audit", "list", "--actor", "ci", "--resource", "targets", "--name", "checkout"];
  args.push("--class", "write", "--since", "1d");
  const { code, out, asked } = await cliAgainst(answers, args, { clock });
  assert.equal(code, 0);
  const query = new URLSearchParams(asked[0]?.path.split("?")[1]);
  assert.deepEqual(Object.fromEntries(query), {
    limit: "200",
    actor: "ci",
    resource: "targets",
    name: "checkout",
    class: "write",
    from: "2026-01-01T00:00:00.000Z",
  });
  const [, first, second] = out.split("\n");
  assert.match(
    first ?? "",
    /^2026-01-01 12:00:00 +ci +203\.0\.113\.9 +update +targets checkout +3 → 4 +intervalMs, /,
  );
  assert.match(second ?? "", /nobody +203\.0\.113\.9 +refused: unauthenticated +sessions/);
});

test("an empty part of the audit log is told as that, and JSON is the API's own", async () => {
  const none = await cliAgainst({ "GET /audit": { json: pageOf() } }, ["audit", "list"]);
  assert.match(none.err, /Nothing of this was written/);
  const answers = { "GET /audit": { json: pageOf(RECORD) } };
  const { out } = await cliAgainst(answers, ["audit", "list", "--json"]);
  assert.deepEqual(JSON.parse(out), pageOf(RECORD));
});

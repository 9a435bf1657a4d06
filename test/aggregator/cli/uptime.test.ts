import assert from "node:assert/strict";
import { test } from "node:test";
import { cliAgainst } from "./fake-api.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const clock = simClock({ wallMs: Date.parse("2026-01-01T12:00:00.000Z") });

test("targets calls tells of the window that ends now", async () => {
  const answers = { "POST /targets/web/calls": { status: 202, json: { accepted: 1 } } };
  const args = ["targets", "calls", "web", "--window", "30s", "--successes", "41"];
  const { code, out, asked } = await cliAgainst(answers, args, { clock });
  assert.equal(code, 0);
  assert.equal(out, "41 successes and 0 failures are taken.\n");
  assert.deepEqual(asked[0]?.body, {
    fromAt: "2026-01-01T11:59:30.000Z",
    toAt: "2026-01-01T12:00:00.000Z",
    successes: 41,
    failures: 0,
  });
});

test("targets calls wants at least one call", async () => {
  const { code, err } = await cliAgainst({}, ["targets", "calls", "web"], { clock });
  assert.equal(code, 2);
  assert.match(err, /Expected --successes or --failures above 0; found neither\./);
});

test("targets uptime prints one line a month", async () => {
  const row = {
    from: "2025-12-01T00:00:00.000Z",
    to: "2026-01-01T00:00:00.000Z",
    availability: 0.9995,
    upMs: 2_677_061_000,
    downMs: 1_339_000,
    unknownMs: 0,
    maintenanceMs: 0,
    unrecordedMs: 0,
    states: { up: 2_677_061_000, down: 1_339_000 },
  };
  const answers = { "GET /targets/web/uptime": { json: { items: [row], next: null } } };
  const args = ["targets", "uptime", "web", "--since", "31d", "--by", "month"];
  const { code, out, asked } = await cliAgainst(answers, args, { clock });
  assert.equal(code, 0);
  assert.match(out, /^FROM .* AVAILABLE/);
  assert.match(out, /2025-12-01 .* 99\.950 %/);
  assert.match(asked[0]?.path ?? "", /by=month/);
  const wrong = await cliAgainst(answers, ["targets", "uptime", "web", "--by", "week"], { clock });
  assert.match(wrong.err, /Expected --by day or --by month; found "week"\./);
});

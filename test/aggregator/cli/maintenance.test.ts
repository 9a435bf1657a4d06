import assert from "node:assert/strict";
import { test } from "node:test";
import { cliAgainst } from "./fake-api.ts";
import { pageOf } from "./samples.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const clock = simClock({ wallMs: Date.parse("2026-01-01T12:00:00.000Z") });
const at = "2026-01-01T12:00:00.000Z";
const window = { from: at, to: "2026-01-01T14:00:00.000Z", active: true };
const DISKS = {
  id: "mnt_1",
  name: "disks",
  targets: ["web"],
  labels: { rack: "r12" },
  timezone: "UTC",
  comment: "",
  revision: 1,
  createdAt: at,
  updatedAt: at,
  endedAt: null,
  windows: [window],
};

test("maintenance create plans from now, for so long", async () => {
  const answers = { "POST /maintenance": { status: 201, json: DISKS } };
  const args = ["maintenance", "create", "disks", "--target", "web", "--label", "rack=r12"];
  const { code, out, asked } = await cliAgainst(answers, [...args, "--for", "2h"], { clock });
  assert.equal(code, 0);
  assert.match(out, /^disks is planned from 2026-01-01 12:00:00 to 2026-01-01 14:00:00 UTC/);
  assert.deepEqual(asked[0]?.body, {
    name: "disks",
    targets: ["web"],
    labels: { rack: "r12" },
    fromAt: at,
    toAt: "2026-01-01T14:00:00.000Z",
  });
});

test("maintenance create by cron sends pattern, length and zone", async () => {
  const answers = { "POST /maintenance": { status: 201, json: DISKS } };
  const args = ["maintenance", "create", "disks", "--target", "web", "--for", "1h"];
  args.push("--cron", "0 3 * * 0", "--timezone", "Europe/Berlin");
  const { asked } = await cliAgainst(answers, args, { clock });
  const zone = { cron: "0 3 * * 0", timezone: "Europe/Berlin" };
  const body = { name: "disks", targets: ["web"], ...zone, durationMs: 3_600_000 };
  assert.deepEqual(asked[0]?.body, body);
});

test("maintenance create wants a length, and a moment that can be read", async () => {
  const args = ["maintenance", "create", "disks", "--target", "web"];
  const without = await cliAgainst({}, args, { clock });
  assert.match(without.err, /Expected --for with the length of a window/);
  const odd = await cliAgainst({}, [...args, "--for", "1h", "--from", "tomorrow"], { clock });
  assert.match(odd.err, /Expected --from as RFC 3339.*found tomorrow/);
});

test("maintenance list and end tell what runs and what is over", async () => {
  const cron = { ...DISKS, name: "nightly", cron: "0 3 * * *", durationMs: 3_600_000 };
  const over = { ...DISKS, name: "old", windows: [] };
  const answers = {
    "GET /maintenance": { json: pageOf(DISKS, cron, over) },
    "POST /maintenance/disks/end": { json: { ...DISKS, endedAt: at, windows: [] } },
  };
  const { out } = await cliAgainst(answers, ["maintenance", "list"], { clock });
  assert.match(out, /disks +runs +2026-01-01 12:00:00 +2026-01-01 14:00:00 +no +web rack=r12/);
  assert.match(out, /nightly +runs .* 0 3 \* \* \* for 1h/);
  assert.match(out, /old +over +- +- +no/);
  const ended = await cliAgainst(answers, ["maintenance", "end", "disks"], { clock });
  assert.equal(ended.out, "disks is over.\n");
});

/** Orders, selectors and writes of many, as the command line asks for them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { simClock } from "../../helpers/sim-clock.ts";
import { tempDirectory } from "../../helpers/store-data.ts";
import { cliAgainst } from "./fake-api.ts";
import { sampleProbe } from "./samples.ts";

const clock = simClock({ wallMs: Date.parse("2026-01-01T12:00:00.000Z") });
const NOTHING = { json: { items: [], next: null } };

test("lists send their order and their conditions", async () => {
  const cases: [string[], string][] = [
    [
      ["targets", "list", "--sort", "-since", "--state", "down,unknown", "--labels", "a=b"],
      "/targets?limit=200&labels=a%3Db&state=down%2Cunknown&sort=-since",
    ],
    [["verdicts", "list", "--sort", "state"], "/verdicts?limit=200&sort=state"],
    [
      ["probes", "list", "--state", "offline", "--sort", "zone"],
      "/probes?limit=200&state=offline&sort=zone",
    ],
    [
      ["incidents", "list", "--severity", "major", "--unacknowledged", "--sort", "openedAt"],
      "/incidents?limit=200&severity=major&sort=openedAt&acknowledged=false",
    ],
    [
      ["targets", "uptime", "--slo", "99.9", "--sort", "availability", "--since", "1h"],
      "/uptime?limit=200&from=1767265200000&slo=99.9&sort=availability",
    ],
  ];
  for (const [args, expected] of cases) {
    const path = `GET ${expected.replace(/\?.*/, "")}`;
    const { asked, err } = await cliAgainst({ [path]: NOTHING }, args, { clock });
    const found = new URL(asked[0]?.path ?? err, "http://x");
    const wanted = new URL(expected, "http://x");
    for (const url of [found, wanted]) url.searchParams.sort();
    assert.equal(found.href, wanted.href);
  }
});

test("probes update sends what is given, and takes labels away", async () => {
  const changed = { ...sampleProbe("rack-a"), region: "east", zone: "rack-z", revision: 4 };
  const answers = { "PATCH /probes/rack-a": { json: changed } };
  const args = ["probes", "update", "rack-a", "--zone", "rack-z", "--remove-label", "old"];
  const { code, out, asked, err } = await cliAgainst(answers, args);
  assert.equal(code, 0, err);
  assert.equal(out, "rack-a stands in east, zone rack-z (revision 4).\n");
  assert.deepEqual(asked[0]?.body, { zone: "rack-z", labels: { old: null } });
  const nothing = await cliAgainst({}, ["probes", "update", "rack-a"]);
  assert.match(nothing.err, /at least one flag/);
  assert.equal(nothing.code, 2);
});

test("targets bulk says what became of many, and fails when one was refused", async () => {
  const directory = tempDirectory();
  try {
    const file = join(directory.path, "targets.json");
    writeFileSync(file, JSON.stringify([{ name: "a" }, { name: "b" }]));
    const made = { index: 0, name: "a", outcome: "created", id: "tgt_1", revision: 1, issues: [] };
    const issues = [{ path: "options.port", message: "expected a port" }];
    const bad = { index: 1, name: "b", outcome: "refused", id: null, revision: null, issues };
    const counts = { created: 1, updated: 0, unchanged: 0, refused: 1 };
    const json = { dryRun: true, ...counts, items: [made, bad] };
    const answers = { "POST /targets/bulk": { json } };
    const args = ["targets", "bulk", "--file", file, "--dry-run"];
    const { code, out, err, asked } = await cliAgainst(answers, args);
    assert.equal(code, 1);
    assert.equal(
      out,
      "Nothing is written; it would be: 1 created, 0 updated, 0 unchanged, 1 refused.\n" +
        "1 b options.port: expected a port\n",
    );
    assert.match(err, /1 of 2 targets were refused/);
    assert.equal(asked[0]?.path, "/targets/bulk?dryRun=true");
    assert.deepEqual(asked[0]?.body, { targets: [{ name: "a" }, { name: "b" }] });
    writeFileSync(file, "{}");
    const odd = await cliAgainst({}, ["targets", "bulk", "--file", file]);
    assert.match(odd.err, /Expected a list of targets/);
    assert.equal(odd.code, 2);
  } finally {
    directory.remove();
  }
});

test("maintenance preview shows the next windows and whom they cover", async () => {
  const window = { from: "2026-01-04T03:00:00.000Z", to: "2026-01-04T04:00:00.000Z" };
  const json = { windows: [window], covered: ["web"], coveredCount: 1, missing: ["gone"] };
  const answers = { "POST /maintenance/preview": { json } };
  const args = ["maintenance", "preview", "--cron", "0 3 * * 0", "--for", "1h", "--target", "web"];
  const { code, out, asked, err } = await cliAgainst(answers, args, { clock });
  assert.equal(code, 0, err);
  assert.match(out, /window +2026-01-04 03:00:00 to 2026-01-04 04:00:00 UTC/);
  assert.match(out, /covers +1 targets: web/);
  assert.match(out, /missing +there is no target gone/);
  assert.equal(asked[0]?.path, "/maintenance/preview?windows=10");
});

test("the uptime of all has names, and error budgets when there is an objective", async () => {
  const budget = {
    objectivePercent: 99.9,
    met: false,
    totalMs: 60_000,
    spentMs: 120_000,
    leftMs: -60_000,
    burnRate: 2,
  };
  const row = {
    targetId: "tgt_1",
    target: "web",
    from: "2025-12-02T12:00:00.000Z",
    to: "2026-01-01T12:00:00.000Z",
    availability: 0.998,
    upMs: 59_880_000,
    downMs: 120_000,
    unknownMs: 0,
    maintenanceMs: 0,
    unrecordedMs: 0,
    states: { up: 59_880_000, down: 120_000 },
    budget,
  };
  const answers = { "GET /uptime": { json: { items: [row], next: null } } };
  const { out, err } = await cliAgainst(answers, ["targets", "uptime", "--slo", "99.9"], { clock });
  assert.match(out, /TARGET +AVAILABLE/, err);
  assert.match(out, /web +99\.800 % .* -1m +2\.00 ×/);
});

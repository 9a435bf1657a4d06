import assert from "node:assert/strict";
import { test } from "node:test";
import { cliAgainst } from "./fake-api.ts";
import { pageOf } from "./samples.ts";
import { summaryOf, verdictOf } from "./top/scene.ts";

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
  targetId: `tgt_${target}`,
  target,
  from: "2026-01-01T00:00:00.000Z",
  to: "2026-01-02T00:00:00.000Z",
  total: figures,
  vantages: [{ probeId: "prb_1", probe: "rack-a", ...figures, scheduled: 720 }],
});

const answers = {
  "GET /stats": { json: pageOf(stats("checkout"), stats("東京-決済")) },
  "GET /targets/checkout/stats": { json: stats("checkout") },
  "GET /summary": {
    json: summaryOf({ worst: [verdictOf("checkout", "down")] }),
  },
};

test("stats tell count, least, mean, deviation, percentiles and most of every target", async () => {
  const { code, out, asked } = await cliAgainst(answers, ["stats", "--labels", "team=shop"]);
  assert.equal(code, 0);
  assert.match(asked[0]?.path ?? "", /^\/stats\?limit=100&from=\d+&labels=team%3Dshop$/);
  assert.equal(
    out,
    "TARGET     CHECKS  FAILED    MIN   MEAN  STDDEV    P50    P75    P95    P99   MAX\n" +
      "checkout     1440      40  850µs  2.5ms  12.3ms  1.2ms  1.9ms  8.0ms  250ms  1.3s\n" +
      "東京-決済    1440      40  850µs  2.5ms  12.3ms  1.2ms  1.9ms  8.0ms  250ms  1.3s\n",
  );
});

test("stats of one target have a row for each vantage, and one for all", async () => {
  const { out } = await cliAgainst(answers, ["stats", "checkout", "--since", "1h"]);
  assert.match(out, /^VANTAGE .*\nrack-a +720 .*\nall of them +1440 /);
});

test("the summary says the whole in one sentence, then the parts, then the worst", async () => {
  const { out } = await cliAgainst(answers, ["summary"]);
  assert.match(out, /^Of 9 targets: 2 up, 1 down\.\n\nFIELD/);
  assert.match(out, /probes +3: 2 eligible, 1 offline; 3 connected\n/);
  assert.match(out, /WORST +VERDICT +SINCE \(UTC\)\ncheckout +down +2026-01-01 12:15:31\n/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRows } from "../../../../aggregator/cli/top/rows.ts";
import type { RowOrder } from "../../../../aggregator/cli/top/rows.ts";
import { latencyText, medianUs, shareText } from "../../../../aggregator/cli/top/spark.ts";
import { sparkline } from "../../../../aggregator/cli/top/spark.ts";
import { eventOf, glanceOf, GLANCES, NOW_MS, verdictOf, VERDICTS } from "./scene.ts";

function known() {
  const rows = createRows();
  rows.replace(VERDICTS);
  rows.glance(GLANCES);
  return rows;
}

const names = (order: Partial<RowOrder>, count = 3): string[] =>
  known()
    .ordered({ sort: "state", isReversed: false, filter: "", ...order })
    .map(({ name }) => name)
    .slice(0, count);

test("rows are sorted by what needs eyes, by name, by news, by latency and by uptime", () => {
  assert.deepEqual(names({}), ["checkout", "legacy", "東京-決済サービス"]);
  assert.deepEqual(names({ sort: "name" }, 2), ["checkout", "evil\u001b[2J\u0007\u202ename"]);
  assert.deepEqual(names({ sort: "for" }, 2), ["evil\u001b[2J\u0007\u202ename", "mail"]);
  assert.deepEqual(names({ sort: "latency" }, 2), ["mail", "payments"]);
  assert.deepEqual(names({ sort: "uptime" }, 2), ["legacy", "payments"]);
  assert.deepEqual(names({ sort: "name", isReversed: true }, 1), ["🚀 deploy-pipeline"]);
});

test("words of a filter narrow by name, label and state, and can be denied", () => {
  assert.deepEqual(names({ filter: "PAY" }), ["payments"]);
  assert.deepEqual(names({ filter: "state:su" }), ["legacy", "mail"]);
  assert.deepEqual(names({ filter: "team=pay !state:up check" }), ["checkout"]);
  assert.deepEqual(names({ filter: "team=shop" }), []);
});

test("an event changes the row of its target, and news of the list ask for it again", () => {
  const rows = known();
  assert.equal(rows.take(eventOf("target.up", "checkout", NOW_MS)), false);
  assert.equal(rows.get("tgt_checkout")?.state, "up");
  assert.equal(rows.get("tgt_checkout")?.sinceMs, NOW_MS);
  assert.equal(rows.counts().states.get("up"), 3);
  assert.equal(rows.take(eventOf("target.up", "nobody", NOW_MS)), false);
  assert.equal(rows.take(eventOf("target.notice", "checkout", NOW_MS)), false);
  for (const type of ["target.created", "target.updated", "target.deleted"]) {
    assert.equal(rows.take(eventOf(type, "other", NOW_MS)), true);
  }
});

test("a new list keeps what is known of the targets that stay", () => {
  const rows = known();
  rows.replace([verdictOf("checkout", "up"), verdictOf("new", "unknown")]);
  assert.equal(rows.counts().total, 2);
  assert.equal(rows.get("tgt_checkout")?.glance?.vantages.length, 3);
  assert.equal(rows.get("tgt_new")?.glance, null);
});

test("a sparkline is as wide as asked: bars up to the slowest, failures and voids by shape", () => {
  const { looks } = glanceOf("a", { latenciesUs: [100, 800, 0, 400] });
  const paint = { red: (text: string) => text, gray: (text: string) => text };
  assert.equal(sparkline(looks, 6, paint), "  ▁█×▄");
  assert.equal(sparkline(looks, 2, paint), "×█");
  assert.equal(sparkline([], 3, paint), "   ");
  assert.equal(medianUs(looks), 400);
  assert.equal(medianUs([]), null);
});

test("figures are short, and an uptime is never rounded up to 100%", () => {
  const texts = [85, 1_234, 99_999, 850_000, 12_500_000, null].map(latencyText);
  assert.deepEqual(texts, ["85µs", "1.2ms", "100.0ms", "850ms", "12.5s", "-"]);
  assert.deepEqual([1, 0.999_999, 0.5, null].map(shareText), ["100%", "99.99%", "50.00%", "-"]);
});

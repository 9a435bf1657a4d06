import assert from "node:assert/strict";
import { test } from "node:test";
import { drawBar } from "../../../aggregator/cli/load/bar.ts";
import { startFlippers } from "../../../aggregator/cli/load/flippers.ts";
import { reportLines, summaryOf } from "../../../aggregator/cli/load/report.ts";
import { createTally } from "../../../aggregator/cli/load/tally.ts";
import { nameOf, placeOf } from "../../../aggregator/cli/load/targets.ts";
import { seededRandom } from "../../../shared/random.ts";
import { capture } from "./capture.ts";
import { cliAgainst, startCli } from "./fake-api.ts";
import type { Answer } from "./fake-api.ts";
import { pageOf, sampleTarget } from "./samples.ts";
import { eventOf } from "./top/scene.ts";

test("flipping targets answer 200, and 500 while they are down; others are none", async () => {
  const random = seededRandom(7);
  const listen = { host: "127.0.0.1", port: 0 };
  const flippers = await startFlippers({ count: 3, listen, random });
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${flippers.address.port}${path}`)).status;
  try {
    assert.equal(await status("/t/0"), 200);
    const flipped = flippers.flip();
    assert.deepEqual([flippers.isUp(flipped), flippers.down()], [false, 1]);
    assert.equal(await status(`/t/${flipped}`), 500);
    assert.deepEqual([await status("/t/3"), await status("/")], [404, 404]);
    assert.equal(flippers.looks(), 4);
  } finally {
    await flippers.close();
  }
});

test("a tally measures from the flip to its verdict, and tells verdicts that are wrong", () => {
  const tally = createTally();
  const says = (index: number, type: string, atMs: number): void =>
    tally.event(index, eventOf(type, `t${index}`, 0), atMs);
  tally.flipped(1, false, 1_000);
  says(1, "target.suspect", 2_000);
  says(1, "target.down", 4_000);
  tally.flipped(1, true, 10_000);
  says(1, "target.up", 15_000);
  // Flipped back before anybody saw it: nothing is waited for, and a late verdict is not wrong.
  tally.flipped(2, false, 20_000);
  tally.flipped(2, true, 20_100);
  says(2, "target.down", 21_000);
  says(2, "target.up", 22_000);
  assert.deepEqual(tally.seen(), {
    flips: 4,
    events: 5,
    wrong: 0,
    waitsMs: [3_000, 5_000],
    open: 0,
  });
  says(2, "target.down", 23_000);
  says(3, "target.sub_healthy", 23_000);
  assert.equal(tally.seen().wrong, 2);
});

test("a target of a run is found by its name, and others are not its", () => {
  assert.equal(placeOf("ab12", nameOf("ab12", 17)), 17);
  assert.equal(placeOf("ab12", nameOf("zz99", 17)), null);
  assert.equal(placeOf("ab12", undefined), null);
});

test("the report says rates, waits and what is wrong; the bar fits its line", () => {
  const seen = { flips: 10, events: 12, wrong: 1, waitsMs: [900, 1_500, 4_000], open: 2 };
  const figures = { made: 500, makeMs: 2_000, tookMs: 10_000, looks: 3_000, isDown: 4, seen };
  const { printer } = capture();
  assert.deepEqual(reportLines(figures, printer), [
    "LOAD          SEEN",
    "targets       500, made at 250/s",
    "looks         3000 in 10s, 300/s",
    "flips         10; 4 targets are down now",
    "events        12 of these targets",
    "told after    1.5s p50, 4s p95, 4s max",
    "not told yet  2 flips",
    "wrong verdicts  1 said down of a target that was up",
  ]);
  assert.deepEqual(summaryOf(figures).toldMs, { count: 3, p50: 1_500, p95: 4_000, max: 4_000 });
  const bar = drawBar({ done: 10, all: 40, what: "targets made" }, printer);
  assert.equal(bar, `${"█".repeat(8)}${"░".repeat(22)} 10 of 40 targets made`);
});

const silence = {
  id: "sil_1",
  state: "active",
  matchers: [],
  startsAt: "2026-01-01T00:00:00.000Z",
  endsAt: "2026-01-02T00:00:00.000Z",
  author: "ada",
  comment: "load",
  createdAt: "2026-01-01T00:00:00.000Z",
  createdBy: "ada",
  endedBy: null,
  revision: 1,
};

const bulk = (refused = 0): Answer => {
  const counts = { dryRun: false, created: 3, updated: 0, unchanged: 0, refused };
  const row = { index: 0, name: "load-x-000000", id: null, revision: null };
  const issues = [{ path: "labels", message: "expected fewer" }];
  return { json: { ...counts, items: refused ? [{ ...row, outcome: "refused", issues }] : [] } };
};

const stream: Answer = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": welcome\n\n");
};

const answers = {
  "POST /silences": { status: 201, json: silence },
  "POST /silences/sil_1/end": { json: { ...silence, state: "over" } },
  "POST /targets/bulk": bulk(),
  "GET /targets": { json: pageOf(sampleTarget({ id: "tgt_a" }), sampleTarget({ id: "tgt_b" })) },
  "DELETE /targets/tgt_a": { status: 204 },
  "DELETE /targets/tgt_b": { status: 204 },
  "GET /events": stream,
};

test("a run silences, makes, watches, and removes what it made when its time is over", async () => {
  const args = ["load", "--targets", "3", "--for", "100ms", "--flip-rate", "50", "--json"];
  const { code, out, err, asked } = await cliAgainst(answers, args);
  assert.equal(code, 0, err);
  assert.match(out, /"targets": 3,/);
  const paths = asked.map(({ method, path }) => `${method} ${path.split("?")[0] ?? ""}`);
  assert.deepEqual(
    [...new Set(paths)].filter((path) => path !== "GET /events"),
    [
      "POST /silences",
      "POST /targets/bulk",
      "GET /targets",
      "DELETE /targets/tgt_a",
      "DELETE /targets/tgt_b",
      "POST /silences/sil_1/end",
    ],
  );
});

test("what is refused ends the run, and everything is removed all the same", async () => {
  const refusing = { ...answers, "POST /targets/bulk": bulk(1) };
  const { code, err, asked } = await cliAgainst(refusing, ["load", "--targets", "3"]);
  assert.equal(code, 1);
  assert.match(err, /load-x-000000 was refused: expected fewer/);
  assert.deepEqual(asked.at(-1)?.path, "/silences/sil_1/end");
});

test("clean removes what earlier runs left behind", async () => {
  const { code, out, asked } = await cliAgainst(answers, ["load", "--clean"]);
  assert.equal(code, 0);
  assert.equal(out, "2 targets are removed.\n");
  assert.match(asked[0]?.path ?? "", /labels=quorate-load/);
});

test("targets that probes elsewhere cannot reach are refused before anything is made", async () => {
  const { done } = startCli(["load", "--api", "http://10.9.9.9:7700"]);
  const { code, err } = await done;
  assert.equal(code, 2);
  assert.match(err, /Expected an address that the probes of another machine reach/);
});

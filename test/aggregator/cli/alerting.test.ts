import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseMatcher } from "../../../aggregator/cli/silences.ts";
import { tempDirectory } from "../../helpers/store-data.ts";
import { cliAgainst } from "./fake-api.ts";
import { pageOf } from "./samples.ts";

const at = "2026-01-01T12:00:00.000Z";
const SILENCE = {
  id: "sil_1",
  state: "active",
  matchers: [{ name: "team", op: "=", value: "shop" }],
  startsAt: at,
  endsAt: "2026-01-01T14:00:00.000Z",
  author: "ada",
  comment: "The rack moves.",
  createdAt: at,
  createdBy: "ada",
  endedBy: null,
  revision: 1,
};

test("a condition is read with each of its operators, and a text that is none is refused", () => {
  const read = (text: string) => Object.values(parseMatcher(text));
  assert.deepEqual(read("team=shop"), ["team", "=", "shop"]);
  assert.deepEqual(read("severity!=minor"), ["severity", "!=", "minor"]);
  assert.deepEqual(read("target~web-*=x"), ["target", "~", "web-*=x"]);
  assert.deepEqual(read("region!~eu-*"), ["region", "!~", "eu-*"]);
  assert.throws(() => parseMatcher("shop"), /Expected a condition such as team=shop/);
});

test("silences create, list and end say what is silent, and until when", async () => {
  const answers = {
    "POST /silences": { status: 201, json: SILENCE },
    "GET /silences": { json: pageOf(SILENCE) },
    "POST /silences/sil_1/end": { json: { ...SILENCE, state: "over" } },
  };
  const args = ["silences", "create", "team=shop", "target~web-*", "--comment", "The rack moves."];
  const made = await cliAgainst(answers, [...args, "--for", "2h"]);
  assert.match(made.out, /^team=shop is silent until 2026-01-01 14:00:00 UTC \(sil_1\)\./);
  assert.deepEqual(made.asked[0]?.body, {
    matchers: [
      { name: "team", op: "=", value: "shop" },
      { name: "target", op: "~", value: "web-*" },
    ],
    comment: "The rack moves.",
    durationMs: 7_200_000,
  });
  assert.match((await cliAgainst(answers, args)).err, /Expected --for with how long it lasts/);
  const listed = await cliAgainst(answers, ["silences", "list"]);
  assert.match(listed.out, /sil_1 +active +2026-01-01 14:00:00 +team=shop +ada +The rack moves\./);
  const ended = await cliAgainst(answers, ["silences", "end", "sil_1"]);
  assert.match(ended.out, /^sil_1 is over\./);
});

test("routes put, get and test send and show the tree", async () => {
  const directory = tempDirectory();
  try {
    const root = { matchers: [], channels: ["ops"], goOn: false, routes: [] };
    const file = join(directory.path, "routes.json");
    writeFileSync(file, JSON.stringify(root));
    const warnings = ["There is no channel ops: nobody is told there."];
    const tree = { revision: 3, updatedAt: at, updatedBy: "ada", root, warnings };
    const answer = { sentence: "It goes to ops.", channels: ["ops"], destinations: [] };
    const answers = {
      "PUT /routes": { json: tree },
      "GET /routes": { json: tree },
      "POST /routes/test": { json: { ...answer, silencedBy: null, withheld: [], unreachable: [] } },
    };
    const put = await cliAgainst(answers, ["routes", "put", "--file", file]);
    assert.match(put.out, /^The routes are set \(revision 3\)\./);
    assert.match(put.err, /There is no channel ops/);
    assert.deepEqual(put.asked[0]?.body, root);
    const shown = await cliAgainst(answers, ["routes", "get"]);
    assert.deepEqual(JSON.parse(shown.out), root);
    const args = ["routes", "test", "web", "--label", "team=shop", "--severity", "major"];
    const tested = await cliAgainst(answers, args);
    assert.equal(tested.out, "It goes to ops.\n");
    const asked = { target: "web", labels: { team: "shop" }, severity: "major" };
    assert.deepEqual(tested.asked[0]?.body, asked);
  } finally {
    directory.remove();
  }
});

test("incidents ack takes the id of a message about many", async () => {
  const json = { id: "fold_1", acknowledged: 30, open: 31, acknowledgedBy: "ada" };
  const answers = { "POST /folds/fold_1/ack": { json } };
  const { out } = await cliAgainst(answers, ["incidents", "ack", "fold_1", "--by", "ada"]);
  assert.equal(out, "31 open incidents of fold_1 are acknowledged by ada.\n");
});

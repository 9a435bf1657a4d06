import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { QuorateError } from "../../../../shared/errors.ts";
import { LIMITS } from "../../../../shared/limits.ts";
import { IMPORT_SAMPLES, runImport, withFolder } from "../../../helpers/import-room.ts";
import { startCli } from "../fake-api.ts";

/** Nine levels, each of nine times the one below: 387 million values. */
const BOMB = [
  "a: &a [x,x,x,x,x,x,x,x,x]",
  ..."bcdefghi".split("").map((name, at) => {
    const below = `*${"abcdefgh"[at]}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => below).join(",")}]`;
  }),
].join("\n");

const HOSTILE: readonly (readonly [string, string, string | Buffer, RegExp])[] = [
  ["a bomb of aliases", "gatus", BOMB, /alias|unfolds to more than/],
  ["a circle of aliases", "gatus", "endpoints: &a [*a]", /nested|alias|deep/],
  ["deep YAML", "gatus", "[".repeat(50_000), /nested too deep|no YAML/],
  ["deep maps", "gatus", "a: ".repeat(80).replaceAll(": ", ": {") + "}".repeat(80), /nested/],
  ["no YAML", "gatus", "a: [1, 2", /is no YAML that can be read/],
  ["a list", "gatus", "[1, 2]", /expected a map with endpoints/],
  ["nothing", "gatus", "", /expected a map with endpoints/],
  ["deep JSON", "uptime-kuma", `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`, /nested/],
  ["no JSON", "uptime-kuma", "{", /is no JSON that can be read/],
  ["a list of lists", "uptime-kuma", "[]", /expected a backup of Uptime Kuma/],
  ["half a database", "uptime-kuma", Buffer.from("SQLite format 3\0garbage"), /cannot be read/],
  ["modules alone", "blackbox", "modules: {}", /Expected a file of Prometheus/],
  ["something else", "blackbox", "hello: world", /expected scrape_configs/],
];

for (const [what, tool, content, sentence] of HOSTILE) {
  test(`${what} given to ${tool} is refused with a sentence`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "input");
      writeFileSync(path, content);
      await assert.rejects(runImport(tool, [path]), (error: unknown) => {
        assert.ok(error instanceof QuorateError);
        assert.match(error.message, sentence);
        assert.ok(error.message.length < 500);
        return true;
      });
    });
  });
}

test("a file that is too large is refused before it is read", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "input");
    writeFileSync(path, Buffer.alloc(LIMITS.configFileBytesMax + 1));
    await assert.rejects(runImport("urls", [path]), /at most 16777216 are read/);
  });
});

test("a view in the place of a table is not read, however long it would run", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "kuma.db");
    const db = new Database(path);
    db.exec(`CREATE VIEW monitor AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)
      SELECT x AS id FROM n`);
    db.close();
    await assert.rejects(runImport("uptime-kuma", [path]), /with a table monitor/);
  });
});

test("values of wrong types are told, one by one, and nothing breaks", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "input");
    const wrong = [1, "text", null, [], {}, { name: [], url: {}, conditions: 7, alerts: "x" }];
    for (const value of wrong) {
      const endpoint = { name: "a", url: "https://a.example/", interval: value, headers: value };
      const whole = { endpoints: [value, endpoint], alerting: { slack: value }, suites: [value] };
      writeFileSync(path, JSON.stringify(whole));
      const { made } = await runImport("gatus", [path]);
      assert.ok(made.targets <= 2);
    }
  });
});

test("marks of our own within the input stand for nothing", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "input");
    writeFileSync(
      path,
      "https://a.example/\uE000file\uE001/etc/passwd\uE002 ${file:/etc/passwd}\n",
    );
    const { made } = await runImport("urls", [path]);
    assert.doesNotMatch(made.text, /[^$]\$\{(?:env|file):/);
  });
});

test("the command writes the file, and tells the rest on standard error", async () => {
  await withFolder(async (folder) => {
    const to = join(folder, "quorate.yaml");
    const list = join(IMPORT_SAMPLES, "urls/list.txt");
    const first = await startCli(["import", "urls", list, "--to", to]).done;
    assert.equal(first.code, 0);
    assert.equal(first.out, "");
    assert.match(first.err, /left out +line 12/);
    assert.match(first.err, /10 targets and 0 channels were carried; 2 things were left out/);
    assert.equal(
      readFileSync(to, "utf8"),
      readFileSync(`${IMPORT_SAMPLES}urls/expected.yaml`, "utf8"),
    );
    const again = await startCli(["import", "urls", list, "--to", to]).done;
    assert.equal(again.code, 2);
    assert.match(again.err, /is there already; give --force/);
    const secret = ["import", "urls", list, "--to", to, "--force", "--with-secrets"];
    assert.equal((await startCli(secret).done).code, 0);
    assert.equal(statSync(to).mode & 0o777, 0o600);
    assert.match(readFileSync(to, "utf8"), /s3cr3t-of-redis/);
  });
});

test("the command gives machines the file and the report in one document", async () => {
  const list = join(IMPORT_SAMPLES, "urls/list.txt");
  const { code, out } = await startCli(["import", "urls", list, "--json"]).done;
  assert.equal(code, 0);
  const told: unknown = JSON.parse(out);
  assert.ok(typeof told === "object" && told !== null && "report" in told && "text" in told);
  assert.ok(Array.isArray(told.report) && told.report.length === 4);
});

test("a file of which nothing can be carried ends with an error", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "list.txt");
    writeFileSync(path, "???\n");
    const { code, err } = await startCli(["import", "urls", path]).done;
    assert.equal(code, 1);
    assert.match(err, /Nothing of it could be carried/);
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCli } from "../fake-api.ts";

const FOLDER = fileURLToPath(new URL("../../../golden/config/", import.meta.url));

const cases = readdirSync(FOLDER).filter((name) => /^invalid-.*\.yaml$/.test(name));

for (const name of cases) {
  test(`every mistake of ${name} is told at once, with line and column`, async () => {
    const { code, out, err } = await startCli(["config", "check", FOLDER + name]).done;
    const golden = FOLDER + name.replace(".yaml", ".txt");
    assert.equal(out.replaceAll(FOLDER, ""), readFileSync(golden, "utf8"));
    assert.equal(code, 1);
    const count = out.trimEnd().split("\n").length;
    assert.match(err, new RegExp(`has ${count} mistakes; nothing was changed`));
  });
}

test("a file with twenty different mistakes gives twenty messages", () => {
  assert.ok(cases.map((name) => basename(name)).includes("invalid-many.yaml"));
  const golden = readFileSync(`${FOLDER}invalid-many.txt`, "utf8");
  assert.equal(golden.trimEnd().split("\n").length, 20);
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { notifierDocs } from "../../helpers/notifier-docs.ts";
import { notifierGoldens } from "../../helpers/notifier-golden.ts";

const FOLDER = new URL("../../golden/notifiers/", import.meta.url);
const REWRITE = "Rewrite them by `npx tsx test/golden/notifiers.ts`, and read the diff.";

test("every payload and every text of a notifier is what its golden file holds", async () => {
  const files = await notifierGoldens();
  for (const { name, text } of files) {
    const golden = readFileSync(new URL(name, FOLDER), "utf8");
    assert.equal(text, golden, `${name} is not what is sent. ${REWRITE}`);
  }
  const names = files.map(({ name }) => name).sort();
  assert.deepEqual(readdirSync(FOLDER).sort(), names, `There are other files. ${REWRITE}`);
});

test("the page of the kinds of channel says what their schemas say", () => {
  const page = new URL("../../../aggregator/notifiers/KINDS.md", import.meta.url);
  assert.equal(readFileSync(page, "utf8"), notifierDocs(), REWRITE);
});

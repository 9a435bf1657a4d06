import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { CHECK_KINDS, prepareCheck } from "../probe/checks/index.ts";
import { describeKind } from "../probe/checks/describe.ts";
import { KINDS_PAGE, kindsPage } from "./helpers/kinds-page.ts";

test("the page of the kinds is what `npm run generate` makes of their schemas", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "quorate-kinds-"));
  try {
    const page = join(scratch, "KINDS.md");
    await writeFile(page, kindsPage());
    await copyFile(".oxfmtrc.json", join(scratch, ".oxfmtrc.json"));
    await promisify(execFile)(resolve("node_modules/.bin/oxfmt"), ["KINDS.md"], { cwd: scratch });
    const stale = `${KINDS_PAGE} is stale: run \`npm run generate\` and commit what it writes`;
    assert.equal(await readFile(KINDS_PAGE, "utf8"), await readFile(page, "utf8"), stale);
  } finally {
    await rm(scratch, { recursive: true });
  }
});

test("every example of every kind is one that the API would take", () => {
  for (const { kind, examples = [] } of CHECK_KINDS) {
    for (const { title, options } of examples) {
      assert.ok(prepareCheck(kind, options), `${kind}: ${title}`);
    }
  }
});

test("every option is described down to its last field, with its type and default", () => {
  for (const kind of CHECK_KINDS) {
    const { options } = describeKind(kind);
    for (const { path, type } of options) assert.doesNotMatch(type, /any JSON/, path);
    const paths = options.map(({ path }) => path);
    for (const secret of kind.secretOptions) assert.ok(paths.includes(secret), secret);
  }
  const http = CHECK_KINDS.find(({ kind }) => kind === "http");
  assert.ok(http);
  const byPath = new Map(describeKind(http).options.map((option) => [option.path, option]));
  assert.deepEqual(byPath.get("tls.key")?.secret, true);
  assert.deepEqual(byPath.get("url")?.required, true);
  assert.deepEqual(byPath.get("method")?.default, '"GET"');
  assert.deepEqual(byPath.get("multipart[].name")?.type, "text");
  assert.deepEqual(byPath.get("maxRedirects")?.type, "whole number, 0 to 20");
});

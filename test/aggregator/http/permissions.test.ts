/** Who may call what: every operation, as everybody. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { PERMISSIONS_PAGE, permissionTable, tableOfPage } from "../../helpers/permissions-page.ts";

test("every operation lets in whom the page of the permissions says, and nobody else", async () => {
  const page = tableOfPage(await readFile(PERMISSIONS_PAGE, "utf8"));
  const stale = `${PERMISSIONS_PAGE} says otherwise: is that meant? Then run \`npm run generate\``;
  assert.deepEqual(page, await permissionTable(), stale);
});

test("nothing is written by who may only read, and who is bound may do no more", async () => {
  const [head = [], ...rows] = await permissionTable();
  const mayBy = (row: readonly string[], who: string): boolean => row[head.indexOf(who)] === "yes";
  const isOpen = (row: readonly string[]): boolean => mayBy(row, "nobody");
  for (const row of rows.filter((one) => !isOpen(one))) {
    const [operation = ""] = row;
    if (!operation.startsWith("`GET ")) {
      assert.ok(!mayBy(row, "read") && !mayBy(row, "read, bound"), operation);
    }
    assert.ok(!mayBy(row, "probe"), operation);
    assert.ok(mayBy(row, "admin"), operation);
    for (const scope of ["calls", "read", "write"]) {
      assert.ok(mayBy(row, scope) || !mayBy(row, `${scope}, bound`), operation);
    }
  }
});

/** The generated wire code is checked in; it must be what its sources give. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

const GENERATED = "shared/proto/gen";

/** The files under `folder` by their path from it. */
async function readTree(folder: string): Promise<Record<string, string>> {
  const paths = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = paths
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      files.map(
        async (file) => [file.slice(folder.length + 1), await readFile(file, "utf8")] as const,
      ),
    ),
  );
}

test("the generated wire code is what `npm run generate` makes of the .proto files", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "quorate-generate-"));
  try {
    await promisify(execFile)("node_modules/.bin/buf", ["generate", "-o", scratch]);
    assert.deepEqual(
      await readTree(GENERATED),
      await readTree(join(scratch, GENERATED)),
      "shared/proto/gen is stale: run `npm run generate` and commit what it writes",
    );
  } finally {
    await rm(scratch, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openAt } from "../../helpers/sqlite-store.ts";
import { tempDirectory } from "../../helpers/store-data.ts";

const APPENDER = fileURLToPath(new URL("../../helpers/appender.ts", import.meta.url));

/** Runs the appender, kills it after `lines` lines, and gives the last pair it acknowledged. */
async function appendAndKill(path: string, lines: number): Promise<{ seq: number; event: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", APPENDER, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let last = "0 0";
  let read = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+ \d+$/.test(line)) last = line;
    read += 1;
    if (read === lines) child.kill("SIGKILL");
  }
  await closed;
  const [seq = 0, event = 0] = last.split(" ").map(Number);
  return { seq, event };
}

test("what was acknowledged is there after SIGKILL, in order and without a gap", async () => {
  const directory = tempDirectory();
  const path = join(directory.path, "quorate.db");
  try {
    for (const lines of [1, 40]) {
      const acknowledged = await appendAndKill(path, lines);
      assert.ok(acknowledged.seq >= 3 * lines);
      const store = openAt(path);
      const { seq } = await store.log.position();
      assert.ok(seq >= acknowledged.seq, `${seq}, acknowledged ${acknowledged.seq}`);
      assert.ok((await store.events.lastNumber()) >= acknowledged.event);
      const events = await store.log.read(0, 100_000);
      assert.deepEqual(
        events.map((event) => event.seq),
        Array.from({ length: seq }, (_, index) => index + 1),
      );
      const position = await store.probes.boot("prb_a", "boot");
      assert.deepEqual(position, { boot: 1, lastSequence: seq });
      await store.close();
    }
  } finally {
    directory.remove();
  }
});

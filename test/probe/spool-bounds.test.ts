import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { DISK_RETRY_MS } from "../../probe/spool-disk.ts";
import { silentLog } from "../../shared/log.ts";
import {
  batch,
  FIRST_BOOT,
  SECOND_BOOT,
  spoolFiles,
  spoolRoom,
  takeAll,
} from "../helpers/spool-room.ts";

const room = spoolRoom();
const { newFolder, open, leftBehind } = room;

after(() => room.close());

test("a full spool drops the oldest batch of the oldest boot, and counts it", () => {
  const dataDir = leftBehind(3);
  const { spool } = open(dataDir, { bootId: SECOND_BOOT, batchesMax: 4 });
  for (let number = 1; number <= 3; number += 1) spool.add(batch(number));
  assert.deepEqual(takeAll(spool), ["secon:1", "secon:2", "secon:3", "first:3"]);
  assert.deepEqual(spool.counts(), { batches: 4, own: 3, dropped: 2 });
  spool.close();
});

test("the spool is bounded in bytes as in batches", () => {
  const { spool } = open(newFolder(), { bytesMax: 100 });
  for (let number = 1; number <= 10; number += 1) spool.add(batch(number));
  assert.deepEqual(
    takeAll(spool),
    [6, 7, 8, 9, 10].map((number) => `first:${number}`),
  );
  assert.equal(spool.counts().dropped, 5);
  spool.close();
});

test("a batch that was sent and not yet committed can be dropped too", () => {
  const { spool } = open(newFolder(), { batchesMax: 2 });
  spool.setLinkUp(true);
  for (let number = 1; number <= 2; number += 1) spool.add(batch(number));
  takeAll(spool);
  for (let number = 3; number <= 5; number += 1) spool.add(batch(number));
  assert.equal(spool.inFlight(), 0);
  assert.deepEqual(takeAll(spool), ["first:4", "first:5"]);
  spool.close();
});

/** A folder in whose place a file stands: nothing can be written there. */
function refusing(): { dataDir: string; mend: () => void } {
  const dataDir = newFolder();
  const path = join(dataDir, "spool");
  writeFileSync(path, "");
  return { dataDir, mend: () => rmSync(path) };
}

test("a disk that refuses lets batches wait in memory, says so once, and is tried again", () => {
  const { dataDir, mend } = refusing();
  const said: string[] = [];
  const log = {
    ...silentLog(),
    error: (_fields: object, sentence: string) => void said.push(sentence),
    info: (_fields: object, sentence: string) => void said.push(sentence),
  };
  const { clock, spool } = open(dataDir, { log });
  for (let number = 1; number <= 3; number += 1) spool.add(batch(number));
  clock.advance(DISK_RETRY_MS * 2);
  assert.deepEqual(takeAll(spool), ["first:1", "first:2", "first:3"]);
  assert.equal(said.length, 1);
  mend();
  clock.advance(DISK_RETRY_MS + 500);
  assert.equal(said.length, 2);
  assert.equal(spoolFiles(dataDir).length, 1);
  spool.beginSession(0);
  assert.deepEqual(takeAll(spool), ["first:1", "first:2", "first:3"]);
  spool.close();
});

test("a disk that refuses bounds what waits in memory: the oldest is dropped", () => {
  const { dataDir } = refusing();
  const { spool } = open(dataDir, { memoryBytesMax: 60 });
  for (let number = 1; number <= 5; number += 1) spool.add(batch(number));
  assert.deepEqual(takeAll(spool), ["first:3", "first:4", "first:5"]);
  assert.equal(spool.counts().dropped, 2);
  spool.acknowledge(FIRST_BOOT, 5);
  assert.deepEqual(spool.counts(), { batches: 0, own: 0, dropped: 2 });
  spool.close();
});

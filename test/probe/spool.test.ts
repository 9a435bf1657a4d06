import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { SEGMENT_BYTES_MAX } from "../../probe/segment.ts";
import { WRITE_AFTER_MS } from "../../probe/spool.ts";
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

test("batches count from 1, go out once a session, and end when committed", () => {
  const { spool } = open(newFolder());
  spool.setLinkUp(true);
  for (let number = 1; number <= 3; number += 1) spool.add(batch(number));
  assert.deepEqual(takeAll(spool), ["first:1", "first:2", "first:3"]);
  assert.equal(spool.inFlight(), 3);
  spool.acknowledge(FIRST_BOOT, 2);
  assert.equal(spool.inFlight(), 1);
  assert.deepEqual(spool.counts(), { batches: 1, own: 1, dropped: 0 });
  spool.acknowledge("another000000000", 9);
  spool.acknowledge(FIRST_BOOT, 3);
  assert.deepEqual(spool.counts(), { batches: 0, own: 0, dropped: 0 });
  spool.close();
});

test("while the aggregator keeps up, the spool writes nothing to disk", () => {
  const dataDir = newFolder();
  const { clock, spool } = open(dataDir);
  spool.setLinkUp(true);
  for (let number = 1; number <= 50; number += 1) {
    spool.add(batch(number));
    clock.advance(WRITE_AFTER_MS / 2);
    spool.acknowledge(FIRST_BOOT, number);
  }
  assert.deepEqual(spoolFiles(dataDir), []);
  spool.close();
  assert.deepEqual(spoolFiles(dataDir), []);
});

test("a new session begins with the first batch that is not committed", () => {
  const { spool } = open(newFolder());
  spool.setLinkUp(true);
  for (let number = 1; number <= 5; number += 1) spool.add(batch(number));
  takeAll(spool);
  spool.beginSession(2);
  assert.equal(spool.inFlight(), 0);
  assert.deepEqual(takeAll(spool), ["first:3", "first:4", "first:5"]);
  spool.close();
});

test("a batch that is not committed after about a second is on disk", () => {
  const dataDir = newFolder();
  const { clock, spool } = open(dataDir);
  spool.setLinkUp(true);
  spool.add(batch(1));
  clock.advance(WRITE_AFTER_MS - 300);
  assert.deepEqual(spoolFiles(dataDir), []);
  clock.advance(600);
  assert.equal(spoolFiles(dataDir).length, 1);
  assert.deepEqual(takeAll(spool), ["first:1"]);
  spool.acknowledge(FIRST_BOOT, 1);
  assert.deepEqual(spoolFiles(dataDir), []);
  spool.close();
});

test("what was made while the link was down survives a kill", () => {
  const dataDir = newFolder();
  const killed = open(dataDir).spool;
  for (let number = 1; number <= 4; number += 1) killed.add(batch(number));
  const { spool } = open(dataDir, { bootId: SECOND_BOOT });
  spool.add(batch(1));
  assert.deepEqual(takeAll(spool), ["secon:1", "first:1", "first:2", "first:3", "first:4"]);
  spool.acknowledge(FIRST_BOOT, 4);
  spool.acknowledge(SECOND_BOOT, 1);
  assert.deepEqual(spoolFiles(dataDir), []);
  spool.close();
  killed.close();
});

test("each boot's batches come back under their own boot after restarts", () => {
  const dataDir = leftBehind(2);
  const second = open(dataDir, { bootId: SECOND_BOOT }).spool;
  second.add(batch(1));
  second.close();
  const { spool } = open(dataDir, { bootId: "third00000000000" });
  assert.deepEqual(takeAll(spool), ["first:1", "first:2", "secon:1"]);
  spool.acknowledge(FIRST_BOOT, 2);
  assert.equal(spoolFiles(dataDir).length, 1);
  spool.close();
});

test("a spool file cut at any byte gives back every whole batch", () => {
  const left = leftBehind(3);
  const [name = ""] = spoolFiles(left);
  const source = join(left, "spool", name);
  const size = statSync(source).size;
  const record = size / 3;
  for (let length = 0; length <= size; length += 1) {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, "spool"));
    const copy = join(dataDir, "spool", name);
    writeFileSync(copy, readFileSync(source).subarray(0, length));
    const { spool } = open(dataDir, { bootId: SECOND_BOOT });
    const whole = Math.floor(length / record);
    assert.equal(takeAll(spool).length, whole, `cut at ${length}`);
    if (whole === 0) assert.deepEqual(spoolFiles(dataDir), []);
    else assert.equal(statSync(copy).size, whole * record);
    spool.close();
  }
});

test("a spool file with any byte damaged gives back nothing wrong", () => {
  const left = leftBehind(3);
  const [name = ""] = spoolFiles(left);
  const bytes = readFileSync(join(left, "spool", name));
  const record = bytes.length / 3;
  for (let at = 0; at < bytes.length; at += 1) {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, "spool"));
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    writeFileSync(join(dataDir, "spool", name), damaged);
    const { spool } = open(dataDir, { bootId: SECOND_BOOT });
    assert.equal(takeAll(spool).length, Math.floor(at / record), `damaged at ${at}`);
    spool.close();
  }
});

test("a spool file is followed by a new one, and deleted once it is committed", () => {
  const dataDir = newFolder();
  const { spool } = open(dataDir);
  const size = SEGMENT_BYTES_MAX / 4;
  for (let number = 1; number <= 9; number += 1) spool.add(batch(number, size));
  const made = spoolFiles(dataDir).length;
  assert.ok(made >= 2, `${made} files`);
  spool.acknowledge(FIRST_BOOT, 8);
  assert.equal(spoolFiles(dataDir).length, 1);
  spool.acknowledge(FIRST_BOOT, 9);
  assert.deepEqual(spoolFiles(dataDir), []);
  spool.close();
});

test("the spool passes over files that are not its own", () => {
  const dataDir = leftBehind(1);
  writeFileSync(join(dataDir, "spool", "notes.txt"), "mine");
  const [name = ""] = spoolFiles(dataDir);
  copyFileSync(join(dataDir, "spool", name), join(dataDir, "spool", `${name}.bak`));
  const { spool } = open(dataDir, { bootId: SECOND_BOOT });
  assert.deepEqual(takeAll(spool), ["first:1"]);
  spool.close();
  assert.ok(spoolFiles(dataDir).includes("notes.txt"));
});

test("a batch that was damaged after the start is dropped, and the rest goes on", () => {
  const dataDir = leftBehind(3);
  const { spool } = open(dataDir, { bootId: SECOND_BOOT });
  const [name = ""] = spoolFiles(dataDir);
  const path = join(dataDir, "spool", name);
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] = 0;
  writeFileSync(path, bytes);
  assert.deepEqual(takeAll(spool), ["first:1", "first:2"]);
  assert.equal(spool.counts().dropped, 1);
  spool.acknowledge(FIRST_BOOT, 2);
  assert.deepEqual(spool.counts(), { batches: 0, own: 0, dropped: 1 });
  spool.close();
});

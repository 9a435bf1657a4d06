import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { createPingReader } from "../../../probe/checks/icmp-replies.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { needs } from "../../helpers/needs.ts";

test("this machine answers itself", needs("ping"), async () => {
  const outcome = await lookAt("icmp", { host: "127.0.0.1" });
  assert.equal(said(outcome), "ok ok", outcome.detail);
  assert.equal(outcome.facts?.["lossPercent"], 0);
  assert.ok(Number(outcome.facts?.["averageMs"]) > 0);
  assert.ok(outcome.phases.firstByteUs > 0);
});

test("an average above its limit fails", needs("ping"), async () => {
  const outcome = await lookAt("icmp", { host: "127.0.0.1", count: 1, averageMsMax: 0.001 });
  assert.equal(said(outcome), "sub latency_limit");
  assert.match(outcome.detail, /^Echo replies of 127\.0\.0\.1 took [\d.]+ ms on average/);
});

test("an address without anybody is dead, or there is no way to it", needs("ping"), async () => {
  // TEST-NET-1 (RFC 5737) from the loopback address leaves no machine.
  const options = { host: "192.0.2.1", count: 1, sourceAddress: "127.0.0.1" };
  const outcome = await lookAt("icmp", options, { timeoutMs: 500 });
  const allowed = ["dead no_reply", "dead host_unreachable", "void local_network"];
  assert.ok(allowed.includes(said(outcome)), `${said(outcome)} ${outcome.detail}`);
});

const IPUTILS = `PING a.test (10.0.0.7) 56(84) bytes of data.
64 bytes from 10.0.0.7: icmp_seq=1 ttl=64 time=10.5 ms
64 bytes from 10.0.0.7: icmp_seq=1 ttl=64 time=99.9 ms (DUP!)
From 10.0.0.1 icmp_seq=2 Destination Host Unreachable
64 bytes from 10.0.0.7: icmp_seq=3 ttl=64 time=20.5 ms
`;
const BUSYBOX = `PING 10.0.0.7 (10.0.0.7): 56 data bytes
64 bytes from 10.0.0.7: seq=0 ttl=64 time=0.070 ms
64 bytes from 10.0.0.7: seq=1 ttl=64 time=0.090 ms
`;
const READINGS: [string, string, ReturnType<ReturnType<typeof createPingReader>["sum"]>][] = [
  ["iputils", IPUTILS, { replies: 2, averageMs: 15.5, problem: "Destination Host Unreachable" }],
  ["busybox", BUSYBOX, { replies: 2, averageMs: 0.08, problem: "" }],
  ["an endless line", "time=1 ms seq=1 ".repeat(10_000), { replies: 0, averageMs: 0, problem: "" }],
];
for (const [name, text, sum] of READINGS) {
  test(`the output of ${name} is read, however it is cut`, () => {
    for (const size of [1, 7, 64, text.length]) {
      const reader = createPingReader();
      for (let at = 0; at < text.length; at += size) reader.take(text.slice(at, at + size));
      assert.deepEqual(reader.sum(), sum);
    }
  });
}

/** Looks by a program that says these shell lines instead of ping. */
async function lookBy(lines: string, options = {}, timeoutMs = 5_000): Promise<CheckOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-ping-"));
  const ping = join(folder, "ping");
  writeFileSync(ping, `#!/bin/sh\n${lines}\n`);
  chmodSync(ping, 0o755);
  try {
    return await lookWith(ping, options, timeoutMs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lookWith(ping: string, options = {}, timeoutMs = 5_000): Promise<CheckOutcome> {
  const site = { secrets: () => undefined, ping };
  const check = prepareCheck("icmp", { host: "10.0.0.7", ...options }, site);
  return runCheck(check, { clock: systemClock(), timeoutMs });
}

const REPLY = 'echo "64 bytes from 10.0.0.7: icmp_seq=1 ttl=64 time=3.2 ms"';
const CASES: [string, string, Record<string, unknown>, string, RegExp][] = [
  ["one of two lost", REPLY, { count: 2 }, "ok ok", /^$/],
  [
    "more lost than allowed",
    REPLY,
    {},
    "sub packet_loss",
    /^2 of 3 echo requests to 10\.0\.0\.7 have no reply; at most 50 percent may be lost\.$/,
  ],
  ["none came", "exit 1", {}, "dead no_reply", /^10\.0\.0\.7 answered none of 3 echo requests\.$/],
  [
    "a router says no",
    'echo "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable"; exit 1',
    {},
    "dead host_unreachable",
    /says a router: "Destination Host Unreachable"\.$/,
  ],
  [
    "no route of its own",
    'echo "ping: connect: Network is unreachable" >&2; exit 2',
    {},
    "void local_network",
    /Network is unreachable/,
  ],
  [
    "no right to send",
    'echo "ping: socket: Operation not permitted" >&2; exit 2',
    {},
    "void not_permitted",
    /ping_group_range/,
  ],
  ["another ping", 'echo "ping: bad option" >&2; exit 64', {}, "void unsupported", /bad option/],
];
for (const [name, lines, options, expected, detail] of CASES) {
  test(`a ping that says "${name}" is ${expected}`, async () => {
    const outcome = await lookBy(lines, options);
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, detail);
  });
}

test("what came by the deadline counts, and what was not sent by then does not", async () => {
  const silent = await lookBy("sleep 60", {}, 100);
  assert.equal(said(silent), "dead no_reply");
  assert.match(silent.detail, /none of 1 echo requests within 100 ms\.$/);
  assert.equal(said(await lookBy(`${REPLY}; sleep 60`, { count: 20 }, 300)), "ok ok");
});

test("without a ping the probe abstains, and says how to get one", async () => {
  const outcome = await lookWith("/absent/ping");
  assert.equal(said(outcome), "void unsupported");
  assert.match(outcome.detail, /apt-get install iputils-ping/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDatagramTarget } from "../../helpers/datagram-target.ts";
import { startDaemon } from "../../helpers/daemon.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { needs } from "../../helpers/needs.ts";
import { ntpReply, startNtp } from "../../helpers/ntp-target.ts";
import type { NtpAnswer } from "../../helpers/ntp-target.ts";
import { closedPort } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const CASES: [string, NtpAnswer, Record<string, unknown>, string, RegExp][] = [
  ["a good clock", {}, {}, "ok ok", /^$/],
  ["a clock within the limit", { offsetMs: -700 }, {}, "ok ok", /^$/],
  [
    "a clock ahead",
    { offsetMs: 90_000 },
    {},
    "sub clock_offset",
    /is \d{5} ms ahead of this probe's; the limit is 1000 ms\.$/,
  ],
  ["a clock behind", { offsetMs: -400 }, { offsetMsMax: 200 }, "sub clock_offset", /behind/],
  ["a far stratum", { stratum: 6 }, { stratumMax: 5 }, "sub not_synchronized", /of stratum 6/],
  ["a leap of 3", { leap: 3 }, {}, "sub not_synchronized", /not synchronized\.$/],
  ["a kiss of death", { stratum: 0, reference: "RATE" }, {}, "sub service_refused", /"RATE"/],
  ["another mode", { mode: 5 }, {}, "sub protocol_error", /as an NTP server/],
];
for (const [name, answer, options, expected, detail] of CASES) {
  test(`${name} is ${expected}`, async () => {
    await withTarget(startNtp(answer), async ({ port }) => {
      const outcome = await lookAt("ntp", { host: "127.0.0.1", port, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  });
}

test("an answer of somebody who does not know the question is not heard", async () => {
  await withTarget(startNtp({ repeats: false, offsetMs: 90_000 }), async ({ port, seen }) => {
    const outcome = await lookAt("ntp", { host: "127.0.0.1", port }, { timeoutMs: 300 });
    assert.equal(said(outcome), "dead no_reply");
    assert.match(outcome.detail, /did not reply within 300 ms\.$/);
    assert.equal(seen.length, 3, "a lost datagram is sent again");
  });
});

test("a lost datagram is no failure", async () => {
  let asked = 0;
  const target = startDatagramTarget((question) => {
    asked += 1;
    return asked === 1 ? [] : [Buffer.from("noise"), ntpReply(question)];
  });
  await withTarget(target, async ({ port }) => {
    const outcome = await lookAt("ntp", { host: "127.0.0.1", port }, { timeoutMs: 900 });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(asked, 2);
  });
});

test("a port on which nothing listens is dead", async () => {
  const outcome = await lookAt("ntp", { host: "127.0.0.1", port: await closedPort() });
  assert.equal(said(outcome), "dead connection_refused");
});

test("a real time server passes, and tells its stratum", needs("chronyd", "root"), async () => {
  const daemon = startDaemon({
    program: "chronyd",
    prepare: ({ folder, port }) => {
      const lines = [`port ${port}`, "cmdport 0", "local stratum 3", `pidfile ${folder}/pid`];
      return ["-d", "-x", "-u", "root", ...lines, "allow 127.0.0.1", "bindaddress 127.0.0.1"];
    },
    ready: async ({ port }) =>
      said(await lookAt("ntp", { host: "127.0.0.1", port }, { timeoutMs: 500 })) === "ok ok",
  });
  await withTarget(daemon, async ({ port }) => {
    const outcome = await lookAt("ntp", { host: "127.0.0.1", port });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(outcome.facts?.["stratum"], 3);
    assert.ok(Math.abs(Number(outcome.facts?.["offsetMs"])) < 1_000);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDns } from "../../helpers/dns-server.ts";
import type { DnsAnswer } from "../../helpers/dns-server.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, silent, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const ZONE: Record<string, DnsAnswer> = {
  "shop.test": { address: "127.0.0.1" },
  "empty.test": { code: 0 },
  "refused.test": { code: 5 },
};

test("a name resolves by the resolver it is told, to the one address under test", async () => {
  await withTarget(startDns(ZONE), async ({ resolver }) => {
    await withTarget(startTarget(answers()), async ({ port, seen }) => {
      const outcome = await lookAt("http", { url: `http://shop.test:${port}/`, resolver });
      assert.equal(said(outcome), "ok ok", outcome.detail);
      assert.ok(outcome.phases.dnsUs > 0);
      assert.match(seen[0] ?? "", /\r\nhost: shop\.test:\d+\r\n/);
    });
    await withTarget(startTarget(silent), async ({ port }) => {
      const outcome = await lookAt(
        "tcp",
        {
          host: "shop.test",
          port,
          resolver,
          script: [{ expect: "x" }],
        },
        { timeoutMs: 80 },
      );
      assert.match(outcome.detail, /^shop\.test:\d+ \(127\.0\.0\.1\) did not answer/);
    });
  });
});

const FAILURES: [string, Record<string, unknown>, string][] = [
  ["absent.test", {}, "dns name_not_found"],
  ["empty.test", {}, "dns name_not_found"],
  ["shop.test", { family: 6 }, "dns name_not_found"],
  ["refused.test", {}, "dns resolver_failure"],
];
for (const [host, options, expected] of FAILURES) {
  test(`${host} with ${JSON.stringify(options)} is ${expected}`, async () => {
    await withTarget(startDns(ZONE), async ({ resolver }) => {
      const outcome = await lookAt("tcp", { host, port: 1, resolver, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.equal(outcome.source, "resolver");
      assert.equal(outcome.resolver, resolver);
    });
  });
}

test("an address needs no resolver", async () => {
  await withTarget(startTarget(silent), async ({ port }) => {
    const outcome = await lookAt("tcp", { host: "127.0.0.1", port, resolver: "127.0.0.1:9" });
    assert.equal(said(outcome), "ok ok");
    assert.equal(outcome.phases.dnsUs, 0);
    assert.equal(outcome.resolver, undefined);
  });
});

test("a source address chooses the family of a name that has both", async () => {
  await withTarget(startTarget(silent), async ({ port }) => {
    const look = { host: "localhost", port };
    const outcome = await lookAt("tcp", look, { sourceAddress: "127.0.0.1" });
    assert.equal(said(outcome), "ok ok", outcome.detail);
  });
});

/** What targets, probes, channels, tokens and kept answers must do in every store. */
import assert from "node:assert/strict";
import type { Token } from "../../../aggregator/ports.ts";
import type { EventBody } from "../../../aggregator/verdict/event.ts";
import type { Channel } from "../../../shared/channel.ts";
import { statusPageSpecSchema } from "../../../shared/status-page.ts";
import type { StatusPage } from "../../../shared/status-page.ts";
import { START_MS, allPages, probeNamed, targetNamed } from "../../helpers/store-data.ts";
import type { StoreHarness, StoreTest } from "./harness.ts";

function append({ store }: StoreHarness, bodies: readonly EventBody[]): Promise<number> {
  return store.log.append(bodies.map((body) => ({ atMs: START_MS, body })));
}

function channel(id: string, name: string, revision = 1): Channel {
  const spec = { name, kind: "webhook", options: { url: "http://127.0.0.1:1/" }, enabled: true };
  return { id, revision, createdAtMs: START_MS, updatedAtMs: START_MS, spec };
}

function statusPage(id: string, name: string, revision = 1): StatusPage {
  const times = { createdAtMs: START_MS, updatedAtMs: START_MS };
  const { password: _none, ...spec } = statusPageSpecSchema.parse({ name, title: name });
  return { id, revision, ...times, spec, passwordHash: null };
}

function token(id: string): Token {
  const times = { createdAtMs: START_MS, expiresAtMs: null, rotatedAtMs: null, lastUsedAtMs: null };
  return { id, name: id, scope: "probe", probeId: "prb_a", labels: {}, ...times };
}

/** Tests of the stores of nouns. */
export const NOUN_TESTS: readonly StoreTest[] = [
  [
    "a target follows the log: set, changed, renamed, deleted",
    async (harness) => {
      const { targets } = harness.store;
      const target = targetNamed("checkout", 1);
      await append(harness, [{ type: "target_set", target }]);
      assert.deepEqual(await targets.get("checkout"), target);
      assert.deepEqual(await targets.get(target.id), target);
      const renamed = { ...target, revision: 2, spec: { ...target.spec, name: "till" } };
      await append(harness, [{ type: "target_set", target: renamed }]);
      assert.equal(await targets.get("checkout"), null);
      assert.deepEqual(await targets.get("till"), renamed);
      assert.deepEqual(await targets.all(), [renamed]);
      await append(harness, [{ type: "target_deleted", targetId: target.id }]);
      assert.equal(await targets.get(target.id), null);
      assert.deepEqual(await targets.all(), []);
    },
  ],
  [
    "targets are listed by name, and a page goes on where the last one ended",
    async (harness) => {
      const names = ["delta", "alpha", "echo", "Bravo", "charlie"];
      await append(
        harness,
        names.map((name, index) => ({ type: "target_set", target: targetNamed(name, index + 1) })),
      );
      const { targets } = harness.store;
      const first = await targets.list({ limit: 2 });
      await append(harness, [{ type: "target_set", target: targetNamed("aardvark", 9) }]);
      const rest = await targets.list({ limit: 10, cursor: first.next ?? undefined });
      assert.deepEqual(
        [...first.rows, ...rest.rows].map(({ spec }) => spec.name),
        names.toSorted(),
      );
      assert.equal(rest.next, null);
      const all = await allPages((cursor) => targets.list({ cursor, limit: 3 }));
      assert.equal(all.length, 6);
    },
  ],
  [
    "a cursor that no list gave is refused",
    async ({ store }) => {
      for (const cursor of ["x", "bm90IGpzb24", Buffer.from("[1]").toString("base64url")]) {
        await assert.rejects(store.targets.list({ limit: 2, cursor }), { code: "invalid" });
      }
    },
  ],
  [
    "a handle is given once, also after the target that had it is deleted",
    async (harness) => {
      const { targets } = harness.store;
      assert.deepEqual([await targets.nextHandle(), await targets.nextHandle()], [1, 2]);
      await append(harness, [
        { type: "target_set", target: targetNamed("a", 7) },
        { type: "target_deleted", targetId: "tgt_a" },
      ]);
      const opened = harness.reopen ? await harness.reopen() : harness.store;
      assert.equal(await opened.targets.nextHandle(), 8);
    },
  ],
  [
    "a probe follows the log, and is gone after it left for good",
    async (harness) => {
      const { probes } = harness.store;
      const probe = probeNamed("rack-a");
      await append(harness, [{ type: "probe_set", probe }]);
      assert.deepEqual(await probes.get("rack-a"), probe);
      assert.deepEqual(await probes.get(probe.id), probe);
      const draining = { ...probe, revision: 2, draining: true };
      await append(harness, [
        { type: "probe_set", probe: draining },
        { type: "probe_left", probeId: probe.id, hard: false },
      ]);
      assert.deepEqual(await probes.all(), [draining]);
      await append(harness, [{ type: "probe_left", probeId: probe.id, hard: true }]);
      assert.deepEqual(await probes.all(), []);
    },
  ],
  [
    "a status page is replaced only by who knows its revision, and its name is unique",
    async ({ store: { statusPages } }) => {
      await statusPages.put(statusPage("stp_b", "shop"), null);
      await statusPages.put(statusPage("stp_a", "lab"), null);
      await assert.rejects(statusPages.put(statusPage("stp_c", "shop"), null), {
        code: "conflict",
      });
      const changed = { ...statusPage("stp_b", "shop", 2), passwordHash: "hash" };
      await assert.rejects(statusPages.put(changed, 2), { code: "conflict" });
      await statusPages.put(changed, 1);
      assert.deepEqual(await statusPages.get("shop"), changed);
      assert.deepEqual(await statusPages.all(), [statusPage("stp_a", "lab"), changed]);
      assert.deepEqual(
        [await statusPages.delete("stp_b"), await statusPages.delete("stp_b")],
        [true, false],
      );
      assert.equal(await statusPages.get("stp_b"), null);
    },
  ],
  [
    "a channel is replaced only by who knows its revision",
    async ({ store: { channels } }) => {
      await channels.put(channel("chn_a", "pager"), null);
      await assert.rejects(channels.put(channel("chn_a", "pager"), null), { code: "conflict" });
      await assert.rejects(channels.put(channel("chn_b", "pager"), null), { code: "conflict" });
      const changed = channel("chn_a", "night", 2);
      await assert.rejects(channels.put(changed, 2), { code: "conflict" });
      await channels.put(changed, 1);
      assert.deepEqual(await channels.get("night"), changed);
      assert.deepEqual(await channels.get("chn_a"), changed);
      assert.equal(await channels.get("pager"), null);
      await assert.rejects(channels.put(channel("chn_c", "new"), 1), { code: "conflict" });
      assert.deepEqual(await channels.all(), [changed]);
      assert.deepEqual(
        [await channels.delete("chn_a"), await channels.delete("chn_a")],
        [true, false],
      );
    },
  ],
  [
    "a token is found by its hash until it is deleted",
    async ({ store: { tokens } }) => {
      await tokens.put(token("tok_a"), "aa");
      await tokens.put(token("tok_b"), "bb");
      assert.deepEqual(await tokens.find("bb", 0), token("tok_b"));
      assert.equal(await tokens.find("cc", 0), null);
      assert.deepEqual(await tokens.all(), [token("tok_a"), token("tok_b")]);
      assert.deepEqual([await tokens.delete("tok_b"), await tokens.delete("tok_b")], [true, false]);
      assert.equal(await tokens.find("bb", 0), null);
    },
  ],
  [
    "a rotated token is found by both hashes until the time of the old one is over",
    async ({ store: { tokens } }) => {
      await tokens.put(token("tok_a"), "aa");
      await tokens.used("tok_a", START_MS);
      const rotated = { ...token("tok_a"), rotatedAtMs: 5, lastUsedAtMs: START_MS };
      await tokens.rotate(rotated, "bb", 1_000);
      assert.deepEqual(await tokens.find("aa", 999), rotated);
      assert.equal(await tokens.find("aa", 1_000), null);
      assert.deepEqual(await tokens.find("bb", 1_000), rotated);
      await tokens.rotate(rotated, "cc", 2_000);
      assert.equal(await tokens.find("aa", 0), null, "only one of the old ones");
      assert.deepEqual(await tokens.find("bb", 0), rotated);
      assert.deepEqual(await tokens.all(), [rotated]);
    },
  ],
  [
    "a browser session is found by its hash, ends with its token, and is forgotten when over",
    async ({ store: { browserSessions } }) => {
      const session = (id: string, tokenId: string | null, lastUsedAtMs: number) => ({
        id,
        who: "ann",
        scope: "read" as const,
        labels: { team: "pay" },
        tokenId,
        address: "192.0.2.1",
        createdAtMs: 1,
        lastUsedAtMs,
        expiresAtMs: 1_000,
      });
      await browserSessions.put(session("ses_a", "tok_a", 10), "aa");
      await browserSessions.put(session("ses_b", null, 20), "bb");
      assert.deepEqual(await browserSessions.find("aa"), session("ses_a", "tok_a", 10));
      assert.equal(await browserSessions.find("cc"), null);
      await browserSessions.used("ses_a", 30);
      const ids = async () => (await browserSessions.all()).map(({ id }) => id);
      assert.deepEqual(await ids(), ["ses_a", "ses_b"], "the one used last first");
      await browserSessions.capOfToken("tok_a", 500);
      assert.equal((await browserSessions.find("aa"))?.expiresAtMs, 500);
      assert.equal((await browserSessions.find("bb"))?.expiresAtMs, 1_000);
      await browserSessions.forget(500, 0);
      assert.deepEqual(await ids(), ["ses_b"]);
      await browserSessions.forget(0, 20);
      assert.deepEqual(await ids(), []);
      assert.equal(await browserSessions.delete("ses_b"), false);
    },
  ],
  [
    "an answer is kept for its idempotency key for a day",
    async ({ store: { idempotency }, clock }) => {
      const answer = { requestHash: "h", status: 201, body: "{}" };
      const atMs = clock.wallMs();
      assert.equal(await idempotency.get("key"), null);
      await idempotency.put("key", { ...answer, atMs });
      assert.deepEqual(await idempotency.get("key"), answer);
      clock.stepWall(86_399_999);
      assert.deepEqual(await idempotency.get("key"), answer);
      clock.stepWall(1);
      assert.equal(await idempotency.get("key"), null);
    },
  ],
];

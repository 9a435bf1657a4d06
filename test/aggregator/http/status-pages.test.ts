import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { daysAgo, happenOutage, withStatusRoom } from "../../helpers/status-room.ts";
import type { StatusRoom } from "../../helpers/status-room.ts";

const SHOP = { name: "shop", title: "Shop", labels: "public=yes", groupBy: "group" };
const LOGO = `data:image/png;base64,${Buffer.from("png").toString("base64")}`;
const HOUR_MS = 3_600_000;

/** The page's data, as machines read it. */
async function viewOf(room: StatusRoom, name = "shop"): Promise<unknown> {
  const answer = await room.get(`/status/${name}.json`);
  assert.equal(answer.status, 200);
  const view: unknown = await answer.json();
  return view;
}

/** Without what is said in the style sheet; how blanks are broken is of no matter. */
async function textOf(room: StatusRoom, path: string): Promise<string> {
  const text = await (await room.get(path)).text();
  return text.replace(/<style>[^<]*<\/style>/, "").replaceAll(/\s+/g, " ");
}

test("a page shows the targets of its selector, in groups, and how each of them is", () =>
  withStatusRoom(async (room) => {
    await room.target({
      name: "front",
      labels: { public: "yes", group: "Web", title: "Front page" },
    });
    await room.target({ name: "pay", labels: { public: "yes", group: "Money" }, state: "down" });
    await room.target({ name: "secret", labels: { group: "Web" }, state: "down" });
    await room.page(SHOP);
    const page = await textOf(room, "/status/shop");
    assert.match(page, /Some systems are down/);
    assert.match(page, /Money[\s\S]*pay[\s\S]*Outage[\s\S]*Web[\s\S]*Front page[\s\S]*Operational/);
    assert.doesNotMatch(page, /secret/);
    assert.doesNotMatch(page, /<script|javascript:|\son\w+=/i);
  }));

test("what some regions do not reach is a regional outage, and says which", () =>
  withStatusRoom(async (room) => {
    const seen = [
      { region: "eu", state: "healthy" },
      { region: "eu", state: "unreachable" },
      { region: "us", state: "unreachable" },
      { region: "ap", state: "no_evidence" },
    ] as const;
    await room.target({ name: "web", labels: { public: "yes" }, state: "partial", seen });
    await room.page(SHOP);
    const page = await textOf(room, "/status/shop");
    assert.match(page, /Regional outage/);
    assert.match(page, /Not reached from us; reached from eu\./);
    assert.match(JSON.stringify(await viewOf(room)), /"regions":\[\{"name":"ap","reached":null\}/);
  }));

test("unknown is neither good nor bad, and suspicion is not told", () =>
  withStatusRoom(async (room) => {
    await room.target({ name: "a", labels: { public: "yes" }, state: "unknown" });
    await room.target({ name: "b", labels: { public: "yes" }, state: "suspect" });
    await room.page(SHOP);
    const page = await textOf(room, "/status/shop");
    assert.match(page, /The state of some systems is not known/);
    assert.match(page, /no data/);
    assert.doesNotMatch(page, /class="b-(outage|degraded)/);
  }));

test("incidents are told with their course, and with reasons only where a page wants them", () =>
  withStatusRoom(async (room) => {
    const targetId = await room.target({ name: "web", labels: { public: "yes" } });
    const sentence = "Connection refused: nothing is listening on 10.0.0.7:443. <script>x</script>";
    await happenOutage(room, { targetId, agoMs: 2 * HOUR_MS, lastedMs: HOUR_MS, sentence });
    await happenOutage(room, { targetId, agoMs: 20 * 24 * HOUR_MS, lastedMs: HOUR_MS });
    await room.page(SHOP);
    await room.page({ ...SHOP, name: "open", reasons: true });
    const page = await textOf(room, "/status/shop");
    assert.match(page, /web: Outage/);
    assert.match(page, /Resolved · 1 h/);
    assert.doesNotMatch(page, /10\.0\.0\.7/);
    assert.equal(page.match(/Resolved/g)?.length, 1, "what is long over is left out");
    const open = await textOf(room, "/status/open");
    assert.match(open, /10\.0\.0\.7:443\. &lt;script&gt;x&lt;\/script&gt;/);
    assert.doesNotMatch(open, /<script/);
  }));

test("ninety days are shown by their worst, and the uptime of all of them", () =>
  withStatusRoom(async (room) => {
    const targetId = await room.target({ name: "web", labels: { public: "yes" } });
    await happenOutage(room, { targetId, agoMs: 49 * HOUR_MS, lastedMs: HOUR_MS });
    await happenOutage(room, { targetId, agoMs: 5 * 24 * HOUR_MS, lastedMs: 60_000 });
    await room.page(SHOP);
    room.pass();
    const page = await textOf(room, "/status/shop");
    assert.match(page, /class="b-outage"[\s\S]*?1 h down/);
    assert.match(page, /class="b-degraded"[\s\S]*?1 min down/);
    assert.match(page, /Days with trouble: 2/);
    const again = await textOf(room, "/status/shop");
    room.pass();
    assert.equal(await textOf(room, "/status/shop"), again, "days that are kept are the same");
  }));

test("maintenance that runs and that comes is shown with what it covers", () =>
  withStatusRoom(async (room) => {
    await room.target({ name: "web", labels: { public: "yes", title: "Web" } });
    const plan = (name: string, fromAt: string, toAt: string) => {
      const body = { name, labels: { public: "yes" }, fromAt, toAt };
      return room.expect(201, "POST /api/v1/maintenance", { body });
    };
    await plan("disks", daysAgo(room, 0.1), daysAgo(room, -0.1));
    await plan("network", daysAgo(room, -3), daysAgo(room, -4));
    await room.page(SHOP);
    const page = await textOf(room, "/status/shop");
    assert.match(page, /disks[\s\S]*Runs now[\s\S]*Affects: Web[\s\S]*network[\s\S]*Planned/);
  }));

test("announcements are shown from when to when they say, in Markdown that can do no harm", () =>
  withStatusRoom(async (room) => {
    const text = "We **move**. <img src=x onerror=alert(1)> [x](javascript:alert(1))";
    const announcements = [
      { title: "Moving <b>", text, at: daysAgo(room, 1) },
      { title: "Later", at: daysAgo(room, -1) },
      { title: "Over", at: daysAgo(room, 3), until: daysAgo(room, 2) },
    ];
    await room.page({ ...SHOP, announcements });
    const page = await textOf(room, "/status/shop");
    assert.match(page, /Moving &lt;b&gt;[\s\S]*We <strong>move<\/strong>\./);
    assert.doesNotMatch(page, /Later|Over|onerror|javascript/);
    for (const feed of ["feed.rss", "feed.atom"]) {
      const found = await textOf(room, `/status/shop/${feed}`);
      assert.match(found, /Moving &lt;b&gt;/);
      assert.doesNotMatch(found, /<b>|<img|onerror|javascript/);
    }
  }));

test("names, labels and titles with scripts in them are text everywhere", () =>
  withStatusRoom(async (room) => {
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
    const targetId = await room.target({
      name: "web",
      labels: { public: "yes", group: evil, title: evil },
      state: "partial",
      seen: [{ region: evil, state: "unreachable" }],
    });
    await happenOutage(room, { targetId, agoMs: HOUR_MS, lastedMs: null, sentence: evil });
    await room.page({ ...SHOP, title: evil, description: evil, reasons: true, logo: LOGO });
    for (const part of ["", "/feed.rss", "/feed.atom", "/badge.svg"]) {
      const found = await textOf(room, `/status/shop${part}`);
      assert.ok(found.includes("&lt;script&gt;"), part);
      assert.doesNotMatch(found, /<script|<img src=x/, part);
    }
  }));

test("a page runs nothing and fetches nothing, says its policy, and answers 304", () =>
  withStatusRoom(async (room) => {
    await room.page({ ...SHOP, logo: LOGO });
    const answer = await room.get("/status/shop", { "accept-encoding": "gzip" });
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:/);
    assert.doesNotMatch(policy, /unsafe|script-src/);
    assert.equal(answer.headers.get("content-encoding"), "gzip");
    assert.match(answer.headers.get("cache-control") ?? "", /^public, max-age=5/);
    const page = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();
    assert.doesNotMatch(page, /(?:src|href)="https?:/);
    const tag = answer.headers.get("etag") ?? "";
    const again = await room.get("/status/shop", {
      "accept-encoding": "gzip",
      "if-none-match": tag,
    });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), "");
    const plain = await room.get("/status/shop", { "if-none-match": tag });
    assert.equal(plain.status, 200, "the page as it is has a tag of its own");
  }));

test("a page is put together once in a while, whatever the load, and at once after a change", () =>
  withStatusRoom(async (room) => {
    const id = await room.target({ name: "web", labels: { public: "yes" } });
    await room.page(SHOP);
    const pages = await Promise.all(Array.from({ length: 50 }, () => textOf(room, "/status/shop")));
    assert.equal(new Set(pages).size, 1);
    room.engine.setVerdict(id, "down");
    assert.match(await textOf(room, "/status/shop"), /All systems are operational/);
    room.pass();
    assert.match(await textOf(room, "/status/shop"), /Some systems are down/);
    const body = { locale: "de", hosts: ["status.example.com"] };
    await room.expect(200, "PATCH /api/v1/status-pages/shop", { body });
    assert.match(await textOf(room, "/status/shop"), /Einige Systeme sind ausgefallen/);
  }));

test("a host of a page's own shows it at its root, and no other page", () =>
  withStatusRoom(async (room) => {
    await room.page({ ...SHOP, locale: "zh", hosts: ["Status.Example.com"] });
    const own = { host: "status.example.com" };
    const page = await (await room.get("/", own)).text();
    assert.match(page, /<html lang="zh">[\s\S]*href="\/feed\.rss"/);
    const feed = await (await room.get("/feed.rss", own)).text();
    assert.match(feed, /<link>http:\/\/status\.example\.com<\/link>/);
    assert.equal((await room.get("/status.json", own)).status, 200);
    assert.doesNotMatch(await textOf(room, "/"), /Shop/);
    const taken = { ...SHOP, name: "other", hosts: ["status.example.com"] };
    await room.refused(409, "POST /api/v1/status-pages", { body: taken });
  }));

test("feeds are well formed, and a badge says how things are", () =>
  withStatusRoom(async (room) => {
    const targetId = await room.target({ name: "web", labels: { public: "yes" }, state: "down" });
    await happenOutage(room, { targetId, agoMs: HOUR_MS, lastedMs: null });
    await room.page(SHOP);
    const rss = await textOf(room, "/status/shop/feed.rss");
    assert.match(rss, /^<\?xml version="1\.0" encoding="utf-8"\?> ?<rss version="2\.0">/);
    assert.match(rss, /<pubDate>Wed, 31 Dec 2025 23:00:00 GMT<\/pubDate>/);
    const atom = await textOf(room, "/status/shop/feed.atom");
    assert.match(atom, /<title>web: Outage \(Ongoing\)<\/title>/);
    assert.match(await textOf(room, "/status/shop/badge.svg"), /Shop: Outage/);
    const badge = await room.get("/status/shop/badge.svg");
    assert.equal(badge.headers.get("cross-origin-resource-policy"), "cross-origin");
    assert.equal((await room.get("/status/none")).status, 404);
    assert.equal((await room.get("/status/shop/none")).status, 404);
  }));

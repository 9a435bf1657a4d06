import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../../shared/limits.ts";
import { withStatusRoom } from "../../helpers/status-room.ts";
import type { StatusRoom } from "../../helpers/status-room.ts";

const PASSWORD = "correct horse battery";
const LOCKED = { name: "locked", title: "Locked", visibility: "password", password: PASSWORD };

/** Sends the form of the page. */
async function enter(room: StatusRoom, password: string): Promise<Response> {
  const body = new URLSearchParams({ password }).toString();
  const type = "application/x-www-form-urlencoded";
  const headers = { "content-type": type, "content-length": String(body.length) };
  return room.app.request("http://quorate.test/status/locked", { method: "POST", headers, body });
}

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`me:${password}`).toString("base64")}`,
});

test("a page with a password asks for it, and shows nothing before", () =>
  withStatusRoom(async (room) => {
    await room.target({ name: "vault" });
    await room.page(LOCKED);
    const asked = await room.get("/status/locked");
    assert.equal(asked.status, 401);
    const form = await asked.text();
    assert.match(form, /<form\s+method="post"\s+action="\/status\/locked"/);
    assert.doesNotMatch(form, /vault/);
    for (const part of [".json", "/feed.rss", "/feed.atom", "/badge.svg"]) {
      const refused = await room.get(`/status/locked${part}`);
      assert.equal(refused.status, 401, part);
      assert.match(refused.headers.get("www-authenticate") ?? "", /^Basic/);
      assert.doesNotMatch(await refused.text(), /vault/);
    }
    const wrong = await enter(room, "wrong password");
    assert.equal(wrong.status, 401);
    assert.match(await wrong.text(), /This is not the password\./);
  }));

test("the right password opens the page by a cookie, until the password changes", () =>
  withStatusRoom(async (room) => {
    await room.target({ name: "vault" });
    await room.page(LOCKED);
    const entered = await enter(room, PASSWORD);
    assert.equal(entered.status, 303);
    assert.equal(entered.headers.get("location"), "/status/locked");
    const set = entered.headers.get("set-cookie") ?? "";
    assert.match(
      set,
      /^quorate_status_locked=\d+\.[\w-]+; Path=\/status\/locked; .*HttpOnly; SameSite=Lax/,
    );
    const cookie = set.split(";")[0] ?? "";
    const page = await room.get("/status/locked", { cookie });
    assert.equal(page.status, 200);
    assert.match(page.headers.get("cache-control") ?? "", /^private/);
    assert.match(page.headers.get("vary") ?? "", /cookie/);
    assert.match(await page.text(), /vault/);
    const forged = cookie.replace(/=\d/, "=9");
    assert.equal((await room.get("/status/locked", { cookie: forged })).status, 401);
    room.clock.advance(LIMITS.statusSignInMs + 1_000);
    assert.equal((await room.get("/status/locked", { cookie })).status, 401, "it is over");
    const fresh =
      ((await enter(room, PASSWORD)).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const body = { password: "another password" };
    await room.expect(200, "PATCH /api/v1/status-pages/locked", { body });
    assert.equal((await room.get("/status/locked", { cookie: fresh })).status, 401);
  }));

test("readers of feeds send the password with each request", () =>
  withStatusRoom(async (room) => {
    await room.page(LOCKED);
    const feed = await room.get("/status/locked/feed.atom", basic(PASSWORD));
    assert.equal(feed.status, 200);
    assert.equal((await room.get("/status/locked/feed.atom", basic("wrong one"))).status, 401);
  }));

test("who guesses is held up, and a form that is too large is not read", () =>
  withStatusRoom(async (room) => {
    await room.page(LOCKED);
    for (let count = 0; count < LIMITS.signInFailuresMax; count += 1) {
      assert.equal((await enter(room, "wrong password")).status, 401);
    }
    const held = await enter(room, PASSWORD);
    assert.equal(held.status, 429);
    assert.match(await held.text(), /Too many attempts/);
    room.clock.advance(61_000);
    assert.equal((await enter(room, PASSWORD)).status, 303);
    assert.equal((await enter(room, "x".repeat(10_000))).status, 400);
  }));

test("a private page is for who may read, and for nobody else", () =>
  withStatusRoom(async (room) => {
    await room.target({ name: "vault" });
    await room.page({ name: "private", title: "Private", visibility: "private" });
    const refused = await room.get("/status/private");
    assert.equal(refused.status, 401);
    assert.match(await refused.text(), /This page is for people who are signed in/);
    const by = async (token: string | null) => {
      const headers = { authorization: `Bearer ${token ?? ""}` };
      return (await room.get("/status/private", headers)).status;
    };
    assert.equal(await by(await room.token("read")), 200);
    assert.equal(await by(await room.token("calls")), 401);
    assert.equal(await by(await room.secret({ scope: "read", labels: { team: "a" } })), 401);
    assert.equal(await by("qrt_read_unknown"), 401);
  }));

test("a password is kept as a hash alone, shown as stars, and kept by stars", () =>
  withStatusRoom(async (room) => {
    await room.page(LOCKED);
    const { body } = await room.expect(200, "GET /api/v1/status-pages/locked");
    assert.ok(typeof body === "object" && body !== null && "password" in body);
    assert.equal(body.password, "***");
    assert.ok(!("passwordHash" in body));
    assert.ok(!room.everythingStored().includes(PASSWORD));
    const kept = { ...LOCKED, title: "New", password: "***" };
    await room.expect(200, "PUT /api/v1/status-pages/locked", { body: kept });
    assert.equal((await enter(room, PASSWORD)).status, 303);
    const same = await room.expect(200, "PUT /api/v1/status-pages/locked", {
      body: { ...kept, password: PASSWORD },
    });
    assert.equal(same.headers.get("etag"), '"2"', "the same password is no change");
    const bare = { name: "bare", title: "Bare", visibility: "password" };
    const { issues } = await room.refused(422, "POST /api/v1/status-pages", { body: bare });
    assert.equal(issues[0]?.path, "password");
  }));

test("what a page says of itself is validated, path by path", () =>
  withStatusRoom(async (room) => {
    const wrong: [object, string][] = [
      [{ name: "Shop" }, "name"],
      [{ name: "a/b" }, "name"],
      [{ labels: "team in (" }, "labels"],
      [{ logo: "https://evil.example/x.png" }, "logo"],
      [{ logo: "data:text/html;base64,PHNjcmlwdD4=" }, "logo"],
      [{ hosts: ["status.example.com:8080"] }, "hosts.0"],
      [{ announcements: [{ title: "x", at: "yesterday" }] }, "announcements.0.at"],
      [{ locale: "fr" }, "locale"],
      [{ theme: "x" }, "theme"],
    ];
    for (const [over, path] of wrong) {
      const body = { name: "shop", title: "Shop", ...over };
      const { issues } = await room.refused(422, "POST /api/v1/status-pages", { body });
      assert.equal(issues[0]?.path, path, JSON.stringify(over));
    }
  }));

/** A person at a browser signs in with a token, and out again. */
import assert from "node:assert/strict";
import test from "node:test";
import { browserSessionPageSchema, sessionSchema } from "../../../shared/api/session.ts";
import { tokenCreatedSchema } from "../../../shared/api/token.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { cookieOf, signedIn } from "../../helpers/browser.ts";
import { openHttpRoom, withHttpRoom } from "../../helpers/http-room.ts";

const OWN = { "sec-fetch-site": "same-origin" };

test("a token gives a cookie that no script reads, no other site sends, and may do the same", () =>
  withHttpRoom(async (room) => {
    const body = { token: await room.token("write") };
    const answer = await room.expect(204, "POST /api/v1/session", { token: null, body });
    const cookie = answer.headers.get("set-cookie") ?? "";
    const value = "quorate_session=qrt_session_[0-9a-z]{32}";
    const attributes = "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict";
    assert.match(cookie, new RegExp(`^${value}${attributes}$`));
    const headers = { cookie: cookieOf(answer) };
    const read = await room.expect(200, "GET /api/v1/session", { token: null, headers });
    const { who, scope, via, csrf } = sessionSchema.parse(read.body);
    assert.deepEqual([who, scope, via, csrf], ["a-write", "write", "session", "none"]);
    await room.expect(200, "GET /api/v1/targets", { token: null, headers });
    await room.refused(403, "GET /api/v1/tokens", { token: null, headers });
    assert.ok(!JSON.stringify(await room.store.browserSessions.all()).includes("qrt_session"));
  }));

test("over TLS, or behind a proxy that ends it, the cookie is not sent in the clear", async () => {
  const room = openHttpRoom(() => ({ publicUrl: "https://quorate.example/mesh" }));
  try {
    const token = await room.token("read");
    const signIn = { token: null, body: { token } };
    const tls = await room.expect(204, "POST https://a.test/api/v1/session", signIn);
    assert.match(tls.headers.get("set-cookie") ?? "", /; Secure$/);
    const headers = { host: "quorate.example" };
    const proxied = await room.expect(204, "POST /api/v1/session", { ...signIn, headers });
    assert.match(proxied.headers.get("set-cookie") ?? "", /; Secure$/);
    const plain = await room.expect(204, "POST /api/v1/session", signIn);
    assert.doesNotMatch(plain.headers.get("set-cookie") ?? "", /Secure/);
  } finally {
    await room.close();
  }
});

test("a write with a cookie must come from a page of this server", () =>
  withHttpRoom(async (room) => {
    const headers = await signedIn(room, "write");
    const body = { name: "p", region: "r", zone: "z" };
    const write = (more: Record<string, string>) =>
      room.call("POST /api/v1/probes", { token: null, headers: { ...headers, ...more }, body });
    const host = { host: "q.test:7700" };
    for (const other of [
      {},
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { ...host, origin: "https://evil.test" },
      { ...host, origin: "null" },
      { ...host, origin: "http://q.test" },
      { ...host, origin: "http://q.test:7700", "sec-fetch-site": "cross-site" },
    ]) {
      assert.equal((await write(other)).status, 403, JSON.stringify(other));
    }
    assert.equal((await write({ ...host, origin: "http://q.test:7700" })).status, 201);
    assert.equal((await write(OWN)).status, 409);
    const token = await room.token("write");
    const bearer = { headers: { ...headers, origin: "https://evil.test" }, token, body };
    await room.refused(409, "POST /api/v1/probes", bearer);
  }));

test("another site cannot sign its visitors in, and a form cannot at all", () =>
  withHttpRoom(async (room) => {
    const body = { token: await room.token("read") };
    const from = (origin: string) => ({ origin, "sec-fetch-site": "cross-site" });
    const forged = { token: null, body, headers: from("https://evil.test") };
    await room.refused(403, "POST /api/v1/session", forged);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await room.refused(415, "POST /api/v1/session", { token: null, body: "token=a", headers });
  }));

test("a session ends when signed out, and its cookie is forgotten", () =>
  withHttpRoom(async (room) => {
    const headers = { ...(await signedIn(room, "read")), ...OWN };
    const out = await room.expect(204, "DELETE /api/v1/session", { token: null, headers });
    assert.match(out.headers.get("set-cookie") ?? "", /^quorate_session=; Path=\/; Max-Age=0;/);
    const refusal = await room.expect(401, "GET /api/v1/session", { token: null, headers });
    assert.match(refusal.headers.get("set-cookie") ?? "", /Max-Age=0/);
    await room.expect(204, "DELETE /api/v1/session", { token: null, headers: OWN });
  }));

test("a session is over when it was not used for 12 hours, and after 7 days in any case", () =>
  withHttpRoom(async (room) => {
    const headers = await signedIn(room, "read");
    const get = (status: number) =>
      room.expect(status, "GET /api/v1/session", { token: null, headers });
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      room.clock.advance(11 * 3_600_000);
      await get(200);
    }
    room.clock.advance(11 * 3_600_000);
    await get(401);
    const idle = await signedIn(room, "read");
    room.clock.advance(12 * 3_600_000);
    await room.expect(401, "GET /api/v1/session", { token: null, headers: idle });
  }));

test("a session ends with its token, and no later than it", () =>
  withHttpRoom(async (room) => {
    const expiresAt = "2026-01-01T01:00:00.000Z";
    const made = await room.expect(201, "POST /api/v1/tokens", {
      body: { name: "t", scope: "read", expiresAt },
    });
    const { token, secret } = tokenCreatedSchema.parse(made.body);
    const headers = await signedIn(room, secret);
    const read = await room.expect(200, "GET /api/v1/session", { token: null, headers });
    assert.equal(sessionSchema.parse(read.body).expiresAt, expiresAt);
    await room.expect(204, `DELETE /api/v1/tokens/${token.id}`);
    await room.expect(401, "GET /api/v1/session", { token: null, headers });
  }));

test("admins see who is signed in, and can send anybody away", () =>
  withHttpRoom(async (room) => {
    const headers = await signedIn(room, "read");
    const list = await room.expect(200, "GET /api/v1/sessions");
    const [session] = browserSessionPageSchema.parse(list.body).items;
    assert.deepEqual([session?.who, session?.scope], ["a-read", "read"]);
    assert.ok(!JSON.stringify(list.body).includes("qrt_session"));
    await room.refused(403, "GET /api/v1/sessions", { token: null, headers });
    await room.expect(204, `DELETE /api/v1/sessions/${session?.id ?? ""}`);
    await room.refused(404, `DELETE /api/v1/sessions/${session?.id ?? ""}`);
    await room.expect(401, "GET /api/v1/session", { token: null, headers });
  }));

test("tokens of machines and wrong ones open no session, and guessing is limited", () =>
  withHttpRoom(async (room) => {
    for (const scope of ["probe", "calls"] as const) {
      const body = { token: await room.token(scope) };
      await room.refused(403, "POST /api/v1/session", { token: null, body });
    }
    const guess = { token: null, body: { token: "qrt_admin_guess" } };
    for (let count = 0; count < LIMITS.signInFailuresMax; count += 1) {
      await room.refused(401, "POST /api/v1/session", guess);
    }
    await room.refused(429, "POST /api/v1/session", guess);
    const headers = { "idempotency-key": "again" };
    await room.refused(429, "POST /api/v1/session", { ...guess, headers });
  }));

test("signing in again ends the session before, so that a planted cookie is worth nothing", () =>
  withHttpRoom(async (room) => {
    const headers = await signedIn(room, "read");
    const body = { token: await room.token("write") };
    await room.expect(204, "POST /api/v1/session", { token: null, body, headers });
    await room.expect(401, "GET /api/v1/session", { token: null, headers });
  }));

/** People sign in at an identity provider. */
import assert from "node:assert/strict";
import test from "node:test";
import { auditPageSchema } from "../../../shared/api/audit.ts";
import { sessionSchema } from "../../../shared/api/session.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import { withOidcRoom } from "../../helpers/identity-provider.ts";
import type { OidcRoom } from "../../helpers/identity-provider.ts";

async function sessionOf(room: OidcRoom, cookies: string) {
  const headers = { cookie: cookies };
  const answer = await room.expect(200, "GET /api/v1/session", { token: null, headers });
  return sessionSchema.parse(answer.body);
}

/** The page that refuses must say why, and sign nobody in. */
async function refuses(room: OidcRoom, sentence: RegExp, change?: (back: URL) => void) {
  const { status, body, cookies } = await room.signIn(change);
  assert.equal(status, 403, String(body));
  assert.match(String(body), sentence);
  assert.equal(cookies, "");
  assert.ok(!String(body).includes("planted-secret"));
}

test("a person with a role signs in by code, PKCE, state and nonce, for its scope", () =>
  withOidcRoom(async (room) => {
    const { url } = await room.begin();
    const asked = Object.fromEntries(url.searchParams);
    assert.equal(asked["code_challenge_method"], "S256");
    assert.ok(asked["code_challenge"] && asked["state"] && asked["nonce"]);
    assert.equal(asked["redirect_uri"], "https://quorate.example/mesh/auth/oidc/callback");
    const { status, body, headers, cookies } = await room.signIn();
    assert.equal(status, 200, String(body));
    assert.match(String(body), /Signed in as ann \(00u1\)\./);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'/);
    const { who, scope, via } = await sessionOf(room, cookies);
    assert.deepEqual([who, scope, via], ["ann (00u1)", "admin", "session"]);
  }));

test("the greatest role counts, from the ID token or from what is told of the user", () =>
  withOidcRoom(async (room) => {
    room.claims["groups"] = [];
    room.claims["realm_access"] = { roles: ["viewer"] };
    assert.equal((await sessionOf(room, (await room.signIn()).cookies)).scope, "read");
    delete room.claims["realm_access"];
    room.userInfo["groups"] = "sre";
    assert.equal((await sessionOf(room, (await room.signIn()).cookies)).scope, "admin");
  }));

test("a person without a role is told which is missing, and the audit log tells of it", () =>
  withOidcRoom(async (room) => {
    room.claims["groups"] = ["dev"];
    await refuses(
      room,
      /ann \(00u1\) is known .* has no role here\. Expected the claim groups=sre/,
    );
    const { body } = await room.expect(200, "GET /api/v1/audit?class=sign_in");
    const [record] = auditPageSchema.parse(body).items;
    assert.deepEqual([record?.actor.kind, record?.error], ["nobody", "forbidden"]);
    assert.equal(record?.operation, "GET /auth/oidc/callback");
  }));

test("a sign-in that succeeded is in the audit log with the person", () =>
  withOidcRoom(async (room) => {
    await room.signIn();
    const { body } = await room.expect(200, "GET /api/v1/audit?class=sign_in");
    const [record] = auditPageSchema.parse(body).items;
    assert.deepEqual([record?.actor.name, record?.action], ["ann (00u1)", "sign_in"]);
  }));

test("another state, another nonce, a wrong code and a refusal sign nobody in", () =>
  withOidcRoom(async (room) => {
    await refuses(room, /did not succeed/, (back) => back.searchParams.set("state", "other"));
    await refuses(room, /did not succeed: .*access_denied/, (back) => {
      back.searchParams.delete("code");
      back.searchParams.set("error", "access_denied");
    });
    room.claims["nonce"] = "other";
    await refuses(room, /did not succeed/);
    delete room.claims["nonce"];
    room.claims["aud"] = "somebody-else";
    await refuses(room, /did not succeed/);
  }));

test("an answer is taken only in the browser that began, once, and within 10 minutes", () =>
  withOidcRoom(async (room) => {
    const { url, cookie } = await room.begin();
    const sent = await fetch(url, { redirect: "manual" });
    const { search } = new URL(sent.headers.get("location") ?? "");
    const callback = (headers: Record<string, string>) =>
      room.call(`GET /auth/oidc/callback${search}`, { token: null, headers });
    assert.equal((await callback({})).status, 403);
    assert.equal((await callback({ cookie: "quorate_login=guessed" })).status, 403);
    assert.equal((await callback({ cookie })).status, 200);
    const again = await callback({ cookie });
    assert.equal(again.status, 403);
    assert.match(String(again.body), /not begun in this browser within the last 10 minutes/);
    const late = await room.begin();
    room.clock.advance(600_000);
    assert.equal((await callback({ cookie: late.cookie })).status, 403);
  }));

test("a provider that does not answer is told as such, and is asked again the next time", () =>
  withOidcRoom(async (room) => {
    const { port } = room.provider.address();
    await room.provider.stop();
    const refused = await room.expect(503, "GET /auth/oidc/login", { token: null });
    assert.match(String(refused.body), /identity provider .* does not answer as one/);
    await room.provider.start(port, "127.0.0.1");
    await room.expect(302, "GET /auth/oidc/login", { token: null });
  }));

test("one goes on to a path of this server, and to no other", () =>
  withOidcRoom(async (room) => {
    for (const [path, to] of [
      ["/incidents/inc_1?tab=all", "/incidents/inc_1?tab=all"],
      ["//evil.test", "/"],
      ["/\\evil.test", "/"],
      ["https://evil.test", "/"],
      ['/"><script>', "/"],
    ] as const) {
      const query = `/auth/oidc/login?return=${encodeURIComponent(path)}`;
      const { body } = await room.signIn(undefined, query);
      const shown = to.replaceAll("&", "&amp;");
      assert.ok(String(body).includes(`content="0;url=/mesh${shown}"`), String(body));
    }
  }));

test("names of people are text on the page, whatever they hold", () =>
  withOidcRoom(async (room) => {
    room.claims["preferred_username"] = "<script>alert(1)</script>";
    const { body } = await room.signIn();
    assert.ok(!String(body).includes("<script>"));
  }));

test("the page that signs people in learns whether there is a provider", async () => {
  await withHttpRoom(async (room) => {
    const { body } = await room.expect(200, "GET /auth/methods", { token: null });
    assert.deepEqual(body, { token: true, oidc: null });
    await room.refused(404, "GET /auth/oidc/login", { token: null });
  });
  await withOidcRoom(async (room) => {
    const { body } = await room.expect(200, "GET /auth/methods", { token: null });
    const issuer = room.provider.issuer.url;
    assert.deepEqual(body, { token: true, oidc: { loginPath: "/auth/oidc/login", issuer } });
  });
});

test("the secret that the provider knows is in no answer and in nothing that is stored", () =>
  withOidcRoom(async (room) => {
    const { cookies } = await room.signIn();
    const kept = room.everythingStored();
    assert.ok(!kept.includes("planted-secret") && !kept.includes(cookies.slice(-32)));
    const { url } = await room.begin();
    assert.ok(!url.href.includes("planted-secret"));
  }));

test("a public client signs people in without a secret", () =>
  withOidcRoom(
    async (room) => {
      assert.equal((await room.signIn()).status, 200);
    },
    { clientSecret: null },
  ));

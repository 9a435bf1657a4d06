/** Who may call what. */
import assert from "node:assert/strict";
import test from "node:test";
import { tokenCreatedSchema, tokenPageSchema } from "../../../shared/api/token.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

test("without a token, with a wrong one or another form of it, the answer is 401", () =>
  withHttpRoom(async (room) => {
    const missing = await room.expect(401, "GET /api/v1/targets", { token: null });
    assert.equal(missing.headers.get("www-authenticate"), 'Bearer realm="quorate"');
    const wrong = await room.expect(401, "GET /api/v1/targets", { token: "qrt_admin_wrong" });
    assert.match(wrong.headers.get("www-authenticate") ?? "", /invalid_token/);
    const headers = { authorization: "Basic YTpi" };
    await room.refused(401, "GET /api/v1/targets", { token: null, headers });
    await room.refused(401, "GET /api/v1/targets", { token: "x".repeat(5_000) });
    assert.ok(!JSON.stringify(wrong.body).includes("qrt_admin_wrong"));
  }));

test("admin does all, write implies read, and the missing scope is named", () =>
  withHttpRoom(async (room) => {
    const [read, write] = await Promise.all([room.token("read"), room.token("write")]);
    await room.expect(200, "GET /api/v1/targets", { token: read });
    await room.expect(200, "GET /api/v1/targets", { token: write });
    const body = { name: "p", region: "r", zone: "z" };
    const refusal = await room.refused(403, "POST /api/v1/probes", { token: read, body });
    assert.match(refusal.detail, /scope write; yours has scope read/);
    await room.expect(201, "POST /api/v1/probes", { token: write, body });
    await room.refused(403, "GET /api/v1/tokens", { token: write });
    await room.expect(200, "GET /api/v1/tokens");
  }));

test("tokens of probes and of callers may not use this API", () =>
  withHttpRoom(async (room) => {
    for (const scope of ["probe", "calls"] as const) {
      const token = await room.token(scope);
      await room.refused(403, "GET /api/v1/verdicts", { token });
    }
  }));

test("a caller without a token learns nothing of the body's faults", () =>
  withHttpRoom(async (room) => {
    await room.refused(401, "POST /api/v1/targets", { token: null, body: "{" });
  }));

test("health, readiness, metrics, the document and the first page are open", () =>
  withHttpRoom(async (room) => {
    for (const path of ["/", "/healthz", "/readyz", "/metrics", "/openapi.json"]) {
      await room.expect(200, `GET ${path}`, { token: null });
    }
    room.engine.setReady(false);
    await room.refused(503, "GET /readyz", { token: null });
    await room.expect(200, "GET /healthz", { token: null });
  }));

test("too many wrong tokens block new ones for a minute, not those that signed in before", () =>
  withHttpRoom(async (room) => {
    await room.expect(200, "GET /api/v1/targets");
    const fresh = await room.token("read");
    const guess = { token: "qrt_read_guess" };
    for (let count = 0; count < LIMITS.signInFailuresMax; count += 1) {
      await room.expect(401, "GET /api/v1/targets", guess);
    }
    const blocked = await room.expect(429, "GET /api/v1/targets", guess);
    assert.equal(blocked.headers.get("retry-after"), "60");
    await room.expect(429, "GET /api/v1/targets", { token: fresh });
    await room.expect(200, "GET /api/v1/targets");
    room.clock.advance(60_000);
    await room.expect(200, "GET /api/v1/targets", { token: fresh });
  }));

test("a token is shown once, listed without its secret, and void once deleted or expired", () =>
  withHttpRoom(async (room) => {
    const expiresAt = "2026-01-01T01:00:00.000Z";
    const body = { name: "ci", scope: "read", expiresAt };
    const created = await room.expect(201, "POST /api/v1/tokens", { body });
    const { token, secret } = tokenCreatedSchema.parse(created.body);
    assert.match(secret, /^qrt_read_[0-9a-z]{32}$/);
    const list = await room.expect(200, "GET /api/v1/tokens");
    assert.ok(tokenPageSchema.parse(list.body).items.some(({ id }) => id === token.id));
    assert.ok(!JSON.stringify(list.body).includes(secret));
    assert.ok(!JSON.stringify(await room.store.tokens.all()).includes(secret));
    await room.expect(200, "GET /api/v1/targets", { token: secret });
    room.clock.advance(3_600_000);
    await room.refused(401, "GET /api/v1/targets", { token: secret });
    await room.expect(204, `DELETE /api/v1/tokens/${token.id}`);
    await room.refused(404, `DELETE /api/v1/tokens/${token.id}`);
    await room.refused(422, "POST /api/v1/tokens", { body });
  }));

test("a token for a probe names one that exists, and no other scope names any", () =>
  withHttpRoom(async (room) => {
    await room.refused(422, "POST /api/v1/tokens", { body: { name: "a", scope: "probe" } });
    const other = { name: "a", scope: "read", probe: "p" };
    await room.refused(422, "POST /api/v1/tokens", { body: other });
    const absent = { name: "a", scope: "probe", probe: "p" };
    await room.refused(404, "POST /api/v1/tokens", { body: absent });
  }));

test("the last valid admin token cannot be deleted", () =>
  withHttpRoom(async (room) => {
    await room.expect(200, "GET /api/v1/tokens");
    const [admin] = await room.store.tokens.all();
    await room.refused(409, `DELETE /api/v1/tokens/${admin?.id}`);
    const expiresAt = "2026-01-01T00:30:00.000Z";
    const body = { name: "second", scope: "admin", expiresAt };
    const second = await room.expect(201, "POST /api/v1/tokens", { body });
    const { token } = tokenCreatedSchema.parse(second.body);
    room.clock.advance(3_600_000);
    await room.refused(409, `DELETE /api/v1/tokens/${admin?.id}`);
    await room.expect(204, `DELETE /api/v1/tokens/${token.id}`);
  }));

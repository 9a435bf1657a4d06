/** Tokens: rotated with an overlap, revoked at once, never kept in the clear. */
import assert from "node:assert/strict";
import test from "node:test";
import { sessionSchema } from "../../../shared/api/session.ts";
import { tokenCreatedSchema, tokenPageSchema } from "../../../shared/api/token.ts";
import { signedIn } from "../../helpers/browser.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { readSse } from "../../helpers/sse-reader.ts";

const DAY_MS = 86_400_000;

async function makeToken(room: HttpRoom, body: object) {
  const made = await room.expect(201, "POST /api/v1/tokens", { body });
  return tokenCreatedSchema.parse(made.body);
}

async function rotate(room: HttpRoom, id: string, body?: object) {
  const rotated = await room.expect(200, `POST /api/v1/tokens/${id}/rotate`, { body });
  return tokenCreatedSchema.parse(rotated.body);
}

const reads = (room: HttpRoom, status: number, token: string) =>
  room.expect(status, "GET /api/v1/targets", { token });

async function listed(room: HttpRoom, id: string) {
  const list = await room.expect(200, "GET /api/v1/tokens");
  return tokenPageSchema.parse(list.body).items.find((one) => one.id === id);
}

test("a rotated token has a new secret, and the old one is accepted for a day", () =>
  withHttpRoom(async (room) => {
    const old = await makeToken(room, { name: "ci", scope: "read", labels: { team: "pay" } });
    const { token, secret } = await rotate(room, old.token.id);
    assert.notEqual(secret, old.secret);
    assert.deepEqual([token.id, token.labels], [old.token.id, { team: "pay" }]);
    assert.ok(token.rotatedAt !== null);
    room.clock.advance(DAY_MS - 1);
    await reads(room, 200, old.secret);
    await reads(room, 200, secret);
    room.clock.advance(1);
    await reads(room, 401, old.secret);
    await reads(room, 200, secret);
  }));

test("without a grace the old secret is void at once, and what was rotated before always is", () =>
  withHttpRoom(async (room) => {
    const first = await makeToken(room, { name: "ci", scope: "read" });
    const { id } = first.token;
    const second = await rotate(room, id);
    const third = await rotate(room, id);
    await reads(room, 401, first.secret);
    await reads(room, 200, second.secret);
    await rotate(room, id, { graceMs: 0 });
    await reads(room, 401, third.secret);
    for (const graceMs of [-1, 1.5, 31 * DAY_MS]) {
      await room.refused(422, `POST /api/v1/tokens/${id}/rotate`, { body: { graceMs } });
    }
    await room.refused(404, "POST /api/v1/tokens/tok_none/rotate");
  }));

test("sessions of a rotated token end with its old secret", () =>
  withHttpRoom(async (room) => {
    const { token, secret } = await makeToken(room, { name: "ci", scope: "read" });
    const headers = await signedIn(room, secret);
    await rotate(room, token.id, { graceMs: 60_000 });
    const read = await room.expect(200, "GET /api/v1/session", { token: null, headers });
    assert.equal(sessionSchema.parse(read.body).expiresAt, "2026-01-01T00:01:00.000Z");
    room.clock.advance(60_000);
    await room.expect(401, "GET /api/v1/session", { token: null, headers });
  }));

test("a token is revoked and rotated by its name, and by its id where names are shared", () =>
  withHttpRoom(async (room) => {
    const leaked = await makeToken(room, { name: "leaked", scope: "read" });
    const next = await rotate(room, "leaked", { graceMs: 0 });
    assert.equal(next.token.id, leaked.token.id);
    await room.expect(204, "DELETE /api/v1/tokens/leaked");
    await reads(room, 401, next.secret);
    await room.refused(404, "DELETE /api/v1/tokens/leaked");
    const twins = [
      await makeToken(room, { name: "ci", scope: "read" }),
      await makeToken(room, { name: "ci", scope: "read" }),
    ];
    for (const call of ["DELETE /api/v1/tokens/ci", "POST /api/v1/tokens/ci/rotate"]) {
      const { detail } = await room.refused(409, call);
      assert.match(detail, /^2 tokens are called ci\. Say which by its id: tok_\w+, tok_\w+\.$/);
    }
    for (const { secret } of twins) await reads(room, 200, secret);
    await room.expect(204, `DELETE /api/v1/tokens/${twins[0]?.token.id}`);
    await reads(room, 200, twins[1]?.secret ?? "");
  }));

test("the streams of a revoked token end at once, and so do those of its sessions", () =>
  withHttpRoom(async (room) => {
    const { token, secret } = await makeToken(room, { name: "ci", scope: "read" });
    const cookie = await signedIn(room, secret);
    const open = async (headers: Record<string, string>) =>
      readSse(await room.app.request("/api/v1/events", { headers }));
    const streams = [await open({ authorization: `Bearer ${secret}` }), await open(cookie)];
    const other = await open(await signedIn(room, "read"));
    await Promise.all([...streams, other].map((stream) => stream.until(/events of Quorate/)));
    await room.expect(204, `DELETE /api/v1/tokens/${token.id}`);
    for (const stream of streams) assert.match(await stream.rest(), /no longer valid\n\n$/);
    await other.leave();
  }));

test("a session that an admin ends loses its streams at once", () =>
  withHttpRoom(async (room) => {
    const headers = await signedIn(room, "read");
    const stream = readSse(await room.app.request("/api/v1/events", { headers }));
    await stream.until(/events of Quorate/);
    const [session] = await room.store.browserSessions.all();
    await room.expect(204, `DELETE /api/v1/sessions/${session?.id ?? ""}`);
    assert.match(await stream.rest(), /no longer valid/);
  }));

test("the list tells when a token was used last, to a minute", () =>
  withHttpRoom(async (room) => {
    const { token, secret } = await makeToken(room, { name: "ci", scope: "read" });
    assert.equal((await listed(room, token.id))?.lastUsedAt, null);
    await reads(room, 200, secret);
    room.clock.advance(59_000);
    await reads(room, 200, secret);
    assert.equal((await listed(room, token.id))?.lastUsedAt, "2026-01-01T00:00:00.000Z");
    room.clock.advance(1_000);
    await reads(room, 200, secret);
    assert.equal((await listed(room, token.id))?.lastUsedAt, "2026-01-01T00:01:00.000Z");
  }));

test("tokens of admins and probes cannot be bound, and labels are those of targets", () =>
  withHttpRoom(async (room) => {
    const labels = { team: "pay" };
    await room.refused(422, "POST /api/v1/tokens", { body: { name: "a", scope: "admin", labels } });
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`k${at}`, "v"]));
    const body = { name: "a", scope: "read", labels: many };
    await room.refused(422, "POST /api/v1/tokens", { body });
  }));

test("no secret of a token or a session is ever kept in the clear", () =>
  withHttpRoom(async (room) => {
    const made = await makeToken(room, { name: "ci", scope: "write" });
    const headers = { "idempotency-key": "once" };
    const repeat = { headers, body: { name: "sealed", scope: "read" } };
    const sealed = tokenCreatedSchema.parse(
      (await room.expect(201, "POST /api/v1/tokens", repeat)).body,
    );
    const rotated = await rotate(room, made.token.id);
    const cookie = await signedIn(room, rotated.secret);
    await settle();
    const kept = room.everythingStored();
    for (const secret of [made.secret, sealed.secret, rotated.secret, cookie["cookie"] ?? ""]) {
      const chance = secret.slice(-32);
      assert.equal(chance.length, 32);
      assert.ok(!kept.includes(chance));
    }
    assert.ok(kept.includes(made.token.id), "the dump has what is stored");
  }));

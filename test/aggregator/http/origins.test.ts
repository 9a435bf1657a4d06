/** Where requests come from, which sites may ask, and what browsers are told of answers. */
import assert from "node:assert/strict";
import test from "node:test";
import { createOrigins } from "../../../aggregator/http/origins.ts";
import { listenHttp } from "../../../aggregator/http/listen.ts";
import { auditPageSchema } from "../../../shared/api/audit.ts";
import { systemClock } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { silentLog } from "../../../shared/log.ts";
import { networksOf } from "../../../shared/networks.ts";
import { openHttpRoom, withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import type { HttpDeps } from "../../../aggregator/http/context.ts";

/** A room behind a real socket on 127.0.0.1. */
async function withServer(
  over: Partial<HttpDeps>,
  use: (room: HttpRoom, url: string) => Promise<void>,
): Promise<void> {
  const room = openHttpRoom(() => over);
  const parts = { app: room.app, clock: systemClock(), log: silentLog() };
  const server = await listenHttp({ ...parts, host: "127.0.0.1", port: 0 });
  try {
    await use(room, server.url);
  } finally {
    await server.close(0);
    await room.close();
  }
}

/** The address that the audit log has of a refused write with these headers. */
async function addressOf(room: HttpRoom, url: string, headers: Record<string, string>) {
  const authorization = `Bearer ${await room.token("read")}`;
  await fetch(`${url}/api/v1/targets/x`, {
    method: "DELETE",
    headers: { ...headers, authorization },
  });
  const { body } = await room.expect(200, "GET /api/v1/audit?class=refused&limit=1");
  return auditPageSchema.parse(body).items[0]?.address;
}

test("X-Forwarded-For counts only from proxies that are named, from the right", async () => {
  await withServer({}, async (room, url) => {
    const forged = { "x-forwarded-for": "203.0.113.9" };
    assert.equal(await addressOf(room, url, forged), "127.0.0.1");
  });
  const trustProxy = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"];
  await withServer({ trustProxy }, async (room, url) => {
    for (const [header, address] of [
      ["203.0.113.9", "203.0.113.9"],
      ["198.51.100.7, 203.0.113.9, 10.1.2.3", "203.0.113.9"],
      ["2001:db8::1", "2001:db8::1"],
      ["2001:470::9, [2001:db8::1]:443", "2001:470::9"],
      ["203.0.113.9:5555", "203.0.113.9"],
      ["<script>, 10.1.2.3", "10.1.2.3"],
      ["", "127.0.0.1"],
    ] as const) {
      assert.equal(await addressOf(room, url, { "x-forwarded-for": header }), address, header);
    }
  });
});

test("who guesses behind a named proxy is limited by its own address", () =>
  withServer({ trustProxy: ["127.0.0.1"] }, async (_room, url) => {
    const guess = async (from: string): Promise<number> => {
      const headers = { authorization: "Bearer qrt_admin_guess", "x-forwarded-for": from };
      return (await fetch(`${url}/api/v1/targets`, { headers })).status;
    };
    for (let count = 0; count < LIMITS.signInFailuresMax; count += 1) await guess("203.0.113.9");
    assert.equal(await guess("203.0.113.9"), 429);
    assert.equal(await guess("203.0.113.10"), 401);
  }));

test("a request is known as https by itself, by a named proxy, or by the public address", () => {
  const asked = (url: string, headers: Record<string, string>, peer = "127.0.0.1") => {
    const incoming = { socket: { remoteAddress: peer } };
    return { req: { url, header: (name: string) => headers[name] }, env: { incoming } };
  };
  const plain = createOrigins({});
  assert.equal(plain.isHttps(asked("https://q.test/", {})), true);
  const forwarded = { "x-forwarded-proto": "https", host: "q.test" };
  assert.equal(plain.isHttps(asked("http://q.test/", forwarded)), false);
  const trusting = createOrigins({ trustProxy: ["127.0.0.1"] });
  assert.equal(trusting.isHttps(asked("http://q.test/", forwarded)), true);
  assert.equal(trusting.isHttps(asked("http://q.test/", forwarded, "203.0.113.9")), false);
  const known = createOrigins({ publicUrl: "https://q.test" });
  assert.equal(known.isHttps(asked("http://q.test/", { host: "q.test" })), true);
  assert.equal(known.isHttps(asked("http://127.0.0.1/", { host: "127.0.0.1" })), false);
});

test("a network is read as CIDR or as an address, and anything else is refused", () => {
  assert.equal(networksOf(["10.0.0.0/8"]).check("10.9.9.9", "ipv4"), true);
  assert.equal(networksOf(["::1"]).check("::1", "ipv6"), true);
  for (const text of ["", "10.0.0.0/33", "::1/129", "proxy.example", "10.0.0.0/-1"]) {
    assert.throws(() => networksOf([text]), { code: "invalid", message: /10\.0\.0\.0\/8/ }, text);
  }
});

test("every answer tells browsers to be strict; pages and badges say more of their own", () =>
  withHttpRoom(async (room) => {
    for (const [request, status] of [
      ["GET /api/v1/targets", 200],
      ["GET /nothing", 404],
      ["DELETE /healthz", 405],
      ["GET /healthz", 200],
      ["GET /api/v1/targets?limit=x", 422],
    ] as const) {
      const { headers } = await room.expect(status, request);
      assert.equal(headers.get("x-content-type-options"), "nosniff", request);
      assert.equal(headers.get("referrer-policy"), "no-referrer", request);
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'/, request);
      assert.match(policy, /frame-ancestors 'none'/, request);
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", request);
      assert.equal(headers.get("strict-transport-security"), null, request);
      assert.equal(headers.get("access-control-allow-origin"), null, request);
    }
    const { headers } = await room.expect(200, "GET https://q.test/healthz");
    assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
  }));

test("pages of another site may ask only where it is named, and never with a cookie", async () => {
  const origin = "https://grafana.example";
  const room = openHttpRoom(() => ({ corsOrigins: [origin] }));
  try {
    const preflight = { origin, "access-control-request-method": "PUT" };
    const asked = await room.expect(204, "OPTIONS /api/v1/targets/x", {
      token: null,
      headers: preflight,
    });
    assert.equal(asked.headers.get("access-control-allow-origin"), origin);
    assert.match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/);
    const told = await room.expect(200, "GET /api/v1/targets", { headers: { origin } });
    assert.equal(told.headers.get("access-control-allow-origin"), origin);
    assert.equal(told.headers.get("access-control-allow-credentials"), null);
    assert.match(told.headers.get("vary") ?? "", /Origin/);
    const refused = await room.expect(401, "GET /api/v1/targets", {
      token: null,
      headers: { origin },
    });
    assert.equal(refused.headers.get("access-control-allow-origin"), origin);
    const other = { origin: "https://evil.test", "access-control-request-method": "PUT" };
    const denied = await room.call("OPTIONS /api/v1/targets/x", { token: null, headers: other });
    assert.equal(denied.headers.get("access-control-allow-origin"), null);
  } finally {
    await room.close();
  }
});

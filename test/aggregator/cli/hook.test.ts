import assert from "node:assert/strict";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { describeArrival, startHook } from "../../../aggregator/cli/hook.ts";
import type { Arrival } from "../../../aggregator/cli/hook.ts";
import { signatureProblem } from "../../../aggregator/cli/signature.ts";
import { systemClock } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { capture } from "./capture.ts";

const SECRET = `whsec_${Buffer.from("a secret of twenty-four!").toString("base64")}`;
const BODY = JSON.stringify({
  id: "evt_1",
  type: "target.down",
  timestamp: "2026-01-01T00:00:00.000Z",
  data: { sentence: "Down: nobody reaches it.", target: { name: "checkout" } },
});

async function withHook(
  secret: string | null,
  body: (url: string, arrivals: Arrival[]) => Promise<void>,
): Promise<void> {
  const arrivals: Arrival[] = [];
  const hook = await startHook({
    clock: systemClock(),
    listen: { host: "127.0.0.1", port: 0 },
    secret,
    onArrival: (arrival) => arrivals.push(arrival),
  });
  try {
    await body(hook.url, arrivals);
  } finally {
    await hook.close();
  }
}

/** Headers as the reference library makes them, for now. */
function signedHeaders(body: string, secret = SECRET): Record<string, string> {
  const at = new Date(systemClock().wallMs());
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { method: "POST", body, headers });
  await response.text();
  return response.status;
}

test("a webhook that the reference library signed is verified", async () => {
  await withHook(SECRET, async (url, arrivals) => {
    assert.equal(await post(url, BODY, signedHeaders(BODY)), 204);
    assert.equal(arrivals[0]?.signature, "verified");
    assert.deepEqual(arrivals[0]?.body, JSON.parse(BODY));
  });
});

test("a changed body, another secret and missing headers are refused with 401", async () => {
  await withHook(SECRET, async (url, arrivals) => {
    const other = `whsec_${Buffer.from("another secret").toString("base64")}`;
    assert.equal(await post(url, `${BODY} `, signedHeaders(BODY)), 401);
    assert.equal(await post(url, BODY, signedHeaders(BODY, other)), 401);
    assert.equal(await post(url, BODY, {}), 401);
    assert.deepEqual(
      arrivals.map(({ signature, problem }) => [signature, problem.split(":")[0]]),
      [
        ["refused", "no signature fits the secret"],
        ["refused", "no signature fits the secret"],
        ["refused", "a header is missing"],
      ],
    );
  });
});

test("without a secret everything is accepted and said to be unverified", async () => {
  await withHook(null, async (url, arrivals) => {
    assert.equal(await post(url, "no json", {}), 204);
    assert.equal(arrivals[0]?.signature, "unverified");
    assert.equal(arrivals[0]?.body, "no json");
  });
});

test("what is no POST or too large is refused and not printed", async () => {
  await withHook(null, async (url, arrivals) => {
    const get = await fetch(url);
    await get.text();
    assert.equal(get.status, 405);
    assert.equal(await post(url, "x".repeat(LIMITS.bodyBytesMax + 1), {}), 413);
    assert.equal(arrivals.length, 0);
  });
});

test("a timestamp too far from now, and one of several signatures", () => {
  const headers = signedHeaders(BODY);
  const message = {
    id: "msg_1",
    timestamp: headers["webhook-timestamp"] ?? "",
    signature: `v1,AAAA v2,x ${headers["webhook-signature"] ?? ""}`,
    body: Buffer.from(BODY),
  };
  const nowMs = Number(message.timestamp) * 1_000;
  assert.equal(signatureProblem(message, SECRET, nowMs), null);
  assert.match(signatureProblem(message, SECRET, nowMs + 301_000) ?? "", /301 s away from now/);
  assert.match(signatureProblem(message, SECRET, nowMs - 301_000) ?? "", /301 s away from now/);
  assert.match(
    signatureProblem({ ...message, timestamp: "soon" }, SECRET, nowMs) ?? "",
    /not in seconds/,
  );
});

test("an arrival is one line that no sender can break", () => {
  const arrival: Arrival = {
    receivedAt: "2026-01-01T12:04:31.000Z",
    id: "msg\u001b[2J_1",
    signature: "verified",
    problem: "",
    body: JSON.parse(BODY),
  };
  assert.equal(
    describeArrival(arrival, capture()),
    "12:04:31 target.down verified checkout: Down: nobody reaches it. (msg [2J_1)",
  );
  const refused = { ...arrival, signature: "refused" as const, problem: "no signature fits" };
  assert.equal(
    describeArrival(refused, capture()),
    "12:04:31 refused msg [2J_1: no signature fits",
  );
});

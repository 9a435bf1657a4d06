import assert from "node:assert/strict";
import test from "node:test";
import { Webhook } from "standardwebhooks";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { systemClock } from "../../../shared/clock.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { VERSION } from "../../../shared/version.ts";
import { startWebhookReceiver, until } from "../../helpers/webhook-receiver.ts";
import type { Answer, Received } from "../../helpers/webhook-receiver.ts";

const secret = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;
const body = '{"id":"evt_1","type":"target.down","data":{"sentence":"Größe „ab“ ✓"}}';
const id = "msg_tgt_web_t4_chn_a";

interface Exchange {
  received: Received | undefined;
  outcome: SendOutcome;
}

/** One message to a receiver that answers so. */
async function exchange(answer: Answer, options: Record<string, unknown> = {}): Promise<Exchange> {
  const receiver = await startWebhookReceiver();
  receiver.always(answer);
  const given = { url: `${receiver.url}/in/1?a=b%20c`, secret, ...options };
  const notifier = prepareNotifier("webhook", given);
  const message = { id, body, atMs: systemClock().wallMs() };
  const outcome = await notifier.send(message, new AbortController().signal);
  await receiver.close();
  return { received: receiver.received[0], outcome };
}

function issuesOf(options: unknown): string[] {
  try {
    prepareNotifier("webhook", options);
  } catch (error) {
    if (error instanceof QuorateError) {
      return error.issues.map(({ path, message }) => `${path}: ${message}`);
    }
    throw error;
  }
  return [];
}

test("a message is a POST that the reference library verifies", async () => {
  const { received, outcome } = await exchange({ status: 200 }, { headers: { "X-Team": "shop" } });
  assert.ok(received);
  assert.equal(received.method, "POST");
  assert.equal(received.path, "/in/1?a=b%20c");
  assert.equal(received.body, body);
  assert.equal(received.id, id);
  assert.equal(received.headers["content-type"], "application/json");
  assert.equal(received.headers["user-agent"], `quorate/${VERSION}`);
  assert.equal(received.headers["x-team"], "shop");
  const { "webhook-timestamp": timestamp, "webhook-signature": signature } = received.headers;
  const headers = {
    "webhook-id": received.id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": String(signature),
  };
  assert.deepEqual(new Webhook(secret).verify(received.body, headers), JSON.parse(body));
  const other = new Webhook(`whsec_${Buffer.alloc(24, 4).toString("base64")}`);
  assert.throws(() => other.verify(received.body, headers));
  assert.deepEqual(
    [outcome.ok, outcome.status, outcome.detail],
    [true, 200, "Answered 200. Delivered."],
  );
});

test("an unsigned channel sends no signature", async () => {
  const { received } = await exchange({ status: 200 }, { secret: undefined, unsigned: true });
  assert.equal(received?.headers["webhook-signature"], undefined);
  assert.equal(received?.id, id);
});

test("a chosen user agent replaces the own one", async () => {
  const { received } = await exchange({ status: 200 }, { headers: { "User-Agent": "relay/1" } });
  assert.equal(received?.headers["user-agent"], "relay/1");
});

test("exactly 408, 425, 429 and 5xx are tried again", async () => {
  const retried: number[] = [];
  for (const status of [301, 307, 400, 401, 404, 408, 409, 410, 422, 425, 429, 500, 503, 599]) {
    const { outcome } = await exchange({ status });
    assert.deepEqual([outcome.ok, outcome.status], [false, status]);
    if (outcome.retry) retried.push(status);
  }
  assert.deepEqual(retried, [408, 425, 429, 500, 503, 599]);
});

test("a redirect is not followed, and its sentence says where to", async () => {
  const location = "https://new.example/in?token=geheim";
  const { outcome } = await exchange({ status: 308, headers: { location } });
  assert.equal(
    outcome.detail,
    'Answered 308, moved to "https://new.example/in". Redirects are not followed: ' +
      `set the channel's url to the new address.`,
  );
});

test("410 says that the receiver is gone", async () => {
  const { outcome } = await exchange({ status: 410 });
  assert.match(outcome.detail, /gone for good: delete the channel or correct its url\.$/);
});

test("Retry-After is read as seconds and as a date, and nonsense is ignored", async () => {
  const wait = async (status: number, value: string): Promise<number | null> => {
    const { outcome } = await exchange({ status, headers: { "retry-after": value } });
    return outcome.retryAfterMs;
  };
  assert.equal(await wait(429, "120"), 120_000);
  assert.equal(await wait(503, "0"), 0);
  assert.equal(await wait(503, "Fri, 01 Jan 2021 00:00:00 GMT"), 0);
  assert.ok(((await wait(503, "Fri, 01 Jan 2100 00:00:00 GMT")) ?? 0) > LIMITS.retryAfterMsMax);
  assert.equal(await wait(429, "soon"), null);
  assert.equal(await wait(400, "120"), null);
});

test("what a receiver says is quoted, cut, and cannot write into a terminal", async () => {
  const { outcome } = await exchange({
    status: 422,
    body: `\u001b[2J no field "x" ${"y".repeat(900)}`,
  });
  assert.match(outcome.detail, /It said: "\\u001b\[2J no field \\"x\\" y+…"$/);
  assert.ok(outcome.detail.length < LIMITS.detailCharsMax);
});

test("an aborted send says how long it waited", async () => {
  const receiver = await startWebhookReceiver();
  receiver.always("hang");
  const notifier = prepareNotifier("webhook", { url: receiver.url, secret, timeoutMs: 2_500 });
  assert.equal(notifier.timeoutMs, 2_500);
  const controller = new AbortController();
  const sending = notifier.send({ id, body, atMs: 0 }, controller.signal);
  await receiver.until(1);
  controller.abort();
  assert.equal((await sending).detail, `No answer from ${receiver.url} within 2.5 s.`);
  await receiver.close();
});

test("a URL must be http or https, without user, password and fragment", () => {
  const bad = ["", "example.org", "ftp://a/", "http://u:p@a/", "http://a/#x", "http://", 5];
  for (const url of bad) {
    const [issue, ...rest] = issuesOf({ url, secret });
    assert.equal(rest.length, 0);
    assert.match(issue ?? "", /^options\.url: expected /, String(url));
  }
  assert.deepEqual(issuesOf({ url: "http://localhost:8080/x?y", secret }), []);
});

test("a secret is needed unless unsigned, and it must be a right one", () => {
  const url = "http://a.example/";
  const short = `whsec_${Buffer.alloc(23).toString("base64")}`;
  assert.match(issuesOf({ url })[0] ?? "", /^options\.secret: expected a secret, or `unsigned/);
  assert.match(issuesOf({ url, secret, unsigned: true })[0] ?? "", /^options\.unsigned: /);
  for (const wrong of [short, "whsec_", "abc", secret.slice(6), `${secret}=`, `${secret} `]) {
    assert.match(issuesOf({ url, secret: wrong })[0] ?? "", /^options\.secret: expected whsec_/);
  }
});

test("headers that Quorate sets, or that split the request, are refused by name only", () => {
  const url = "http://a.example/";
  const issues = (name: string, value = "secret-value") =>
    issuesOf({ url, secret, headers: { [name]: value } });
  for (const name of ["Webhook-Signature", "HOST", "content-length", "transfer-encoding"]) {
    assert.deepEqual(issues(name), [
      `options.headers.${name}: this header is set by Quorate and cannot be chosen`,
    ]);
  }
  assert.match(issues("a b")[0] ?? "", /expected the name of an HTTP header$/);
  assert.match(
    issues("x-a", "secret-value\r\nx-b: 1")[0] ?? "",
    /expected one line of Latin-1 text$/,
  );
});

test("certificates that are none are refused by their path", () => {
  const empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
  for (const ca of ["nonsense", empty]) {
    const [issue] = issuesOf({ url: "https://a.example/", secret, tls: { ca } });
    assert.match(issue ?? "", /^options\.tls\.ca: Expected certificates in PEM/);
  }
});

test("messages after each other share a connection, which is closed when none comes", async () => {
  const receiver = await startWebhookReceiver();
  const notifier = prepareNotifier("webhook", { url: receiver.url, secret });
  const counts = new Set<number>();
  for (let count = 0; count < 5; count += 1) {
    const message = { id: `${id}_${count}`, body, atMs: systemClock().wallMs() };
    assert.equal((await notifier.send(message, new AbortController().signal)).ok, true);
    counts.add(receiver.connections());
  }
  assert.ok(Math.max(...counts) <= 2, `over ${Math.max(...counts)} connections`);
  await until("the idle connection to be closed", () => receiver.connections() === 0);
  await receiver.close();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, silent, startTarget } from "../../helpers/target-server.ts";
import type { Cue, TargetServer } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

type Options = Record<string, unknown>;

/** Looks once at a server that follows the cue. */
function look(cue: Cue, options: Options = {}, timeoutMs = 5_000): Promise<CheckOutcome> {
  return withTarget(startTarget(cue), (server) => lookOn(server, options, timeoutMs));
}

function lookOn(server: TargetServer, options: Options, timeoutMs = 5_000): Promise<CheckOutcome> {
  const url = `http://127.0.0.1:${server.port}/health`;
  return lookAt("http", { url, ...options }, { timeoutMs });
}

test("the request is what the options say", async () => {
  await withTarget(startTarget(answers()), async (server) => {
    const outcome = await lookOn(server, {
      url: `http://127.0.0.1:${server.port}/a%20b?c=d#e`,
      method: "PUT",
      headers: { "X-Plain": "1", "User-Agent": "mine" },
      secretHeaders: { "X-Key": "hush" },
      basicAuth: { user: "ann", password: "pä" },
      body: "ü",
    });
    assert.equal(said(outcome), "ok ok");
    const [head = ""] = server.seen;
    assert.match(head, /^PUT \/a%20b\?c=d HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/);
    assert.match(head, /\r\nx-plain: 1\r\n/);
    assert.match(head, /\r\nuser-agent: mine\r\n/);
    assert.match(head, /\r\nx-key: hush\r\n/);
    assert.match(head, /\r\nauthorization: Basic YW5uOnDDpA==\r\n/);
    assert.match(head, /\r\nconnection: close\r\n/);
    assert.match(head, /\r\ncontent-length: 2\r\n/);
  });
});

const STATUS_CASES: [number, unknown[] | undefined, string][] = [
  [200, undefined, "ok ok"],
  [299, undefined, "ok ok"],
  [304, undefined, "sub http_status"],
  [500, undefined, "sub http_status"],
  [500, [500], "ok ok"],
  [418, ["200", "410-420"], "ok ok"],
  [404, ["200", "410-420"], "sub http_status"],
];
for (const [status, expectedStatus, expected] of STATUS_CASES) {
  const wanted = JSON.stringify(expectedStatus ?? "by default");
  test(`status ${status} is ${expected} where ${wanted} is expected`, async () => {
    const outcome = await look(answers({ status }), { expectedStatus });
    assert.equal(said(outcome), expected);
    assert.equal(outcome.facts?.["status"], status);
  });
}

const JSON_ANSWER = { headers: { "content-type": "application/json" }, body: '{"ready":3}' };

const EXPECTATIONS: [Options, string][] = [
  [{ headerContains: { "Content-Type": "json" } }, "ok ok"],
  [{ headerContains: { "Content-Type": "" } }, "ok ok"],
  [{ headerContains: { "Content-Type": "xml" } }, "sub http_header"],
  [{ headerContains: { "X-None": "" } }, "sub http_header"],
  [{ bodyContains: '"ready"' }, "ok ok"],
  [{ bodyContains: "steady" }, "sub http_body"],
  [{ bodyContains: '"ready"', bodyBytesMax: 5 }, "sub http_body"],
  [{ bodyMatches: '"ready": *[1-9]' }, "ok ok"],
  [{ bodyMatches: "READY", bodyMatchesFlags: "i" }, "ok ok"],
  [{ bodyMatches: "READY" }, "sub http_body"],
  [{ expression: "json.ready == 3 && status == 200" }, "ok ok"],
  [{ expression: "headers['content-type'].startsWith('application/')" }, "ok ok"],
  [{ expression: "body.size() == 11 && latencyMs < 5000" }, "ok ok"],
  [{ expression: "json.ready > 3" }, "sub http_expression"],
  [{ expression: "json.gone == 1" }, "sub http_expression"],
  [{ expression: "json.ready" }, "sub http_expression"],
];
for (const [options, expected] of EXPECTATIONS) {
  test(`${JSON.stringify(options)} on a JSON answer is ${expected}`, async () => {
    const outcome = await look(answers(JSON_ANSWER), options);
    assert.equal(said(outcome), expected, outcome.detail);
  });
}

test("json is null when the body is none", async () => {
  const outcome = await look(answers({ body: "<html>" }), { expression: "json == null" });
  assert.equal(said(outcome), "ok ok", outcome.detail);
});

test("a pattern that runs away is stopped, and says nothing about the target", async () => {
  const cue = answers({ body: `${"a".repeat(40)}!` });
  for (const options of [{ bodyMatches: "^(a+)+$" }, { expression: "body.matches('^(a+)+$')" }]) {
    const outcome = await look(cue, options);
    assert.equal(said(outcome), "void misconfigured");
    assert.match(outcome.detail, /took longer than 50 ms/);
  }
});

test("an answer slower than its limit is too slow, although it passed", async () => {
  const late: Cue = (socket, seen) => {
    setImmediate(() => answers()(socket, seen));
  };
  const outcome = await look(late, { latencyLimitMs: 60_000 });
  assert.equal(said(outcome), "ok ok");
  const slow: Cue = (socket) => {
    const clock = systemClock();
    const untilMs = clock.monoMs() + 20;
    while (clock.monoMs() < untilMs);
    answers()(socket, []);
  };
  const tooSlow = await look(slow, { latencyLimitMs: 5 });
  assert.equal(said(tooSlow), "sub latency_limit");
  assert.match(tooSlow.detail, /took \d+ ms; the limit is 5 ms/);
});

const redirectsTo = (location: string, status = 302): Cue =>
  answers({ status, headers: { location } });

test("a redirect is not followed unless it is asked for, and the sentence says so", async () => {
  const outcome = await look(redirectsTo("/x"));
  assert.equal(said(outcome), "sub http_status");
  assert.match(outcome.detail, /redirects are not followed: maxRedirects is 0/);
});

test("a redirect to another origin is followed without credentials", async () => {
  await withTarget(startTarget(answers()), async (end) => {
    await withTarget(
      startTarget(redirectsTo(`http://localhost:${end.port}/end`, 303)),
      async (start) => {
        const outcome = await lookOn(start, {
          method: "POST",
          body: "x",
          headers: { host: "shop.example", "x-plain": "1" },
          bearerToken: "hush",
          secretHeaders: { "x-key": "hush" },
          maxRedirects: 1,
          family: 4,
        });
        assert.equal(said(outcome), "ok ok", outcome.detail);
        assert.equal(outcome.facts?.["redirects"], 1);
        assert.match(start.seen[0] ?? "", /^POST [^]*hush[^]*hush/);
        assert.match(start.seen[0] ?? "", /host: shop\.example/);
        assert.match(end.seen[0] ?? "", /^GET \/end [^]*host: localhost[^]*x-plain: 1/);
        assert.doesNotMatch(end.seen[0] ?? "", /hush|content-length/);
      },
    );
  });
});

test("redirects without end are too many, and one to nowhere breaks the protocol", async () => {
  const around = await look(redirectsTo("/health"), { maxRedirects: 3 });
  assert.equal(said(around), "sub http_redirects");
  const nowhere = await look(redirectsTo("ftp://a/b?token=hush"), { maxRedirects: 3 });
  assert.equal(said(nowhere), "sub protocol_error");
  assert.doesNotMatch(nowhere.detail, /hush/);
});

test("no sentence shows a secret, even when the target echoes it", async () => {
  const secret = `hush-${"x".repeat(100)}`;
  const cues = [
    answers({ headers: { "x-echo": secret } }),
    answers({ headers: { "x-echo": `Basic ${Buffer.from(`ann:${secret}`).toString("base64")}` } }),
  ];
  for (const cue of cues) {
    const options = { basicAuth: { user: "ann", password: secret } };
    const outcome = await look(cue, { ...options, headerContains: { "x-echo": "none" } });
    assert.equal(said(outcome), "sub http_header");
    assert.match(outcome.detail, /\*\*\*/);
    assert.doesNotMatch(outcome.detail, /hush|xxx|YW5uOm/);
  }
});

test("a timeout says how far the answer had come", async () => {
  const outcome = await look(silent, {}, 60);
  assert.equal(said(outcome), "sub read_timeout");
  assert.match(outcome.detail, /did not answer in full within 60 ms: not one byte came\.$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { startHttp } from "../../helpers/http-target.ts";
import type { Told } from "../../helpers/http-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { closedPort } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** Looks once at a server that always answers the same. */
function look(told: Told, options: Record<string, unknown> = {}) {
  return withTarget(
    startHttp(() => told),
    async (target) => {
      const url = `http://127.0.0.1:${target.port}/`;
      return { outcome: await lookAt("http", { url, ...options }), seen: target.seen };
    },
  );
}

const TEXT = Buffer.from("all is well, says the shop");
const CODED: [string, Buffer][] = [
  ["gzip", gzipSync(TEXT)],
  ["x-gzip", gzipSync(TEXT)],
  ["br", brotliCompressSync(TEXT)],
  ["deflate", deflateSync(TEXT)],
  ["deflate", deflateRawSync(TEXT)],
  ["deflate, gzip", gzipSync(deflateSync(TEXT))],
];
for (const [index, [coding, body]] of CODED.entries()) {
  test(`a body coded ${coding} is decoded (${index})`, async () => {
    const told = { headers: { "content-encoding": coding }, body };
    const options = { compressed: true, bodyContains: "says the shop" };
    const { outcome, seen } = await look(told, options);
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(seen[0]?.headers["accept-encoding"], "gzip, deflate, br");
  });
}

test("what comes compressed is decoded though nobody asked", async () => {
  const headers = { "content-encoding": "gzip" };
  const body = gzipSync(TEXT);
  const { outcome, seen } = await look({ headers, body }, { expression: 'body.contains("well")' });
  assert.equal(said(outcome), "ok ok", outcome.detail);
  assert.equal(seen[0]?.headers["accept-encoding"], undefined);
  const unread = await look({ headers, body: "not gzip at all" });
  assert.equal(said(unread.outcome), "ok ok", "a body of which nothing is expected is not read");
});

test("a body that unfolds without end is decoded to its bound", async () => {
  const bomb = gzipSync(Buffer.alloc(30_000_000));
  const headers = { "content-encoding": "gzip" };
  const options = { bodyContains: "x", bodyBytesMax: 1_000_000 };
  const { outcome } = await look({ headers, body: bomb }, options);
  assert.equal(said(outcome), "sub http_body");
  assert.match(outcome.detail, /\(1000000 bytes\) does not contain "x"/);
});

test("a coding that does not hold, or is not known, fails with its name", async () => {
  const headers = { "content-encoding": "gzip" };
  const broken = await look({ headers, body: "not gzip" }, { bodyContains: "x" });
  assert.equal(said(broken.outcome), "sub protocol_error");
  assert.match(broken.outcome.detail, /sent a body that is no gzip\.$/);
  const strange = { headers: { "content-encoding": "zstd" }, body: "?" };
  const { outcome } = await look(strange, { bodyContains: "x" });
  assert.match(outcome.detail, /\(1 bytes, coded zstd\) does not contain/);
});

test("a form is sent encoded, with its type", async () => {
  const { outcome, seen } = await look({}, { method: "POST", form: { "a b": "c&d", e: "ü" } });
  assert.equal(said(outcome), "ok ok");
  assert.equal(seen[0]?.body, "a+b=c%26d&e=%C3%BC");
  assert.equal(seen[0]?.headers["content-type"], "application/x-www-form-urlencoded");
});

test("fields and files are sent in parts", async () => {
  const multipart = [
    { name: "note", value: "hello" },
    { name: "file", value: "a,b", filename: "a.csv", contentType: "text/csv" },
  ];
  const { outcome, seen } = await look({}, { method: "POST", multipart });
  assert.equal(said(outcome), "ok ok");
  const type = String(seen[0]?.headers["content-type"]);
  const boundary = /^multipart\/form-data; boundary=(quorate-[0-9a-f]{40})$/.exec(type)?.[1];
  assert.equal(
    seen[0]?.body,
    `--${boundary}\r\ncontent-disposition: form-data; name="note"\r\n\r\nhello\r\n` +
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n` +
      `content-type: text/csv\r\n\r\na,b\r\n--${boundary}--\r\n`,
  );
});

test("at most one of body, form and multipart is taken", async () => {
  const options = { url: "http://a.test/", body: "a", form: { b: "c" } };
  await assert.rejects(async () => lookAt("http", options), /one of body, form and multipart/);
});

const HEADERS: [object, string, RegExp][] = [
  [{ headerMatches: { "X-Build": "^v\\d+$" } }, "ok ok", /^$/],
  [
    { headerMatches: { "X-Build": "^w" } },
    "sub http_header",
    /X-Build: "v12", expected it to match/,
  ],
  [{ headerMatches: { "X-None": "." } }, "sub http_header", /sent no header "X-None"/],
  [{ headerAbsent: ["Server"] }, "ok ok", /^$/],
  [{ headerAbsent: ["x-build"] }, "sub http_header", /x-build: "v12", expected no such header/],
];
for (const [options, expected, sentence] of HEADERS) {
  test(`the expectation ${JSON.stringify(options)} is ${expected}`, async () => {
    const { outcome } = await look({ headers: { "x-build": "v12" } }, { ...options });
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, sentence);
  });
}

test("a check that must fail passes when its target does not, and fails when it does", async () => {
  const good = await look({}, { mustFail: true });
  assert.equal(said(good.outcome), "sub must_fail");
  assert.match(
    good.outcome.detail,
    /^GET http:\/\/127\.0\.0\.1:\d+\/ passed, although it must fail\.$/,
  );
  const bad = await look({ status: 403 }, { mustFail: true });
  assert.equal(said(bad.outcome), "ok ok");
  assert.equal(bad.outcome.facts?.["failedAs"], "http_status");
  const shut = { url: `http://127.0.0.1:${await closedPort()}/`, mustFail: true };
  assert.equal(said(await lookAt("http", shut)), "ok ok");
  const nameless = { url: "http://absent.invalid/", mustFail: true, resolver: "127.0.0.1:1" };
  assert.equal((await lookAt("http", nameless)).class, "dns");
  const aside = await lookAt("http", shut, { sourceAddress: "192.0.2.1" });
  assert.equal(aside.class, "void");
});

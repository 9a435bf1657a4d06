import assert from "node:assert/strict";
import { test } from "node:test";
import { createCookieJar } from "../../../probe/checks/http-cookies.ts";
import { startHttp } from "../../helpers/http-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { withTarget } from "../../helpers/with-target.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");

const CASES: [string, string[], string, string | undefined][] = [
  ["goes back to its host", ["a=1; Path=/"], "https://shop.test/x", "a=1"],
  ["stays with its host", ["a=1; Path=/"], "https://www.shop.test/", undefined],
  ["goes to sub-domains", ["a=1; Path=/; Domain=shop.test"], "https://www.shop.test/", "a=1"],
  ["is not taken for others", ["a=1; Path=/; Domain=bank.test"], "https://bank.test/", undefined],
  ["is not taken for all", ["a=1; Path=/; Domain=test"], "https://bank.test/", undefined],
  ["keeps to its path", ["a=1; Path=/in"], "https://shop.test/inner", undefined],
  ["goes below its path", ["a=1; Path=/in"], "https://shop.test/in/x", "a=1"],
  ["has the folder as path", ["a=1"], "https://shop.test/login/x", "a=1"],
  ["has no other folder", ["a=1"], "https://shop.test/other", undefined],
  ["keeps to TLS", ["a=1; Path=/; Secure"], "http://shop.test/", undefined],
  ["is removed by age", ["a=1; Path=/", "a=2; Path=/; Max-Age=0"], "https://shop.test/", undefined],
  [
    "is removed by date",
    ["a=1; Path=/", "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
    "https://shop.test/",
    undefined,
  ],
  ["is replaced", ["a=1; Path=/", "a=2; Path=/"], "https://shop.test/", "a=2"],
  [
    "stands behind longer paths",
    ["a=1; Path=/", "b=2; Path=/in"],
    "https://shop.test/in",
    "b=2; a=1",
  ],
  ["must have a name", ["=1", "nothing", ""], "https://shop.test/", undefined],
];
for (const [name, cookies, url, expected] of CASES) {
  test(`a cookie ${name}`, () => {
    const jar = createCookieJar();
    jar.keep(new URL("https://shop.test/login/page"), cookies, NOW_MS);
    assert.equal(jar.header(new URL(url)), expected);
  });
}

test("a jar keeps a bounded number of cookies", () => {
  const jar = createCookieJar();
  const url = new URL("https://shop.test/");
  const many = Array.from({ length: 500 }, (_value, index) => `c${index}=${index}`);
  jar.keep(url, [...many, `long=${"x".repeat(10_000)}`], NOW_MS);
  assert.equal(jar.header(url)?.split("; ").length, 50);
});

/** Sends to /in with two cookies, which the page behind it wants back. */
const signIn = ({ path, headers }: { path: string; headers: Record<string, unknown> }) =>
  path === "/"
    ? { status: 302, headers: { location: "/in", "set-cookie": ["a=1", "b=x, y; Path=/in"] } }
    : { status: headers["cookie"] === "b=x, y; own=0; a=1" ? 200 : 403 };

test("cookies go along with a redirect in HTTP/1.1 and HTTP/2", async () => {
  for (const httpVersion of ["1.1", "2"] as const) {
    await withTarget(startHttp(signIn, { version: httpVersion }), async (target) => {
      const url = `http://127.0.0.1:${target.port}/`;
      const options = { url, httpVersion, maxRedirects: 1 };
      await lookAt("http", options);
      assert.equal(target.seen[1]?.headers["cookie"], "b=x, y; a=1");
      await lookAt("http", { ...options, secretHeaders: { cookie: "own=0" } });
      assert.equal(target.seen[3]?.headers["cookie"], "own=0; b=x, y; a=1");
      const without = await lookAt("http", { ...options, cookies: false });
      assert.equal(said(without), "sub http_status");
      assert.equal(target.seen[5]?.headers["cookie"], undefined);
    });
  }
});

test("redirects keep to where they may lead", async () => {
  const away = ({ path }: { path: string }) =>
    path === "/" ? { status: 302, headers: { location: "http://localhost:1/x?secret" } } : {};
  await withTarget(startHttp(away), async ({ port }) => {
    const url = `http://127.0.0.1:${port}/`;
    const outcome = await lookAt("http", { url, maxRedirects: 3, redirects: "same-origin" });
    assert.equal(said(outcome), "sub http_redirects");
    assert.match(outcome.detail, /redirects to "http:\/\/localhost:1\/x", which `redirects: same-/);
    const free = await lookAt("http", { url, maxRedirects: 3, redirects: "secure", family: 4 });
    assert.equal(said(free), "dead connection_refused");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { QuorateError } from "../../../shared/errors.ts";
import type { InputIssue } from "../../../shared/errors.ts";
import {
  CHECK_KINDS,
  checkKind,
  mergeSecretOptions,
  prepareCheck,
  redactOptions,
} from "../../../probe/checks/index.ts";

/** The issues that these options have. */
function issuesOf(kind: string, options: unknown): readonly InputIssue[] {
  try {
    prepareCheck(kind, options);
  } catch (thrown) {
    assert.ok(thrown instanceof QuorateError, String(thrown));
    assert.equal(thrown.code, "invalid");
    assert.ok(thrown.issues.length > 0);
    return thrown.issues;
  }
  return [];
}

const URL_OK = { url: "http://a.test/" };
const PORT = { host: "a.test", port: 1 };

const WRONG: [string, unknown, string, RegExp, string | undefined][] = [
  ["http", {}, "options.url", /^expected string, found nothing$/, undefined],
  ["http", null, "options", /^expected object, received null$/, undefined],
  ["http", { url: 3 }, "options.url", /^expected string, received number$/, "3"],
  ["http", { url: "ftp://a/" }, "options.url", /begins with http/, '"ftp://a/"'],
  ["http", { url: "http://u:hush@a/" }, "options.url", /use basicAuth/, undefined],
  ["http", { url: "ftp://u:hush@a/" }, "options.url", /begins with http/, '"ftp://***@a/"'],
  [
    "http",
    { ...URL_OK, verb: "GET" },
    "options.verb",
    /no such option; expected one of url, /,
    undefined,
  ],
  ["http", { ...URL_OK, tls: { x: 1 } }, "options.tls.x", /no such option/, undefined],
  [
    "http",
    { ...URL_OK, method: "CONNECT" },
    "options.method",
    /expected one of .*, found "CONNECT"/,
    '"CONNECT"',
  ],
  [
    "http",
    { ...URL_OK, expectedStatus: ["2xx"] },
    "options.expectedStatus.0",
    /such as "200-299", found "2xx"/,
    '"2xx"',
  ],
  [
    "http",
    { ...URL_OK, expectedStatus: ["299-200"] },
    "options.expectedStatus.0",
    /expected a status/,
    '"299-200"',
  ],
  [
    "http",
    { ...URL_OK, headers: { Authorization: "hush" } },
    "options.headers",
    /secretHeaders/,
    undefined,
  ],
  [
    "http",
    { ...URL_OK, headers: { "a b": "c" } },
    "options.headers.a b",
    /name of a header/,
    '"c"',
  ],
  [
    "http",
    { ...URL_OK, headers: { a: "b\r\nc: d" } },
    "options.headers.a",
    /no line break/,
    '"b\\r\\nc: d"',
  ],
  [
    "http",
    { ...URL_OK, headers: { Connection: "x" } },
    "options.headers.Connection",
    /frame/,
    '"x"',
  ],
  ["http", { ...URL_OK, bearerToken: "a\nhush" }, "options.bearerToken", /line break/, undefined],
  [
    "http",
    { ...URL_OK, bearerToken: "a", basicAuth: { user: "u", password: "hush" } },
    "options.bearerToken",
    /not both/,
    undefined,
  ],
  ["http", { ...URL_OK, bodyMatches: "(" }, "options.bodyMatches", /regular expression/, '"("'],
  [
    "http",
    { ...URL_OK, expression: "status + 1" },
    "options.expression",
    /int, not bool/,
    '"status + 1"',
  ],
  [
    "http",
    { ...URL_OK, expression: "code == 1" },
    "options.expression",
    /Unknown variable: code/,
    '"code == 1"',
  ],
  ["http", { ...URL_OK, family: 5 }, "options.family", /^expected 4, 6 or "any", found 5$/, "5"],
  ["http", { ...URL_OK, resolver: "dns.test" }, "options.resolver", /10\.0\.0\.2:53/, '"dns.test"'],
  ["http", { ...URL_OK, tls: { ca: "none" } }, "options.tls.ca", /PEM/, undefined],
  ["tcp", { host: "a b", port: 1 }, "options.host", /host name/, '"a b"'],
  ["tcp", { host: "1.2.3", port: 1 }, "options.host", /host name/, '"1.2.3"'],
  ["tcp", { host: "a.test", port: 0 }, "options.port", />=1, found 0$/, "0"],
  ["tcp", { ...PORT, script: [{}] }, "options.script.0", /`send`, `expect` or `startTls`/, "{}"],
  [
    "tcp",
    { ...PORT, script: [{ send: "hex:1" }] },
    "options.script.0.send",
    /bytes in hex/,
    '"hex:1"',
  ],
  [
    "tcp",
    { ...PORT, script: [{ expect: "regex:(" }] },
    "options.script.0.expect",
    /regular expression/,
    '"("',
  ],
  [
    "tcp",
    { ...PORT, script: [{ send: "{{who}}" }] },
    "options.script.0.send",
    /found \{\{who\}\}/,
    undefined,
  ],
  ["tcp", { ...PORT, secrets: { p: 7 } }, "options.secrets.p", /expected string/, undefined],
  [
    "grpc",
    { ...PORT, metadata: { "grpc-x": "1" } },
    "options.metadata.grpc-x",
    /reserve/,
    undefined,
  ],
  ["grpc", { ...PORT, authority: "a b" }, "options.authority", /expected a host/, '"a b"'],
];
for (const [kind, options, path, message, value] of WRONG) {
  test(`${kind} refuses ${JSON.stringify(options)} at ${path}`, () => {
    const issues = issuesOf(kind, options);
    const issue = issues.find((one) => one.path === path);
    assert.ok(issue, JSON.stringify(issues));
    assert.match(issue.message, message);
    assert.equal(issue.value, value);
    assert.doesNotMatch(JSON.stringify(issues), /hush/);
  });
}

test("everything that is wrong is told at once", () => {
  const issues = issuesOf("tcp", { host: 1, port: "x", more: true });
  assert.deepEqual(issues.map((issue) => issue.path).sort(), [
    "options.host",
    "options.more",
    "options.port",
  ]);
});

test("an unknown kind is told with those that are known", () => {
  const [issue] = issuesOf("carrier-pigeon", {});
  const known = CHECK_KINDS.map(({ kind }) => kind).join(", ");
  assert.deepEqual(issue, {
    path: "kind",
    message: `expected one of ${known}`,
    value: '"carrier-pigeon"',
  });
  assert.equal(checkKind("carrier-pigeon"), undefined);
  assert.equal(checkKind("__proto__"), undefined);
});

test("the endpoint of a check shows no secret", () => {
  const http = { url: "https://a.test:8443/x?token=hush", bearerToken: "hush" };
  assert.equal(prepareCheck("http", http).endpoint, "GET https://a.test:8443/x?…");
  assert.equal(prepareCheck("tcp", { host: "::1", port: 1, tls: {} }).endpoint, "tls://[::1]:1");
  const grpc = { ...PORT, service: "shop" };
  assert.equal(prepareCheck("grpc", grpc).endpoint, "grpc://a.test:1/shop");
});

const SECRET = {
  url: "http://a.test/",
  basicAuth: { user: "ann", password: "hush" },
  secretHeaders: { "x-key": "hush" },
};

test("secrets are masked, everything else is shown", () => {
  assert.deepEqual(redactOptions("http", SECRET), {
    url: "http://a.test/",
    basicAuth: { user: "***", password: "***" },
    secretHeaders: { "x-key": "***" },
  });
  assert.deepEqual(redactOptions("carrier-pigeon", { host: "a", more: { deep: ["b"] } }), {
    host: "***",
    more: { deep: ["***"] },
  });
});

test("a write that carries the mask keeps what is stored", () => {
  const shown = redactOptions("http", SECRET);
  assert.deepEqual(mergeSecretOptions("http", shown, SECRET), SECRET);
  const changed = { ...shown, basicAuth: { user: "***", password: "new" } };
  assert.deepEqual(mergeSecretOptions("http", changed, SECRET)["basicAuth"], {
    user: "ann",
    password: "new",
  });
  assert.deepEqual(mergeSecretOptions("http", { url: "***" }, SECRET), { url: "***" });
});

test("a mask for which nothing is stored is refused", () => {
  assert.throws(
    () => mergeSecretOptions("http", { ...SECRET, secretHeaders: { other: "***" } }, SECRET),
    (thrown) =>
      thrown instanceof QuorateError &&
      thrown.issues[0]?.path === "options.secretHeaders.other" &&
      /send the secret/.test(thrown.message),
  );
  assert.throws(() => mergeSecretOptions("http", { bearerToken: "***" }, {}), QuorateError);
});

test("every option of every kind is described", () => {
  for (const kind of CHECK_KINDS) {
    assert.ok(kind.schema instanceof z.ZodObject);
    for (const [name, option] of Object.entries(kind.schema.shape)) {
      assert.ok(option instanceof z.ZodType);
      assert.match(option.description ?? "", /\.$/, `${kind.kind}.${name}`);
    }
  }
});

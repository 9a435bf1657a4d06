import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECK_KINDS, prepareCheck } from "../../probe/checks/index.ts";
import { ADDRESS_FORMS, nameOfCheck, readAddress } from "../../shared/target-address.ts";

const KEY = "correct-horse-battery";
const RIGHT: [string, string, Record<string, unknown>, string | undefined][] = [
  ["https://a.test/x?y=1", "http", { url: "https://a.test/x?y=1" }, "http-a.test"],
  ["wss://a.test:81/x", "websocket", { url: "wss://a.test:81/x" }, "websocket-a.test-81"],
  ["tcp://[::1]:7", "tcp", { host: "::1", port: 7 }, "tcp--1"],
  ["tls://a.test", "tls", { host: "a.test" }, "tls-a.test"],
  [
    'tls://a.test:8443?chainDaysMin=7&tls={"daysMin":14}',
    "tls",
    { host: "a.test", port: 8443, chainDaysMin: 7, tls: { daysMin: 14 } },
    "tls-a.test",
  ],
  [
    "grpcs://a.test:443/s.T",
    "grpc",
    { host: "a.test", port: 443, tls: {}, service: "s.T" },
    "grpc-a.test",
  ],
  ["dns:a.test?type=MX", "dns", { name: "a.test", type: "MX" }, "dns-a.test"],
  ["dns://10.0.0.2/a.test", "dns", { server: "10.0.0.2", name: "a.test" }, "dns-a.test"],
  ["dns://10.0.0.2:5353/.", "dns", { server: "10.0.0.2", port: 5353, name: "." }, "dns-."],
  ["icmp://a.test?count=5", "icmp", { host: "a.test", count: 5 }, "icmp-a.test"],
  ["ping://10.0.0.7", "icmp", { host: "10.0.0.7" }, "icmp-10.0.0.7"],
  [
    "smtp://ann:hush@a.test:587?security=starttls",
    "smtp",
    { host: "a.test", port: 587, user: "ann", password: "hush", security: "starttls" },
    "smtp-a.test",
  ],
  ["smtps://a.test", "smtp", { host: "a.test", security: "tls" }, "smtp-a.test"],
  [
    "postgres://ann:p%40%2Fss@a.test/shop?role=primary",
    "postgres",
    { host: "a.test", user: "ann", password: "p@/ss", database: "shop", role: "primary" },
    "postgres-a.test",
  ],
  [
    "postgresql://ann:${secret:pg}@a.test:5433",
    "postgres",
    { host: "a.test", port: 5433, user: "ann", password: "${secret:pg}" },
    "postgres-a.test",
  ],
  ["mysql://ann@a.test", "mysql", { host: "a.test", user: "ann" }, "mysql-a.test"],
  ["redis://:hush@a.test", "redis", { host: "a.test", password: "hush" }, "redis-a.test"],
  ["rediss://a.test:7", "redis", { host: "a.test", port: 7, tls: {} }, "redis-a.test"],
  ["ntp://a.test?stratumMax=3", "ntp", { host: "a.test", stratumMax: 3 }, "ntp-a.test"],
  ["exec:check_disk", "exec", { command: "check_disk" }, "exec-check_disk"],
  [`push:${KEY}?everyMs=5000`, "push", { key: KEY, everyMs: 5_000 }, undefined],
];
for (const [text, kind, options, name] of RIGHT) {
  test(`${text} is a check of kind ${kind}`, () => {
    const read = readAddress(text);
    assert.deepEqual(read, { kind, options });
    prepareCheck(kind, options);
    assert.equal(typeof read === "string" ? read : nameOfCheck(read), name);
  });
}

const WRONG: [string, RegExp][] = [
  ["ftp://a.test", /its kind is none of http, https, ws, wss, tcp, tls/],
  ["tcp://a.test", /expected HOST:PORT/],
  ["tls://", /expected HOST or HOST:PORT/],
  ["tls://a.test/x", /nothing may follow its host and port/],
  ["tls://ann:hush@a.test", /no sign-in may stand in tls:\/\/HOST/],
  ["tls:a.test", /expected tls:\/\/HOST/],
  ["https://", /no URL/],
  ["dns:", /expected dns:NAME/],
  ["dns://10.0.0.2", /expected dns:NAME or dns:\/\/SERVER/],
  ["exec:", /expected exec:COMMAND/],
  ["ntp://a.test?=7", /has no name/],
];
for (const [text, flaw] of WRONG) {
  test(`${text} is refused with what was expected, and without a secret`, () => {
    const read = readAddress(text);
    assert.ok(typeof read === "string", JSON.stringify(read));
    assert.match(read, flaw);
    assert.doesNotMatch(read, /hush/);
  });
}

test("every kind but those of several steps has a short form", () => {
  const kinds = new Set(RIGHT.map(([, kind]) => kind));
  for (const { kind } of CHECK_KINDS) assert.ok(kinds.has(kind) || kind === "multistep", kind);
  assert.equal(new Set(ADDRESS_FORMS).size, ADDRESS_FORMS.length);
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { TLSSocket } from "node:tls";
import { after, before, describe, test } from "node:test";
import { encodePacket, parsePacket, proofOf } from "../../../probe/checks/mysql-wire.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { Certificate } from "../../helpers/certificates.ts";
import type { Daemon } from "../../helpers/daemon.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { startMysql } from "../../helpers/mysql-server.ts";
import { greeting, mysqlCue, mysqlError, ok, oneRow, SALT } from "../../helpers/mysql-words.ts";
import { needs } from "../../helpers/needs.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();
const ACCOUNT = { host: "127.0.0.1", user: "ann", password: "hush" };

const REAL: [string, Record<string, unknown>, string, RegExp][] = [
  ["nothing but signing in", {}, "ok ok", /^$/],
  ["a database", { database: "shop" }, "ok ok", /^$/],
  ["an expected value", { query: "SELECT 6 * 7, 'x'", expect: "42" }, "ok ok", /^$/],
  ["a primary", { role: "primary" }, "ok ok", /^$/],
  ["text of every language", { query: "SELECT 'naïve ✓'", expect: "naïve ✓" }, "ok ok", /^$/],
  ["a user without a password", { user: "open", password: undefined }, "ok ok", /^$/],
  ["no rows where none are needed", { query: "DO 1", rowsMin: 0 }, "ok ok", /^$/],
  ["a long value", { query: "SELECT repeat('x', 300)", expect: "x".repeat(300) }, "ok ok", /^$/],
  [
    "another value",
    { query: "SELECT 41", expect: "42" },
    "sub expect_mismatch",
    /gave "41"; expected "42"\.$/,
  ],
  ["null", { query: "SELECT NULL", expect: "" }, "sub expect_mismatch", /gave null/],
  ["too few rows", { query: "DO 1" }, "sub expect_mismatch", /gave 0 rows/],
  ["a replica", { role: "replica" }, "sub expect_mismatch", /is a primary; expected a replica/],
  [
    "a query that fails",
    { query: "SELECT * FROM shop.absent" },
    "sub query_failed",
    /"Table 'shop\.absent' doesn't exist" \(1146\)/,
  ],
  [
    "more rows than are read",
    { query: "SELECT repeat('x', 1000) FROM seq_1_to_100000", database: "shop" },
    "sub query_failed",
    /more than 1048576 bytes/,
  ],
  ["another database", { database: "absent" }, "sub auth_failed", /\(1044\)/],
  ["a wrong password", { password: "loud" }, "sub auth_failed", /Access denied .* \(1045\)/],
  ["no password", { password: undefined }, "sub auth_failed", /\(1045\)/],
];

describe("with a real MariaDB", needs("mariadbd", "root"), () => {
  let server: Daemon | undefined;
  before(async () => {
    server = await startMysql(makeCertificate({ authority }));
  });
  after(() => server?.close());
  const look = (options: Record<string, unknown> = {}) =>
    lookAt("mysql", { ...ACCOUNT, port: server?.port ?? 0, ...options });

  for (const [name, options, expected, detail] of REAL) {
    test(`${name} is ${expected}, with TLS and without`, async () => {
      for (const more of [{}, { tls: { ca: authority.ca } }]) {
        const outcome = await look({ ...options, ...more });
        assert.equal(said(outcome), expected, outcome.detail);
        assert.match(outcome.detail, detail);
        assert.doesNotMatch(outcome.detail, /hush|loud/);
      }
    });
  }
  test("TLS is timed, its certificate must be right, and the version is a fact", async () => {
    const outcome = await look({ tls: { ca: authority.ca } });
    assert.ok(outcome.phases.tlsUs > 0);
    assert.match(String(outcome.facts?.["version"]), /MariaDB/);
    assert.equal(said(await look({ tls: {} })), "sub tls_certificate");
  });
});

const NATIVE = greeting("mysql_native_password");
const SHA2 = greeting("caching_sha2_password");
const HOSTILE: [string, Cue, Record<string, unknown>, string, RegExp][] = [
  [
    "a password it remembers by SHA-2",
    mysqlCue(SHA2, Buffer.concat([encodePacket(2, [1, 3]), ok(3)]), oneRow("1")),
    {},
    "ok ok",
    /^$/,
  ],
  [
    "a wish to see the password without TLS",
    mysqlCue(SHA2, encodePacket(2, [1, 4])),
    {},
    "sub auth_failed",
    /only by TLS; give the option `tls`\.$/,
  ],
  ["no TLS", mysqlCue(NATIVE), { tls: {} }, "sub tls_handshake", /does not speak TLS/],
  [
    "another way to sign in",
    mysqlCue(NATIVE, encodePacket(2, [0xfe], "dialog\0salt")),
    {},
    "sub auth_failed",
    /by "dialog", which is not known/,
  ],
  [
    "a wish for clear text without TLS",
    mysqlCue(NATIVE, encodePacket(2, [0xfe], "mysql_clear_password\0")),
    {},
    "sub auth_failed",
    /not known here/,
  ],
  [
    "a wish for a file",
    mysqlCue(NATIVE, ok(2), encodePacket(1, [0xfb], "/etc/passwd")),
    {},
    "sub protocol_error",
    /as MySQL/,
  ],
  [
    "a row that is cut",
    mysqlCue(
      NATIVE,
      ok(2),
      Buffer.concat([oneRow("1").subarray(0, 22), encodePacket(4, [9], "x")]),
    ),
    {},
    "sub protocol_error",
    /as MySQL/,
  ],
  [
    "a short greeting",
    mysqlCue(encodePacket(0, [10], "8\0")),
    {},
    "sub protocol_error",
    /as MySQL/,
  ],
  ["another protocol", mysqlCue("SSH-2.0-OpenSSH\r\n"), {}, "sub protocol_error", /"SSH-2\.0/],
  [
    "too many clients",
    mysqlCue(mysqlError(0, 1040, "Too many")),
    {},
    "sub service_refused",
    /Too many/,
  ],
];
for (const [name, cue, options, expected, detail] of HOSTILE) {
  test(`${name} is ${expected}`, async () => {
    await withTarget(startTarget(cue), async ({ port }) => {
      const outcome = await lookAt("mysql", { ...ACCOUNT, port, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  });
}

/** Begins TLS behind the client's request, asks to see the password, and takes it. */
function showsByTls(certificate: Certificate): Cue {
  return (socket, seen) => {
    socket.write(greeting("caching_sha2_password", true));
    socket.once("data", (request: Buffer) => {
      // What came with the request is already TLS.
      socket.pause();
      socket.unshift(request.subarray(36));
      const secured = new TLSSocket(socket, { isServer: true, ...certificate });
      const answers = [encodePacket(3, [1, 4]), ok(5), oneRow("1")];
      secured.on("error", () => secured.destroy());
      secured.on("data", (bytes: Buffer) => {
        seen.push(bytes.toString("latin1", 4));
        const answer = answers.shift();
        if (answer !== undefined) secured.write(answer);
      });
    });
  };
}

test("a server that must see the password does so by TLS", async () => {
  const cue = showsByTls(makeCertificate({ authority }));
  await withTarget(startTarget(cue), async ({ port, seen }) => {
    const outcome = await lookAt("mysql", { ...ACCOUNT, port, tls: { ca: authority.ca } });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(seen[1], "hush\0");
  });
});

const sha2 = (...parts: Buffer[]): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest();

test("a server that keeps only a hash of the hash can see that the proof is right", () => {
  const kept = sha2(sha2(Buffer.from("hush")));
  const mask = sha2(kept, SALT);
  const proof = proofOf("caching_sha2_password", "hush", SALT) ?? Buffer.alloc(0);
  const once = Buffer.from(proof.map((byte, index) => byte ^ (mask[index] ?? 0)));
  assert.deepEqual(sha2(once), kept);
  assert.deepEqual(proofOf("caching_sha2_password", "", SALT), Buffer.alloc(0));
  assert.equal(proofOf("other", "hush", SALT), undefined);
});

test("a packet in pieces is read as one", () => {
  const whole = ok(7);
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(parsePacket(whole.subarray(0, end)), undefined);
  }
  assert.deepEqual(parsePacket(whole), { sequence: 7, body: whole.subarray(4), end: whole.length });
});

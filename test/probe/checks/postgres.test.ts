import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeMessage, int32, parseMessage } from "../../../probe/checks/postgres-wire.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { startPostgres } from "../../helpers/postgres-server.ts";
import type { PostgresServer } from "../../helpers/postgres-server.ts";
import { AUTH_OK, postgresCue, READY, row, serverError } from "../../helpers/postgres-words.ts";
import { startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const CASES: [string, Record<string, unknown>, string, RegExp][] = [
  ["nothing but signing in", {}, "ok ok", /^$/],
  ["an expected value", { query: "SELECT 6 * 7, 'x'", expect: "42" }, "ok ok", /^$/],
  ["a primary", { role: "primary" }, "ok ok", /^$/],
  ["text of every language", { query: "SELECT 'naïve ✓'", expect: "naïve ✓" }, "ok ok", /^$/],
  [
    "another value",
    { query: "SELECT 41", expect: "42" },
    "sub expect_mismatch",
    /gave "41"; expected "42"\.$/,
  ],
  ["null", { query: "SELECT NULL", expect: "" }, "sub expect_mismatch", /gave null/],
  [
    "too few rows",
    { query: "SELECT 1 WHERE false" },
    "sub expect_mismatch",
    /gave 0 rows; expected at least 1\.$/,
  ],
  ["no rows where none are needed", { query: "SET a.b = 'c'", rowsMin: 0 }, "ok ok", /^$/],
  ["a standby", { role: "standby" }, "sub expect_mismatch", /is a primary; expected a standby/],
  [
    "a query that fails",
    { query: "SELECT * FROM absent" },
    "sub query_failed",
    /"relation \\"absent\\" does not exist" \(42P01\)/,
  ],
  [
    "more rows than are read",
    { query: "SELECT repeat('x', 1000) FROM generate_series(1, 100000)" },
    "sub query_failed",
    /more than 1048576 bytes/,
  ],
  ["another database", { database: "absent" }, "sub service_refused", /does not exist" \(3D000\)/],
  ["a wrong password", { password: "loud" }, "sub auth_failed", /password authentication failed/],
  ["an unknown user", { user: "eve" }, "sub auth_failed", /\(28P01\)/],
  ["no password", { password: undefined }, "sub auth_failed", /asks for a password/],
];
describe("with a real PostgreSQL", () => {
  const authority = makeAuthority();
  let server: PostgresServer | undefined;
  before(async () => {
    server = await startPostgres(makeCertificate({ authority }));
  });
  after(() => server?.close());
  const look = (options: Record<string, unknown> = {}) => {
    const { port = 0, user, password } = server ?? {};
    return lookAt("postgres", { host: "127.0.0.1", port, user, password, ...options });
  };

  for (const [name, options, expected, detail] of CASES) {
    test(`${name} is ${expected}, with TLS and without`, async () => {
      for (const more of [{}, { tls: { ca: authority.ca } }]) {
        const outcome = await look({ ...options, ...more });
        assert.equal(said(outcome), expected, outcome.detail);
        assert.match(outcome.detail, detail);
        assert.doesNotMatch(outcome.detail, /hush|loud/);
      }
    });
  }
  test("TLS is timed, and its certificate must be right", async () => {
    const outcome = await look({ tls: { ca: authority.ca } });
    assert.ok(outcome.phases.tlsUs > 0);
    assert.equal(outcome.facts?.["certificateDays"], 30);
    assert.equal(said(await look({ tls: {} })), "sub tls_certificate");
  });
});

const SCRAM_ASKED = encodeMessage("R", int32(10), "SCRAM-SHA-256\0\0");
const HOSTILE: [string, (Buffer | string)[], Record<string, unknown>, string, RegExp][] = [
  ["no TLS", ["N"], { tls: {} }, "sub tls_handshake", /does not speak TLS/],
  [
    "words in plain text before TLS",
    [Buffer.concat([Buffer.from("S"), AUTH_OK])],
    { tls: {} },
    "sub protocol_error",
    /did not say whether/,
  ],
  [
    "a wish for the password in plain text",
    [encodeMessage("R", int32(3))],
    {},
    "sub auth_failed",
    /in plain text, without TLS/,
  ],
  ["Kerberos", [encodeMessage("R", int32(7))], {}, "sub auth_failed", /not known here/],
  ["another SASL", [encodeMessage("R", int32(10), "X\0\0")], {}, "sub auth_failed", /SCRAM/],
  [
    "SCRAM that is not begun",
    [encodeMessage("R", int32(11), "r=x")],
    {},
    "sub protocol_error",
    /before it began/,
  ],
  [
    "the nonce of another",
    [SCRAM_ASKED, encodeMessage("R", int32(11), "r=mine,s=AAAA,i=4096")],
    {},
    "sub auth_failed",
    /against its rules/,
  ],
  ["SCRAM without proof", [SCRAM_ASKED, AUTH_OK], {}, "sub auth_failed", /before its proof/],
  [
    "a false proof",
    [SCRAM_ASKED, encodeMessage("R", int32(12), "v=AAAA")],
    {},
    "sub auth_failed",
    /show/,
  ],
  ["a cut authentication", [encodeMessage("R", "x")], {}, "sub auth_failed", /not known/],
  ["a row before the query", [row("1")], {}, "sub protocol_error", /a row that is none/],
  [
    "a row whose column is cut",
    [Buffer.concat([AUTH_OK, READY]), encodeMessage("D", Buffer.from([0, 1]), int32(99), "x")],
    {},
    "sub protocol_error",
    /a row that is none/,
  ],
  ["a length of nothing", [Buffer.from("R\0\0\0\x01")], {}, "sub protocol_error", /as PostgreSQL/],
  [
    "a message of gigabytes",
    [Buffer.from("R\x7f\xff\xff\xff")],
    {},
    "sub protocol_error",
    /as Post/,
  ],
  [
    "a server that starts",
    [serverError("57P03", "starting up")],
    {},
    "sub service_refused",
    /start/,
  ],
  ["too many clients", [serverError("53300", "too many")], {}, "sub service_refused", /too many/],
];
for (const [name, answers, options, expected, detail] of HOSTILE) {
  test(`${name} is ${expected}`, async () => {
    await withTarget(startTarget(postgresCue(...answers)), async ({ port }) => {
      const host = "127.0.0.1";
      const account = { user: "ann", password: "hush" };
      const outcome = await lookAt("postgres", { host, port, ...account, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  });
}

test("a server that asks for endless rounds of SCRAM is refused, not obeyed", async () => {
  const cue = startTarget((socket) => {
    let asked = 0;
    socket.on("data", (bytes: Buffer) => {
      asked += 1;
      if (asked === 1) return void socket.write(SCRAM_ASKED);
      const nonce = /r=(.*)$/.exec(bytes.toString())?.[1] ?? "";
      socket.write(encodeMessage("R", int32(11), `r=${nonce}more,s=AAAA,i=99999999`));
    });
  });
  await withTarget(cue, async ({ port }) => {
    const options = { host: "127.0.0.1", port, user: "ann", password: "hush" };
    const outcome = await lookAt("postgres", options);
    assert.equal(said(outcome), "sub auth_failed", outcome.detail);
    assert.match(outcome.detail, /99999999 rounds of SCRAM; at most 200000/);
  });
});

test("a message in pieces is read as one", () => {
  for (let end = 1; end < READY.length; end += 1) {
    assert.equal(parseMessage(READY.subarray(0, end)), "more", String(end));
  }
  assert.deepEqual(parseMessage(READY), { type: "Z", body: Buffer.from("I"), end: READY.length });
});

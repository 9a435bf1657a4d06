import assert from "node:assert/strict";
import { getServers, setServers } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { after, before, describe, test } from "node:test";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { Daemon } from "../../helpers/daemon.ts";
import { startDatagramTarget } from "../../helpers/datagram-target.ts";
import { startDns } from "../../helpers/dns-server.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { startNameServer } from "../../helpers/name-server.ts";
import { needs } from "../../helpers/needs.ts";
import { closedPort, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const RIGHT: Record<string, unknown>[] = [
  { name: "pool.shop.test", answers: ["10.0.0.7"] },
  { name: "POOL.shop.test.", answers: ["10.0.0.8", "10.0.0.7"], answersMatch: "exact" },
  { name: "pool.shop.test", answers: ["10.9.9.9", "10.0.0.7"], answersMatch: "any" },
  { name: "pool.shop.test", type: "AAAA", answers: ["fd00::7"], ttlSecMax: 5 },
  { name: "www.shop.test", type: "CNAME", answers: ["Pool.shop.test."] },
  { name: "www.shop.test", answers: ["10.0.0.7"] },
  { name: "shop.test", type: "MX", answers: ["10 mail.shop.test"] },
  { name: "shop.test", type: "TXT", answers: ["v=spf1 -all and more"] },
  { name: "shop.test", type: "NS", answers: ["ns.shop.test"], flags: ["aa"] },
  {
    name: "shop.test",
    type: "SOA",
    answers: ["ns.shop.test admin.shop.test 7 3600 600 86400 60"],
  },
  { name: "_sip._tcp.shop.test", type: "SRV", answers: ["1 2 5060 mail.shop.test"] },
  { name: "shop.test", type: "CAA", answers: ["0 issue ca.test"] },
  { name: "none.shop.test", rcode: "NXDOMAIN" },
  { name: "mail.shop.test", type: "MX", answersMin: 0 },
  { name: "elsewhere.test", rcode: "REFUSED" },
  { name: "many.shop.test", answersMin: 60 },
];
const WRONG: [Record<string, unknown>, string, RegExp][] = [
  [{ name: "none.shop.test" }, "sub dns_rcode", /answered NXDOMAIN .*; expected NOERROR\.$/],
  [{ name: "elsewhere.test" }, "sub dns_rcode", /answered REFUSED/],
  [{ name: "mail.shop.test", type: "MX" }, "sub dns_answer", /with 0 records; expected at least 1/],
  [
    { name: "pool.shop.test", answers: ["10.0.0.1"] },
    "sub dns_answer",
    /with "10\.0\.0\.\d, 10\.0\.0\.\d"; missing "10\.0\.0\.1"\.$/,
  ],
  [
    { name: "pool.shop.test", answers: ["10.0.0.7"], answersMatch: "exact" },
    "sub dns_answer",
    /with "10\.0\.0\.8", which is not expected\.$/,
  ],
  [
    { name: "pool.shop.test", answers: ["10.0.0.1"], answersMatch: "any" },
    "sub dns_answer",
    /expected any of "10\.0\.0\.1"\.$/,
  ],
  [
    { name: "pool.shop.test", ttlSecMin: 301 },
    "sub dns_answer",
    /live of 300 s; expected at least/,
  ],
  [{ name: "pool.shop.test", ttlSecMax: 299 }, "sub dns_answer", /live of 300 s; expected at most/],
  [{ name: "pool.shop.test", flags: ["ad"] }, "sub dns_answer", /without the flag ad\.$/],
];
describe("with a real name server", needs("nsd", "root"), () => {
  let daemon: Daemon | undefined;
  let tlsPort = 0;
  const authority = makeAuthority();
  before(async () => {
    tlsPort = await closedPort();
    daemon = await startNameServer({ tlsPort, ...makeCertificate({ authority }) });
  });
  after(() => daemon?.close());
  const look = (options: Record<string, unknown>) =>
    lookAt("dns", { server: "127.0.0.1", port: daemon?.port ?? 1, recursion: false, ...options });

  for (const options of RIGHT) {
    test(`${JSON.stringify(options)} passes by udp and by tcp`, async () => {
      for (const transport of ["udp", "tcp"]) {
        const outcome = await look({ ...options, transport });
        assert.equal(said(outcome), "ok ok", `${transport}: ${outcome.detail}`);
      }
    });
  }

  for (const [options, expected, detail] of WRONG) {
    test(`${JSON.stringify(options)} is ${expected}`, async () => {
      const outcome = await look(options);
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  }

  test("over TLS it passes, and the certificate must be right", async () => {
    const options = { name: "pool.shop.test", transport: "tls", port: tlsPort };
    const outcome = await look({ ...options, tls: { ca: authority.ca } });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(said(await look(options)), "sub tls_certificate");
  });
});

test("a server that says nothing is dead, after it was asked three times", async () => {
  await withTarget(startDatagramTarget(), async ({ port, seen }) => {
    const options = { server: "127.0.0.1", port, name: "a.test" };
    const outcome = await lookAt("dns", options, { timeoutMs: 300 });
    assert.equal(said(outcome), "dead no_reply");
    assert.equal(seen.length, 3);
  });
});

test("a port on which nothing listens is dead", async () => {
  const options = { server: "127.0.0.1", port: await closedPort(), name: "a.test" };
  assert.equal(said(await lookAt("dns", options)), "dead connection_refused");
  assert.equal(
    said(await lookAt("dns", { ...options, transport: "tcp" })),
    "dead connection_refused",
  );
});

/** The question with the bit of a reply, as a server may send it. */
function echo(question: Buffer, change: (reply: Buffer) => void = () => undefined): Buffer {
  const reply = Buffer.from(question);
  reply[2] = (reply[2] ?? 0) | 0x80;
  change(reply);
  return reply;
}

test("what answers another question is not heard, and what cannot be read is told", async () => {
  const foreign = startDatagramTarget((question) => [
    Buffer.from("x"),
    question,
    echo(question, (reply) => reply.writeUInt16BE((reply.readUInt16BE(0) + 1) % 65_536, 0)),
    echo(question, (reply) => reply.write("b", 13)),
  ]);
  await withTarget(foreign, async ({ port }) => {
    const options = { server: "127.0.0.1", port, name: "a.test" };
    assert.equal(said(await lookAt("dns", options, { timeoutMs: 200 })), "dead no_reply");
  });
  const broken = startDatagramTarget((question) => [
    echo(question, (reply) => reply.writeUInt16BE(9, 6)),
  ]);
  await withTarget(broken, async ({ port }) => {
    const options = { server: "127.0.0.1", port, name: "a.test" };
    assert.equal(said(await lookAt("dns", options)), "sub protocol_error");
  });
});

test("a stream that is cut, or that answers another question, fails", async () => {
  const cases: [string, string][] = [
    ["\0", "sub connection_closed"],
    ["\0\x0cnot a reply!", "sub protocol_error"],
  ];
  for (const [text, expected] of cases) {
    const server = startTarget((socket) => socket.on("data", () => void socket.end(text)));
    await withTarget(server, async ({ port }) => {
      const options = { server: "127.0.0.1", port, name: "a.test", transport: "tcp" };
      assert.equal(said(await lookAt("dns", options)), expected);
    });
  }
});

test("a name server that is known by name is found by its resolver", async () => {
  await withTarget(
    startDns({ "ns.test": { address: "127.0.0.1" }, "a.test": { address: "10.0.0.1" } }),
    async (dns) => {
      const { resolver } = dns;
      const port = Number(resolver.split(":")[1]);
      const outcome = await lookAt("dns", { server: "ns.test", port, resolver, name: "a.test" });
      assert.equal(said(outcome), "ok ok", outcome.detail);
    },
  );
});

/** Looks without a server while the system has this resolver; restored before anything waits. */
function lookBySystem(resolver: string, name: string): Promise<CheckOutcome> {
  const servers = getServers();
  setServers([resolver]);
  // setServers replaces the functions of node:dns; modules see it from here on.
  syncBuiltinESMExports();
  try {
    return lookAt("dns", { name }, { timeoutMs: 300 });
  } finally {
    setServers(servers);
    syncBuiltinESMExports();
  }
}

test("without a server the system's resolver is asked, and is named when it fails", async () => {
  const table = { "a.test": { address: "10.0.0.1" }, "b.test": { code: 2 } } as const;
  await withTarget(startDns({ ...table, "c.test": "silence" }), async ({ resolver }) => {
    assert.equal(said(await lookBySystem(resolver, "a.test")), "ok ok");
    const failures = [
      ["none.test", "dns name_not_found"],
      ["b.test", "dns resolver_failure"],
      ["c.test", "dns resolver_timeout"],
    ] as const;
    for (const [name, expected] of failures) {
      const outcome = await lookBySystem(resolver, name);
      assert.equal(said(outcome), expected, outcome.detail);
      assert.equal(outcome.resolver, resolver);
      assert.equal(outcome.source, "resolver");
    }
  });
  const closed = `127.0.0.1:${await closedPort()}`;
  assert.equal(said(await lookBySystem(closed, "a.test")), "dns resolver_failure");
});

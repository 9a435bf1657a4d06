import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { startHttp2 } from "../../helpers/grpc-target.ts";
import { startHttp, startProxy } from "../../helpers/http-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, closedPort, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();
const certificate = makeCertificate({ authority });
const tls = { ca: authority.ca };

const WELL = { body: '{"state": "well"}', headers: { "x-a": "b", "set-cookie": ["a=b", "c=d"] } };

for (const secure of [true, false]) {
  test(`HTTP/2 is spoken ${secure ? "by ALPN" : "where it is presumed"}`, async () => {
    const options = secure ? { certificate } : {};
    await withTarget(
      startHttp(() => WELL, { version: "2", ...options }),
      async (target) => {
        const outcome = await lookAt("http", {
          url: `http${secure ? "s" : ""}://127.0.0.1:${target.port}/a?b=c`,
          httpVersion: "2",
          method: "POST",
          body: "hello",
          headers: { "x-mine": "1", host: "shop.test" },
          secretHeaders: { "x-key": "k" },
          headerContains: { "X-A": "b" },
          expression: 'json.state == "well" && headers["x-a"] == "b"',
          tls,
        });
        assert.equal(said(outcome), "ok ok", outcome.detail);
        assert.equal(outcome.facts?.["status"], 200);
        assert.ok(outcome.phases.firstByteUs > 0);
        const [seen] = target.seen;
        assert.deepEqual([seen?.method, seen?.path, seen?.body], ["POST", "/a?b=c", "hello"]);
        assert.equal(seen?.version, "2.0");
        assert.equal(seen?.headers[":authority"], "shop.test");
        assert.deepEqual([seen?.headers["x-mine"], seen?.headers["x-key"]], ["1", "k"]);
      },
    );
  });
}

test("HTTP/2 fails for each of its reasons", async () => {
  const look = (port: number, more: object = {}) =>
    lookAt("http", { url: `http://127.0.0.1:${port}/`, httpVersion: "2", ...more });
  await withTarget(
    startHttp(() => ({ status: 503 }), { version: "2" }),
    async ({ port }) => {
      assert.equal(said(await look(port)), "sub http_status");
    },
  );
  await withTarget(
    startHttp(() => ({ body: "x".repeat(99) }), { version: "2" }),
    async (target) => {
      const outcome = await look(target.port, { bodyContains: "y", bodyBytesMax: 50 });
      assert.match(outcome.detail, /\(50 bytes\) does not contain "y"/);
    },
  );
  await withTarget(startTarget(answers()), async ({ port }) => {
    assert.equal(said(await look(port)), "sub protocol_error");
  });
  const resets = startHttp2((stream) => stream.close(2));
  await withTarget(resets, async ({ port }) => {
    assert.equal(said(await look(port)), "sub protocol_error");
  });
  const leaves = startHttp2((stream) => stream.session?.destroy());
  await withTarget(leaves, async ({ port }) => {
    assert.match(said(await look(port)), /^sub (?:connection_closed|connection_reset)$/);
  });
  const outcome = await withTarget(startTarget(answers(), certificate), ({ port }) =>
    lookAt("http", { url: `https://127.0.0.1:${port}/`, httpVersion: "2", tls }),
  );
  assert.match(outcome.detail, /does not offer h2 by ALPN/);
});

test("a client certificate is shown, and a server that wants another refuses it", async () => {
  const clients = makeAuthority("clients");
  const mine = makeCertificate({ authority: clients, names: ["probe.test"] });
  const options = { certificate, clientCa: clients.ca };
  await withTarget(
    startHttp(() => ({}), options),
    async (target) => {
      const look = (more: object) =>
        lookAt("http", { url: `https://127.0.0.1:${target.port}/`, tls: { ...tls, ...more } });
      const good = await look(mine);
      assert.equal(said(good), "ok ok", good.detail);
      assert.equal(target.seen[0]?.client, "CN=probe.test");
      for (const more of [{}, makeCertificate()]) {
        const bad = await look(more);
        // Some servers send an alert, some only close (Node's does).
        assert.equal(bad.class, "sub", bad.detail);
      }
    },
  );
});

test("a client certificate and key that do not fit are refused without the key", async () => {
  const mine = makeCertificate();
  for (const wrong of [{ key: makeCertificate().key }, { key: "none" }, { key: undefined }]) {
    const options = { url: "https://a.test/", tls: { ...mine, ...wrong } };
    await assert.rejects(
      async () => lookAt("http", options),
      (error: Error) => /key/.test(error.message) && !error.message.includes("BEGIN PRIVATE"),
    );
  }
});

for (const secure of [true, false]) {
  for (const version of ["1.1", "2"] as const) {
    const what = `HTTP/${version} ${secure ? "with" : "without"} TLS`;
    test(`a tunnel of a proxy carries ${what}`, async () => {
      const options = { version, ...(secure ? { certificate } : {}) };
      await withTarget(
        startHttp(() => WELL, options),
        async (target) => {
          await withTarget(startProxy(), async (proxy) => {
            const outcome = await lookAt("http", {
              url: `http${secure ? "s" : ""}://localhost:${target.port}/`,
              httpVersion: version,
              proxy: { url: `http://127.0.0.1:${proxy.port}`, user: "ann", password: "hush" },
              bodyContains: "well",
              tls,
            });
            assert.equal(said(outcome), "ok ok", outcome.detail);
            assert.deepEqual(proxy.seen, [
              { target: `localhost:${target.port}`, authorization: "Basic YW5uOmh1c2g=" },
            ]);
            assert.ok(outcome.phases.connectUs > 0);
            assert.equal(outcome.phases.tlsUs > 0, secure);
          });
        },
      );
    });
  }
}

const REFUSALS: [number | "silence", string, RegExp][] = [
  [502, "dead host_unreachable", /could not reach 127\.0\.0\.1:\d+ \(it answered 502\)/],
  [504, "dead connect_timeout", /could not reach/],
  [407, "void misconfigured", /answered 407 .*; give it a user and a password/],
  [403, "void misconfigured", /answered 403/],
  ["silence", "void proxy_failure", /did not answer in full within 150 ms/],
];
for (const [refusal, expected, sentence] of REFUSALS) {
  test(`a proxy that answers CONNECT by ${refusal} is ${expected}`, async () => {
    await withTarget(startProxy(refusal), async ({ port }) => {
      const proxy = { url: `http://127.0.0.1:${port}` };
      const timeoutMs = refusal === "silence" ? 150 : 5_000;
      const outcome = await lookAt("http", { url: "http://127.0.0.1:1/", proxy }, { timeoutMs });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, sentence);
    });
  });
}

test("a proxy that cannot be reached says nothing about the target", async () => {
  const ports = [await closedPort()];
  for (const port of ports) {
    const proxy = { url: `http://127.0.0.1:${port}` };
    const outcome = await lookAt("http", { url: "http://127.0.0.1:1/", proxy });
    assert.equal(said(outcome), "void proxy_failure");
    assert.match(outcome.detail, /^The proxy 127\.0\.0\.1:\d+ failed: Connection refused/);
  }
});

test("the name for TLS and the Host header can be other than the URL's", async () => {
  const other = makeCertificate({ authority, names: ["other.test"] });
  await withTarget(
    startHttp(() => ({}), { certificate: other }),
    async (target) => {
      const outcome = await lookAt("http", {
        url: `https://127.0.0.1:${target.port}/`,
        headers: { host: "third.test" },
        tls: { ...tls, serverName: "other.test" },
      });
      assert.equal(said(outcome), "ok ok", outcome.detail);
      assert.equal(target.seen[0]?.headers["host"], "third.test");
    },
  );
});

test("a body without end is read to its bound over HTTP/2, or not at all", async () => {
  const endless = startHttp2((stream) => {
    stream.respond({ ":status": 200 });
    const pour = (): void => {
      while (!stream.destroyed && stream.write("y".repeat(16_384)));
    };
    stream.on("drain", pour);
    pour();
  });
  await withTarget(endless, async ({ port }) => {
    const options = { url: `http://127.0.0.1:${port}/`, httpVersion: "2" };
    const outcome = await lookAt("http", { ...options, bodyContains: "x", bodyBytesMax: 100_000 });
    assert.equal(said(outcome), "sub http_body");
    assert.match(outcome.detail, /\(100000 bytes\)/);
    assert.equal(said(await lookAt("http", options)), "ok ok");
  });
});

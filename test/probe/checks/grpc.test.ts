import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerHttp2Stream } from "node:http2";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { Serving, startGrpc, startHttp2 } from "../../helpers/grpc-target.ts";
import type { HealthSays } from "../../helpers/grpc-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const SAYS: [string, HealthSays, string][] = [
  ["SERVING", { status: Serving.SERVING }, "ok ok"],
  ["NOT_SERVING", { status: Serving.NOT_SERVING }, "sub grpc_not_serving"],
  ["UNKNOWN", { status: Serving.UNKNOWN }, "sub grpc_unknown"],
  ["SERVICE_UNKNOWN", { status: Serving.SERVICE_UNKNOWN }, "void misconfigured"],
  ["NOT_FOUND", { code: 5, details: "no such service" }, "void misconfigured"],
  ["UNIMPLEMENTED", { code: 12, details: "not here" }, "void misconfigured"],
  ["UNAVAILABLE", { code: 14, details: "später" }, "sub grpc_status"],
  ["UNAUTHENTICATED", { code: 16, details: "who?" }, "sub grpc_status"],
];

test("the grpc check maps what the health service says", async (t) => {
  await withTarget(startGrpc("silence"), async (server) => {
    for (const [name, says, expected] of SAYS) {
      await t.test(`${name} is ${expected}`, async () => {
        server.say(says);
        const outcome = await lookAt("grpc", {
          host: "127.0.0.1",
          port: server.port,
          service: "shop",
        });
        assert.equal(said(outcome), expected, outcome.detail);
        assert.equal(server.seen.at(-1)?.service, "shop");
      });
    }
    server.say({ code: 14, details: "später" });
    const outcome = await lookAt("grpc", { host: "127.0.0.1", port: server.port });
    assert.match(outcome.detail, /answered UNAVAILABLE \(14\): "sp\\u00e4ter"\.$/);
  });
});

test("metadata is sent and never shown", async () => {
  await withTarget(startGrpc({ code: 16, details: "you sent hush" }), async (server) => {
    const metadata = { "x-key": "hush" };
    const outcome = await lookAt("grpc", { host: "127.0.0.1", port: server.port, metadata });
    assert.equal(server.seen[0]?.metadata["x-key"], "hush");
    assert.match(outcome.detail, /you sent \*\*\*/);
  });
});

test("a server without the health service is misconfigured, not down", async () => {
  await withTarget(startGrpc("no health service"), async ({ port }) => {
    const outcome = await lookAt("grpc", { host: "127.0.0.1", port });
    assert.equal(said(outcome), "void misconfigured");
    assert.match(outcome.detail, /does not offer grpc\.health\.v1\.Health/);
  });
});

test("the grpc check speaks TLS with ALPN", async () => {
  const authority = makeAuthority();
  const certificate = makeCertificate({ authority });
  const serving = startGrpc({ status: Serving.SERVING }, certificate);
  await withTarget(serving, async ({ port }) => {
    const options = { host: "127.0.0.1", port };
    const good = await lookAt("grpc", { ...options, tls: { ca: authority.ca } });
    assert.equal(said(good), "ok ok", good.detail);
    assert.equal(good.facts?.["certificateDays"], 30);
    assert.ok(good.phases.tlsUs > 0);
    assert.equal(said(await lookAt("grpc", { ...options, tls: {} })), "sub tls_certificate");
  });
  await withTarget(startTarget(answers(), certificate), async ({ port }) => {
    const outcome = await lookAt("grpc", { host: "127.0.0.1", port, tls: { verify: false } });
    assert.equal(said(outcome), "sub tls_handshake");
    assert.match(outcome.detail, /does not offer h2/);
  });
});

const GRPC_HEADERS = { ":status": 200, "content-type": "application/grpc" };
const SERVING_FRAME = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

/** Answers with these bytes and this grpc-status in the trailers. */
function replies(bytes: Buffer, trailers: Record<string, string>) {
  return (stream: ServerHttp2Stream): void => {
    stream.respond(GRPC_HEADERS, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(bytes);
  };
}

const OK_STATUS = { "grpc-status": "0" };
const STREAMS: [string, (stream: ServerHttp2Stream) => void, string][] = [
  ["a right reply", replies(SERVING_FRAME, OK_STATUS), "ok ok"],
  ["no frame", replies(Buffer.alloc(0), OK_STATUS), "sub protocol_error"],
  ["a cut frame", replies(SERVING_FRAME.subarray(0, 6), OK_STATUS), "sub protocol_error"],
  [
    "a frame too long",
    replies(Buffer.concat([SERVING_FRAME, SERVING_FRAME]), OK_STATUS),
    "sub protocol_error",
  ],
  [
    "a compressed frame",
    replies(Buffer.from([1, 0, 0, 0, 2, 8, 1]), OK_STATUS),
    "sub protocol_error",
  ],
  [
    "a message that is none",
    replies(Buffer.from([0, 0, 0, 0, 2, 8, 0xff]), OK_STATUS),
    "sub protocol_error",
  ],
  [
    "an unknown status",
    replies(Buffer.from([0, 0, 0, 0, 2, 8, 9]), OK_STATUS),
    "sub protocol_error",
  ],
  ["no grpc-status", replies(SERVING_FRAME, { other: "1" }), "sub protocol_error"],
  ["a wrong grpc-status", replies(SERVING_FRAME, { "grpc-status": "x" }), "sub protocol_error"],
  ["a reply without end", replies(Buffer.alloc(200_000), OK_STATUS), "sub protocol_error"],
  [
    "trailers only",
    (stream) => stream.respond({ ...GRPC_HEADERS, "grpc-status": "14" }, { endStream: true }),
    "sub grpc_status",
  ],
  [
    "plain HTTP 503",
    (stream) => stream.respond({ ":status": 503 }, { endStream: true }),
    "sub grpc_status",
  ],
  [
    "HTML",
    (stream) =>
      stream.respond(
        { ":status": 200, "content-type": "text/html", "grpc-status": "0" },
        { endStream: true },
      ),
    "sub protocol_error",
  ],
  ["a reset stream", (stream) => stream.close(7), "sub protocol_error"],
  ["a reset session", (stream) => stream.session?.goaway(2), "sub protocol_error"],
  ["a closed connection", (stream) => stream.session?.destroy(), "sub connection_closed"],
];
for (const [name, handle, expected] of STREAMS) {
  test(`a server that answers by ${name} is ${expected}`, async () => {
    const outcome: CheckOutcome = await withTarget(startHttp2(handle), ({ port }) =>
      lookAt("grpc", { host: "127.0.0.1", port }),
    );
    assert.equal(said(outcome), expected, outcome.detail);
  });
}

test("a server that speaks HTTP/1.1 breaks the protocol", async () => {
  await withTarget(startTarget(answers()), async ({ port }) => {
    const outcome = await lookAt("grpc", { host: "127.0.0.1", port });
    assert.equal(said(outcome), "sub protocol_error", outcome.detail);
  });
});

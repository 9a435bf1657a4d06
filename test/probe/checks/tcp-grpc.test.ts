import assert from "node:assert/strict";
import { test } from "node:test";
import { checkKind } from "../../../probe/checks/index.ts";
import { Serving, startGrpc } from "../../helpers/grpc-target.ts";
import { startShop } from "../../helpers/grpc-shop.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** The example of the docs: a health check of a gRPC server as bytes, as HAProxy's tcp-check. */
function scriptOfDocs(): unknown {
  const example = checkKind("tcp")?.examples?.find(({ title }) => title.includes("gRPC"));
  assert.ok(example, "the tcp kind has an example of a gRPC server");
  return example.options["script"];
}

test("the bytes that HAProxy sends to a gRPC server find out whether it is SERVING", async () => {
  const script = scriptOfDocs();
  await withTarget(startGrpc({ status: Serving.SERVING }), async (server) => {
    const options = { host: "127.0.0.1", port: server.port, script };
    const good = await lookAt("tcp", options);
    assert.equal(said(good), "ok ok", good.detail);
    assert.deepEqual(
      server.seen.map(({ service }) => service),
      [""],
    );
    server.say({ status: Serving.NOT_SERVING });
    const bad = await lookAt("tcp", options, { timeoutMs: 300 });
    assert.equal(said(bad), "sub read_timeout", bad.detail);
    assert.match(bad.detail, /expected the bytes 00000000020801, got /);
  });
});

/** A frame of HTTP/2 (RFC 9113 4.1) as a line of the script. */
function frame(type: number, flags: number, payload: Buffer): { send: string } {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(type === 4 ? 0 : 1, 5);
  return { send: `hex:${Buffer.concat([head, payload]).toString("hex")}` };
}

const text = (part: string): Buffer =>
  Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]);

/** A header field without indexing and without Huffman coding (RFC 7541 6.2.2). */
function field(name: string | number, value: string): Buffer {
  if (typeof name === "string") return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
  const index = name < 15 ? [name] : [15, name - 15];
  return Buffer.concat([Buffer.from(index), text(value)]);
}

test("a text in the reply of any method of a gRPC server can be expected", async () => {
  const headers = Buffer.concat([
    Buffer.from([0x83, 0x86]),
    field(4, "/shop.v1.Orders/Get"),
    field(1, "localhost"),
    field(31, "application/grpc"),
    field("te", "trailers"),
  ]);
  const script = (expect: string) => [
    { send: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
    frame(4, 0, Buffer.alloc(0)),
    frame(1, 4, headers),
    { ...frame(0, 1, Buffer.from([0, 0, 0, 0, 3, 0x0a, 1, 0x37])), expect },
  ];
  await withTarget(startShop({ reply: { order: { state: "PAID" } } }), async (shop) => {
    const look = (expect: string) =>
      lookAt(
        "tcp",
        { host: "127.0.0.1", port: shop.port, script: script(expect) },
        { timeoutMs: 500 },
      );
    const good = await look("PAID");
    assert.equal(said(good), "ok ok", good.detail);
    assert.deepEqual(shop.seen[0]?.request, { id: "7" });
    assert.equal(said(await look("OPEN")), "sub read_timeout");
  });
});

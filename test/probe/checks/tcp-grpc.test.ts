import assert from "node:assert/strict";
import { test } from "node:test";
import { checkKind } from "../../../probe/checks/index.ts";
import { Serving, startGrpc } from "../../helpers/grpc-target.ts";
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

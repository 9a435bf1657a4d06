import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import test from "node:test";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { DESCRIPTOR_SET_BASE64 } from "../../../aggregator/grpc/descriptors.ts";
import { createGrpcServer } from "../../../aggregator/grpc/server.ts";
import { createEventBus } from "../../../aggregator/bus.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { createFakeEngine } from "../../helpers/fake-engine.ts";
import { openGrpcRoom, PLAIN_DEPS, roomTest } from "../../helpers/grpc-room.ts";
import { openSession } from "../../helpers/mesh-client.ts";
import { reflect } from "../../helpers/reflection-client.ts";

/** Tries to listen with these deps, and closes again; what it throws is the answer. */
async function tryListen(address: string, deps: Partial<typeof PLAIN_DEPS> | TlsDeps = {}) {
  const clock = systemClock();
  const log = silentLog();
  const store = openSqliteStore({ path: ":memory:", log, clock });
  const parts = { clock, log, store, engine: createFakeEngine(store, clock) };
  const bus = createEventBus({ log });
  const server = createGrpcServer({ ...parts, bus, ...PLAIN_DEPS, ...deps });
  try {
    return await server.listen(address);
  } finally {
    await server.close(100);
    await store.close();
  }
}

interface TlsDeps {
  tls: { certPem: string; keyPem: string };
}

test("plaintext is spoken only on loopback, or when it is asked for", async () => {
  await assert.rejects(tryListen("0.0.0.0:0"), {
    code: "invalid",
    message: /0\.0\.0\.0:0 can be reached from other machines.*--tls-cert and --tls-key, or --inse/,
  });
  assert.ok((await tryListen("0.0.0.0:0", { insecure: true })) > 0);
  assert.ok((await tryListen("localhost:0")) > 0);
});

test("an address, a certificate or a port that does not work is told by a sentence", async () => {
  await assert.rejects(tryListen("7701"), { message: /^Expected host:port as the gRPC address/ });
  await assert.rejects(tryListen("127.0.0.1:0", { tls: { certPem: "x", keyPem: "y" } }), {
    message: /^The TLS certificate and key of the gRPC address do not work: /,
  });
  const room = await openGrpcRoom();
  try {
    await assert.rejects(tryListen(`127.0.0.1:${room.port}`), {
      code: "unavailable",
      message: `Cannot listen for gRPC on 127.0.0.1:${room.port}: another program listens there.`,
    });
  } finally {
    await room.close();
  }
});

const authority = makeAuthority();
const { cert, key } = makeCertificate({ authority });

roomTest(
  "a probe that trusts the certificate joins over TLS, and one that does not cannot",
  async (room) => {
    const trusting = credentials.createSsl(Buffer.from(authority.ca));
    const client = new Client(`127.0.0.1:${room.port}`, trusting);
    const distrusting = new Client(`127.0.0.1:${room.port}`, credentials.createSsl());
    try {
      const session = openSession(client, "token-a");
      session.hello();
      assert.equal((await session.next("welcome")).name, "a");
      const ended = await openSession(distrusting, "token-a").ended;
      assert.match(ended.details, /certificate/);
    } finally {
      client.close();
      distrusting.close();
    }
  },
  { deps: { tls: { certPem: cert, keyPem: key } } },
);

roomTest("reflection lists the services, and describes them", async (room) => {
  const { services, files } = await reflect(room.client(), "quorate.v1.Mesh.Session");
  assert.deepEqual(services, ["grpc.health.v1.Health", "quorate.v1.Mesh", "quorate.v1.Watch"]);
  assert.equal(files, 1);
});

test("the descriptors that reflection serves are those of the .proto files", async () => {
  const { stdout } = await promisify(execFile)(
    "../../node_modules/.bin/buf",
    [
      "build",
      "--exclude-source-info",
      "--as-file-descriptor-set",
      "--path=quorate/v1/mesh.proto",
      "--path=quorate/v1/watch.proto",
      "--path=grpc",
      "--output=-",
    ],
    { cwd: "shared/proto", encoding: "buffer" },
  );
  const served = Buffer.from(DESCRIPTOR_SET_BASE64, "base64");
  assert.deepEqual(served, stdout, "stale: renew it as aggregator/grpc/descriptors.ts says");
});

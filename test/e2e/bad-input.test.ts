import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { status } from "@grpc/grpc-js";
import type { Client } from "@grpc/grpc-js";
import { LIMITS } from "../../shared/limits.ts";
import { metricOf, problemOf } from "../helpers/ask-api.ts";
import { encodedBatch, makeBatch } from "../helpers/make-nouns.ts";
import { connect, openSession, plainHeartbeat } from "../helpers/mesh-client.ts";
import type { MeshClientSession } from "../helpers/mesh-client.ts";
import { patiently } from "../helpers/patience.ts";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

const GOOD = { name: "mail", kind: "http", options: { url: "http://127.0.0.1:1/" } };

/** Changes of a good target, and where, with what found, and what expected it is refused. */
const BAD_TARGETS: [changes: object, path: string, value: string | undefined, message: RegExp][] = [
  [{ kind: "htpp" }, "kind", '"htpp"', /^expected one of http, /],
  [{ kind: 7 }, "kind", "7", /expected string/],
  [{ options: { url: "mailto:x" } }, "options.url", '"mailto:x"', /http/],
  [
    { options: { url: GOOD.options.url, verb: 1 } },
    "options.verb",
    undefined,
    /no such option; expected one of url, /,
  ],
  [{ options: {} }, "options.url", undefined, /expected string, found nothing/],
  [{ name: undefined }, "name", undefined, /expected string, found nothing/],
  [{ name: "a b" }, "name", '"a b"', /letters, digits/],
  [{ intervalMs: 5 }, "intervalMs", "5", />=200/],
  [{ timeoutMs: 9_999, intervalMs: 1_000 }, "timeoutMs", "9999", /at most intervalMs/],
  [{ surprise: true }, "surprise", undefined, /no such field/],
];

async function sendBadRequests({ url, token }: RealMesh): Promise<void> {
  const path = "/targets";
  for (const [changes, where, value, message] of BAD_TARGETS) {
    const { status: code, issues } = await problemOf(url, {
      path,
      token,
      body: { ...GOOD, ...changes },
    });
    const issue = issues.find((one) => one.path === where);
    assert.equal(code, 422);
    assert.ok(issue, `${where} is named: ${JSON.stringify(issues)}`);
    assert.equal(issue.value, value);
    assert.match(issue.message, message);
  }
  const large = await problemOf(url, { path, token, body: { pad: "x".repeat(2 * 1_048_576) } });
  assert.equal(large.status, 413);
  assert.match(large.detail, new RegExp(`larger than ${LIMITS.bodyBytesMax} bytes`));
  const torn = await problemOf(url, { path, token, body: '{"name": "mail",' });
  assert.equal(torn.status, 400);
  assert.match(torn.detail, /not valid JSON at line 1, column 17/);
  const form = await problemOf(url, { path, token, body: "a=b", contentType: "text/plain" });
  assert.equal(form.status, 415);
  const method = "GET";
  const absent = await problemOf(url, { method, path: "/verdicts/nobody", token });
  assert.equal(absent.status, 404);
  assert.match(absent.detail, /no target .* "nobody"/);
}

async function sendBadTokens({ url, client }: RealMesh, probeToken: string): Promise<void> {
  const write = { path: "/targets", body: GOOD };
  const { secret } = await client.tokens.create({ name: "reader", scope: "read" });
  const cases: [token: string | null, code: number, detail: RegExp][] = [
    [null, 401, /Expected "Authorization: Bearer <token>"; found no Authorization header/],
    ["qrt_admin_00000000000000000000000000000000", 401, /The token is not known/],
    ["x", 401, /The token is not known/],
    [secret, 403, /needs a token of scope write; yours has scope read/],
    [probeToken, 403, /needs a token of scope write; yours has scope probe/],
  ];
  for (const [token, code, detail] of cases) {
    const problem = await problemOf(url, { ...write, token });
    assert.equal(problem.status, code);
    assert.match(problem.detail, detail);
  }
}

async function sendBadCredentials(mesh: RealMesh, client: Client): Promise<void> {
  const cases: [token: string | null, code: number, details: RegExp][] = [
    [null, status.UNAUTHENTICATED, /Expected metadata "authorization: Bearer <probe token>"/],
    ["qrt_probe_nobody", status.UNAUTHENTICATED, /This token is not known to the aggregator/],
    [mesh.token, status.PERMISSION_DENIED, /needs a token of scope probe, .* scope admin/],
  ];
  for (const [token, code, details] of cases) {
    const session = openSession(client, token);
    session.hello();
    const ended = await session.ended;
    assert.equal(ended.code, code);
    assert.match(ended.details, details);
  }
}

async function join(client: Client, token: string): Promise<MeshClientSession> {
  const session = openSession(client, token);
  session.hello();
  await session.next("assignments");
  return session;
}

async function sendBadMessages({ url, grpcPort }: RealMesh, client: Client, token: string) {
  // Bytes that are no message, at the beginning and later, end the session with a sentence.
  const noise = Uint8Array.from({ length: 64 }, () => 255);
  for (const session of [openSession(client, token), await join(client, token)]) {
    session.sendRaw(noise);
    assert.match((await session.next("goodbye")).reason, /these 64 bytes cannot be read as one/);
  }
  const early = openSession(client, token);
  early.send({ $case: "heartbeat", value: plainHeartbeat(1) });
  assert.match((await early.next("goodbye")).reason, /Expected hello as the first message/);

  const large = await join(client, token);
  large.sendRaw(new Uint8Array(2 * 1_048_576));
  assert.equal((await large.ended).code, status.RESOURCE_EXHAUSTED);

  const crooked = await join(client, token);
  crooked.results(1, { batch: encodedBatch(makeBatch(2, { outcome: [1] })) });
  const { reason } = await crooked.next("goodbye");
  assert.match(reason, /column outcome has 1 values, and column handle has 2/);

  // What is no gRPC at all.
  const stranger = connectTcp(grpcPort, "127.0.0.1", () =>
    stranger.write("GET / HTTP/1.0\r\n\r\n"),
  );
  stranger.on("error", () => undefined).resume();
  await once(stranger, "close");

  // Results of a target that nobody knows are taken, counted and left out.
  const dropped = await metricOf(url, "quorate_results_dropped_total");
  const unknown = await join(client, token);
  unknown.results(1, { batch: encodedBatch(makeBatch(3, { handle: [77, 77, 77] })) });
  assert.equal((await unknown.next("ack")).sequence, 1);
  assert.equal(await metricOf(url, "quorate_results_dropped_total"), dropped + 3);
  unknown.cancel();
}

meshTest("bad input on every port is refused with a reason, and the mesh goes on", async (mesh) => {
  const target = await startTarget(answers());
  mesh.onClose(() => target.close());
  await addProbes(mesh, "rack-a", "rack-b", "rack-c");
  await mesh.addTarget("shop", target.port);
  await mesh.untilWell("shop");
  const journal = await mesh.openJournal();
  const { token } = await mesh.client.probes.create({ name: "liar", region: "west", zone: "liar" });
  const client = connect(mesh.grpcPort);
  mesh.onClose(() => client.close());

  await sendBadRequests(mesh);
  await sendBadTokens(mesh, token);
  await sendBadCredentials(mesh, client);
  await sendBadMessages(mesh, client, token);

  await mesh.client.probes.delete("liar");
  await mesh.addTarget("blog", target.port);
  await mesh.untilWell("shop", "blog");
  await patiently("blog is up", async () => {
    return (await mesh.client.verdicts.get("blog")).state === "up";
  });
  const lines = (await journal.lines()).filter((line) => line.startsWith("target."));
  assert.deepEqual(lines, ["target.created blog", "target.up blog"]);
  assert.equal(mesh.aggregator().end(), null);
});

/** Who reaches whom, on real processes: named canaries, the matrix, an outage, an own view. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { connectHealth } from "../helpers/health-client.ts";
import { patiently } from "../helpers/patience.ts";
import { runCommand, startProgram } from "../helpers/program.ts";
import { meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";

const opened: Server[] = [];
after(() => opened.forEach((server) => server.close()));

/** A server that accepts, on a free port. */
async function accepting(): Promise<number> {
  const server = createServer((socket) => void socket.on("error", () => undefined).end());
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A port where nothing listens. */
async function closedPort(): Promise<number> {
  const port = await accepting();
  await new Promise((resolve) => opened.pop()?.close(resolve));
  return port;
}

const EDGE = await accepting();
const DEAD = await closedPort();
const FLAGS = ["--canary", `edge=tcp://127.0.0.1:${EDGE}`];
FLAGS.push("--canary", `east:dead=tcp://127.0.0.1:${DEAD}`);
const OPTIONS = { flags: FLAGS, env: { QUORATE_TARGETS: `web=tcp://127.0.0.1:${EDGE}` } };

const answersOf = async ({ client }: RealMesh, probe: string) => {
  const { items } = await client.probes.mesh();
  const row = items.find(({ name }) => name === probe);
  return new Map(row?.answers.map((answer) => [answer.canary, answer]));
};

async function whoReachesWhom(mesh: RealMesh): Promise<void> {
  const a = await mesh.addProbe("rack-a");
  const c = await mesh.addProbe("rack-c");
  await patiently("each reaches the other", async () => {
    const [ofA, ofC] = [await answersOf(mesh, "rack-a"), await answersOf(mesh, "rack-c")];
    return ofA.get(`probe:${c.id}`)?.state === "ok" && ofC.get(`probe:${a.id}`)?.state === "ok";
  });
  const ofA = await answersOf(mesh, "rack-a");
  assert.equal(ofA.get("edge")?.state, "ok");
  assert.equal(ofA.get("aggregator")?.state, "ok");
  assert.deepEqual(
    [ofA.get("dead")?.state, ofA.get("dead")?.reason],
    ["fail", "connection_refused"],
  );
  assert.ok(!(await answersOf(mesh, "rack-c")).has("dead"), "it is named for another region");
  await patiently("what half of the mesh fails is excluded", async () => {
    const { canaries } = await mesh.client.probes.mesh();
    const dead = canaries.find(({ id }) => id === "dead");
    return dead?.excluded === true && dead.region === "east" && /Half of/.test(dead.reason);
  });
  const env = { QUORATE_URL: mesh.url, QUORATE_TOKEN: mesh.token };
  const shown = await runCommand(["probes", "matrix"], env);
  assert.match(shown.output, /^PROBE +aggregator +dead +edge +rack-(a|c)/m);
  assert.match(shown.output, /^rack-a → dead: Connection refused: nothing is listening/m);
  assert.match(shown.output, /^dead is excluded: Half of the mesh/m);
  const json: unknown = JSON.parse((await runCommand(["probes", "matrix", "--json"], env)).output);
  assert.ok(typeof json === "object" && json !== null && "canaries" in json);
}

meshTest("every probe's canaries make a matrix of who reaches whom", whoReachesWhom, OPTIONS);

meshTest(
  "a probe that lost the aggregator alone says so, in its log and in the API",
  async (mesh) => {
    const probe = await mesh.addProbe("rack-c");
    await patiently("it knows its canaries", async () => {
      return (await answersOf(mesh, "rack-c")).get("edge")?.state === "ok";
    });
    mesh.aggregator().signal("SIGKILL");
    await mesh.aggregator().ended;
    await patiently("its log tells", () => /but other canaries can/.test(probe.program().errors()));
    await mesh.startAggregator();
    const outage = await patiently("the API tells", async () => {
      return (await mesh.client.probes.get("rack-c")).status.lastOutage;
    });
    assert.equal(outage.lost, "aggregator");
    assert.match(outage.sentence, /lost the aggregator and not its network/);
    const env = { QUORATE_URL: mesh.url, QUORATE_TOKEN: mesh.token };
    const got = await runCommand(["probes", "get", "rack-c"], env);
    assert.match(got.output, /^last outage +\S.* ago\. For .* lost the aggregator/m);
    const listed = await runCommand(["probes", "list"], env);
    assert.match(listed.output, /LAG +CPU +MEMORY +LOAD/);
    assert.match(listed.output, /%.* MiB/);
    const metrics = await (await fetch(`${mesh.url}/metrics`)).text();
    const one = `quorate_probe_memory_bytes{probe="${probe.id}"} `;
    assert.ok(metrics.includes(one), "the probe's memory is a metric");
  },
  OPTIONS,
);

meshTest(
  "a probe serves its view of a target of QUORATE_TARGETS, and holds its folder alone",
  async (mesh) => {
    const flags = ["--serve-health", `127.0.0.1:${await closedPort()}`];
    const place = { aggregator: `127.0.0.1:${mesh.grpcPort}`, flags };
    const probe = await mesh.addProbeAt("rack-a", place);
    const client = connectHealth(Number(flags[1]?.split(":").at(-1)));
    mesh.onClose(() => client.close());
    await patiently("it serves", async () => (await client.check("web")) === "SERVING");
    assert.equal((await mesh.client.targets.get("web")).kind, "tcp");
    const args = ["probe", "--aggregator", place.aggregator, "--data", probe.dataDir];
    const second = startProgram(args, { env: { QUORATE_PROBE_TOKEN: probe.token } });
    mesh.onClose(() => second.close());
    assert.equal((await second.ended).code, 1);
    assert.match(second.errors(), /held by process \d+ on .* Give each probe its own --data/);
  },
  OPTIONS,
);

test("a bad entry of QUORATE_TARGETS refuses the start, with a sentence", async (t) => {
  const data = mkdtempSync(join(tmpdir(), "quorate-targets-"));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const args = ["aggregator", "--data", data, "--listen", "127.0.0.1:0"];
  args.push("--grpc-listen", "127.0.0.1:0");
  for (const [list, sentence] of [
    ["shop=gopher://h", /its kind is none of http/],
    ["shop=http://h/ a=icmp://h/x", /nothing may follow/],
    ["dead=tcp://-:1", /The target dead of QUORATE_TARGETS cannot be made/],
  ] as const) {
    const { code, errors } = await runCommand(args, { QUORATE_TARGETS: list });
    assert.equal(code, 1);
    assert.match(errors, sentence);
  }
});

import assert from "node:assert/strict";
import type { ApiNotification } from "../../shared/api/channel.ts";
import type { ApiResult } from "../../shared/api/result.ts";
import { systemRandom } from "../../shared/random.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { patiently } from "../helpers/patience.ts";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";
import { startScribe } from "../helpers/scribe.ts";
import type { Scribe } from "../helpers/scribe.ts";
import { answers, startTarget } from "../helpers/target-server.ts";
import { startWebhookReceiver } from "../helpers/webhook-receiver.ts";
import type { WebhookReceiver } from "../helpers/webhook-receiver.ts";

const PROBES = ["rack-a", "rack-b", "rack-c"];
/** Evidence outlives a slow restart: 9 s, and an interval more until a verdict is unknown. */
const TIMES = { intervalMs: 3_000, timeoutMs: 1_000 };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** Kills while nothing changes. */
const QUIET_KILLS = 2;
/** And one during each of these changes: few for each target, or it would be told as flapping. */
const CHANGES = [
  ["blog", "pass"],
  ["mail", "refuse"],
  ["wiki", "refuse"],
  ["mail", "pass"],
] as const;
/** Results that each life of the aggregator acknowledges before it is killed. */
const LOAD = 400;
/** A verdict changes while about so many are taken, so the instant of a kill is drawn from it. */
const LOAD_OF_CHANGE = 6_000;

const random = systemRandom();

/** What a restart must not change. */
async function verdictsOf({ client }: RealMesh): Promise<unknown[]> {
  const { items } = await client.verdicts.list();
  return items.map(({ target, state, since, incidentId }) => [target, state, since, incidentId]);
}

/** Kills the aggregator at an instant nobody chose, while it takes results, and starts it anew. */
async function killUnderLoad(mesh: RealMesh, scribe: Scribe, spread: number): Promise<void> {
  const until = scribe.acknowledged().length + LOAD + random.float() * spread;
  await patiently("results are taken", () => scribe.acknowledged().length > until);
  const killed = mesh.aggregator();
  killed.signal("SIGKILL");
  await killed.ended;
  await mesh.startAggregator();
}

/** What was told of targets, without their making. */
async function targetLines({ journal }: RealMesh): Promise<string[]> {
  const lines = await journal.lines();
  return lines.filter((line) => /^(target|incident)\./.test(line) && !/\.created/.test(line));
}

/** A mesh of targets that are all well, one of which is all load. */
async function setUp(mesh: RealMesh) {
  const receiver = await startWebhookReceiver();
  const shop = await startTarget(answers());
  const proxied = () => startFaultProxy({ host: "127.0.0.1", port: shop.port });
  const servers = { blog: await proxied(), mail: await proxied(), wiki: await proxied() };
  for (const server of [receiver, shop, ...Object.values(servers)]) {
    mesh.onClose(() => server.close());
  }
  await addProbes(mesh, ...PROBES);
  const options = { url: receiver.url, secret: SECRET };
  await mesh.client.channels.create({ name: "ops", kind: "webhook", options });
  for (const [name, { port }] of Object.entries({ shop, ...servers })) {
    await mesh.addTarget(name, port, { ...TIMES, vantages: { probes: PROBES } });
  }
  const place = { name: "scribe", region: "north", zone: "scribe" };
  const { token } = await mesh.client.probes.create(place);
  await mesh.addTarget("ledger", 1, {
    kind: "tcp",
    options: { host: "127.0.0.1", port: 1 },
    vantages: { probes: ["scribe"] },
  });
  const scribe = startScribe(mesh.grpcPort, token);
  mesh.onClose(() => scribe.stop());
  for (const probe of PROBES) await mesh.untilVote(probe, "ok", ["shop", ...Object.keys(servers)]);
  return { receiver, servers, scribe };
}

async function allNotifications({ client }: RealMesh): Promise<ApiNotification[]> {
  const found: ApiNotification[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.notifications.list({ cursor: cursor ?? undefined, limit: 50 });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

async function allResults({ client }: RealMesh): Promise<ApiResult[]> {
  const found: ApiResult[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { probe: "scribe", cursor: cursor ?? undefined, limit: 1_000 };
    const page = await client.targets.results("ledger", query);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

function eventIdIn(body: string): string {
  const event: unknown = JSON.parse(body);
  assert.ok(typeof event === "object" && event !== null && "id" in event);
  return String(event.id);
}

/** Each event that was to be told was told, under one id, and the receiver heard of it. */
async function checkNotifications(mesh: RealMesh, receiver: WebhookReceiver): Promise<void> {
  await patiently("every notification is delivered", async () => {
    return (await allNotifications(mesh)).every(({ state }) => state === "delivered");
  });
  const intended = await allNotifications(mesh);
  const idsByEvent = new Map<string, Set<string>>();
  for (const { id, body } of receiver.received) {
    const eventId = eventIdIn(body);
    idsByEvent.set(eventId, (idsByEvent.get(eventId) ?? new Set<string>()).add(id));
  }
  for (const [eventId, ids] of idsByEvent) assert.equal(ids.size, 1, `${eventId} has one id`);
  const heard = new Set(receiver.received.map(({ id }) => id));
  assert.deepEqual([...heard].sort(), intended.map(({ id }) => id).sort());
  // Each incident was alerted once, and its end told once.
  const told = await mesh.journal.all();
  const count = (pattern: RegExp): number => told.filter(({ type }) => pattern.test(type)).length;
  const sent = (pattern: RegExp): number =>
    intended.filter(({ event }) => pattern.test(JSON.stringify(event))).length;
  assert.equal(sent(/"type":"target\.(down|partial)"/), count(/^incident\.opened$/));
  assert.equal(sent(/"type":"target\.up"/), count(/^incident\.resolved$/));
}

/** Every acknowledged result is in the history, and none is there twice. */
async function checkHistory(mesh: RealMesh, scribe: Scribe): Promise<void> {
  await scribe.stop();
  const kept = (await allResults(mesh)).map(({ latencyUs }) => latencyUs);
  const there = new Set(kept);
  assert.equal(there.size, kept.length, "no result is there twice");
  const lost = scribe.acknowledged().filter((mark) => !there.has(mark));
  assert.deepEqual(lost, [], `of ${scribe.acknowledged().length} acknowledged results`);
  assert.ok(Math.max(...kept) <= scribe.made());
}

meshTest(
  "an aggregator that is killed under load judges as before, and has lost nothing",
  async (mesh) => {
    const { receiver, servers, scribe } = await setUp(mesh);
    await servers.blog.set("refuse");
    await mesh.untilState("blog", "down");
    await mesh.untilState("shop", "up");
    const before = { verdicts: await verdictsOf(mesh), told: await targetLines(mesh) };
    for (let kill = 0; kill < QUIET_KILLS; kill += 1) {
      await killUnderLoad(mesh, scribe, LOAD);
      assert.deepEqual(await verdictsOf(mesh), before.verdicts);
      await mesh.untilVote("rack-a", "ok", ["shop"]);
    }
    assert.deepEqual(await targetLines(mesh), before.told);

    for (const [target, fault] of CHANGES) {
      // The first message of each round is refused, so that one waits to be sent again.
      receiver.next({ status: 500 });
      await servers[target].set(fault);
      await killUnderLoad(mesh, scribe, LOAD_OF_CHANGE);
      await mesh.untilState(target, fault === "pass" ? "up" : "down");
    }
    await mesh.untilState("shop", "up");
    await checkNotifications(mesh, receiver);
    await checkHistory(mesh, scribe);
  },
  { heartbeatMs: 3_000 },
);

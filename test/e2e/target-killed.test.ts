import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { aboutOf } from "../helpers/journal.ts";
import { patiently } from "../helpers/patience.ts";
import { startProgram } from "../helpers/program.ts";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";
import { startWebhookReceiver } from "../helpers/webhook-receiver.ts";
import type { Received } from "../helpers/webhook-receiver.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const ZONES = ["rack-a", "rack-b", "rack-c"];
/** What a channel that names no events is told of a target. */
const TOLD = ["target.down", "target.up"];

/**
 * With more failures in a row to confirm one, a vantage that a busy machine holds up has more time
 * to be asked before the two others have confirmed theirs, which would make the target partial.
 */
const FALL = 4;
/** And more time for its heartbeats. */
const STEADY = { heartbeatMs: 1_500 };

/** Who said what, and whether it counted. */
function witnessLines(vantages: unknown): string[] {
  assert.ok(Array.isArray(vantages));
  return vantages
    .map(({ zone, vote, counted }: Record<string, unknown>) => [zone, vote, counted].join(" "))
    .sort();
}

/** What a message says, read by the library that receivers use. */
function verified({ id, headers, body }: Received): Record<string, unknown> {
  const payload = new Webhook(SECRET).verify(body, {
    "webhook-id": id,
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"]),
  });
  assert.ok(typeof payload === "object" && payload !== null);
  return { ...payload };
}

async function untilDelivered(mesh: RealMesh, count: number): Promise<void> {
  await patiently(`${count} notifications are delivered`, async () => {
    const { items } = await mesh.client.notifications.list();
    return items.length === count && items.every(({ state }) => state === "delivered");
  });
}

meshTest(
  "a killed target is down by all three zones, told once, then well",
  async (mesh) => {
    const receiver = await startWebhookReceiver();
    mesh.onClose(() => receiver.close());
    let duke = startProgram(["duke", "--steady"]);
    mesh.onClose(() => duke.close());
    const [, port = ""] = await duke.says(/^http http:\/\/127\.0\.0\.1:(\d+)\/$/m);
    await addProbes(mesh, ...ZONES);
    await mesh.addTarget("shop", Number(port), { fall: FALL });
    const options = { url: receiver.url, secret: SECRET };
    await mesh.client.channels.create({ name: "ops", kind: "webhook", options });
    await mesh.untilWell("shop");

    const journal = await mesh.openJournal();
    duke.signal("SIGKILL");
    await duke.ended;
    const down = await journal.event({ type: "target.down", about: "shop" });
    assert.deepEqual(
      witnessLines(down.data["vantages"]),
      ZONES.map((zone) => `${zone} dead counted`),
    );
    await untilDelivered(mesh, 1);
    const outage = ["target.suspect", "target.down", "incident.opened", "alert.raised"];
    assert.deepEqual(await toldOf("shop"), outage);

    duke = startProgram(["duke", "--steady", "--listen", `127.0.0.1:${port}`]);
    await journal.event({ type: "incident.resolved", about: "shop" });
    await untilDelivered(mesh, 2);
    const end = ["target.recovering", "target.up", "incident.resolved", "alert.cleared"];
    assert.deepEqual(await toldOf("shop"), [...outage, ...end]);

    const told = receiver.received.map(verified);
    const [downEvent, upEvent] = (await journal.all()).filter(({ type }) => TOLD.includes(type));
    assert.deepEqual(
      told.map(({ type, id }) => [type, id]),
      [downEvent, upEvent].map((event) => [event?.type, event?.id]),
    );
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 2);

    async function toldOf(target: string): Promise<string[]> {
      const events = (await journal.all()).filter((event) => aboutOf(event) === target);
      return events.map(({ type }) => type);
    }
  },
  STEADY,
);

/** A real HAProxy that follows the verdicts of a real mesh. */
import assert from "node:assert/strict";
import test from "node:test";
import { startHaProxy } from "../helpers/haproxy.ts";
import type { HaProxy } from "../helpers/haproxy.ts";
import { needs } from "../helpers/needs.ts";
import { patiently } from "../helpers/patience.ts";
import { addProbeBehindUplink, openRealMesh } from "../helpers/real-mesh.ts";
import type { OpenMesh } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

test(
  "HAProxy takes a server out when its verdict is down, and back in, and not for one vantage",
  { timeout: 170_000, ...needs("haproxy") },
  async () => {
    const mesh = await openRealMesh({ flags: ["--agent-listen", "127.0.0.1:0"] });
    try {
      await follow(mesh);
    } catch (error) {
      throw new Error(`${String(error)}\n${await mesh.report()}`, { cause: error });
    } finally {
      await mesh.close();
    }
  },
);

async function follow(mesh: OpenMesh): Promise<void> {
  const target = await startTarget(answers({ body: "a" }));
  mesh.onClose(() => target.close());
  const uplinks = [];
  for (const name of ["rack-a", "rack-b", "rack-c"]) {
    uplinks.push((await addProbeBehindUplink(mesh, name)).uplink);
  }
  await mesh.addTarget("shop-a", target.port);
  await mesh.untilWell("shop-a");
  const [, port] = await mesh.aggregator().says(/^agent [\d.]+:(\d+)$/m);
  // Quorate knows nothing of the other server, which must keep it in.
  const other = await startTarget(answers({ body: "b" }));
  mesh.onClose(() => other.close());
  const haproxy = startHaProxy(Number(port), { shopA: target.port, shopB: other.port });
  mesh.onClose(() => haproxy.close());
  await patiently("HAProxy answers", async () => (await haproxy.get()).status === 200);
  assert.equal(await serving(haproxy), "a b");

  const [first, ...others] = uplinks;
  await first?.set("targets", "refuse");
  await mesh.untilVote("rack-a", "dead", ["shop-a"]);
  assert.equal(await serving(haproxy), "a b");
  assert.ok(!/is DOWN/.test(haproxy.said()), haproxy.said());

  for (const uplink of others) await uplink.set("targets", "refuse");
  await mesh.untilState("shop-a", "down");
  await patiently("HAProxy takes it out", () => /Server shop\/shop-a is DOWN/.test(haproxy.said()));
  assert.equal(await serving(haproxy), "b");

  for (const uplink of uplinks) await uplink.set("targets", "pass");
  await mesh.untilState("shop-a", "up");
  await patiently("HAProxy puts it back", () => /Server shop\/shop-a is UP/.test(haproxy.said()));
  assert.equal(await serving(haproxy), "a b");
  assert.ok(!/shop-b is DOWN/.test(haproxy.said()), haproxy.said());
}

/** Who answers, of the servers in turn. */
async function serving(haproxy: HaProxy): Promise<string> {
  const bodies = new Set<string>();
  for (let count = 0; count < 8; count += 1) bodies.add((await haproxy.get()).body);
  return [...bodies].toSorted().join(" ");
}

import assert from "node:assert/strict";
import { patiently } from "../helpers/patience.ts";
import { addProbeBehindUplink, addProbes, meshTest } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

/** Failures of each vantage after which nothing of the time before the fault can still count. */
const FAILURES = 10;

meshTest("a target that one vantage of three reaches is partial, and never down", async (mesh) => {
  const target = await startTarget(answers());
  mesh.onClose(() => target.close());
  await addProbes(mesh, "rack-a");
  const { uplink: uplinkB } = await addProbeBehindUplink(mesh, "rack-b");
  const { uplink: uplinkC } = await addProbeBehindUplink(mesh, "rack-c");
  await mesh.addTarget("shop", target.port);
  await mesh.untilWell("shop");
  const journal = await mesh.openJournal();

  await uplinkB.set("targets", "refuse");
  await uplinkC.set("targets", "refuse");
  const { data } = await journal.event({ type: "incident.opened", about: "shop" });
  assert.equal(data["severity"], "major");
  await patiently(`rack-b and rack-c fail ${FAILURES} times`, async () => {
    const { vantages } = await mesh.client.verdicts.explain("shop");
    return vantages.filter(({ vote }) => vote === "dead").length === 2 && (await haveFailed());
  });
  const outage = ["target.partial shop", "incident.opened shop", "alert.raised shop"];
  assert.deepEqual(await linesOnce(), outage);
  const { quorum, state } = await mesh.client.verdicts.explain("shop");
  assert.deepEqual([state, quorum.ok, quorum.confirmed], ["partial", 1, 2]);

  await uplinkB.set("targets", "pass");
  await uplinkC.set("targets", "pass");
  await journal.event({ type: "incident.resolved", about: "shop" });
  await journal.event({ type: "alert.cleared", about: "shop" });
  const end = ["target.up shop", "incident.resolved shop", "alert.cleared shop"];
  assert.deepEqual(await linesOnce(), [...outage, ...end]);

  /** Each line once: a state is told again when it becomes an incident a moment later. */
  async function linesOnce(): Promise<string[]> {
    return [...new Set(await journal.lines())];
  }

  async function haveFailed(): Promise<boolean> {
    for (const probe of ["rack-b", "rack-c"]) {
      const { items } = await mesh.client.targets.results("shop", { probe, limit: 200 });
      if (items.filter((result) => result.class === "dead").length < FAILURES) return false;
    }
    return true;
  }
});

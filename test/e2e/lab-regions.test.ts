import assert from "node:assert/strict";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { labTest } from "../helpers/lab-mesh.ts";
import type { LabMesh } from "../helpers/lab-mesh.ts";
import { aboutOf } from "../helpers/journal.ts";
import { patiently } from "../helpers/patience.ts";

const REGIONS = { east: ["rack-a", "rack-b"], west: ["rack-c", "rack-d"], north: ["rack-e"] };

/** Failures of each vantage after which nothing of the time before a fault can still count. */
const FAILURES = 7;

/** Waits until these probes have failed on a target again and again, and the rest reach it. */
async function untilSettled(lab: LabMesh, target: string, failing: string[]): Promise<void> {
  const { verdicts } = lab.mesh.client;
  await patiently(`${failing.join(" and ")} fail on ${target} for good`, async () => {
    const { vantages } = await verdicts.explain(target);
    return vantages.every(({ probeName, vote, failures }) => {
      return failing.includes(probeName) ? vote === "dead" && failures >= FAILURES : vote === "ok";
    });
  });
}

/** The states that a target is told to be in, each once. */
async function statesOf(lab: LabMesh, target: string): Promise<string[]> {
  const events = (await lab.journal().all()).filter((event) => aboutOf(event) === target);
  const types = events.map(({ type }) => type).filter((type) => type.startsWith("target."));
  // So many changes in a few seconds may be noticed as flapping.
  return [...new Set(types)].filter((type) => type !== "target.notice");
}

labTest("a region's troubles call nothing down", { regions: REGIONS, targets: ["shop", "blog"] }, [
  [
    "a region cut off from the aggregator alone is offline, and what it saw comes afterwards",
    async (lab) => {
      const { net } = lab;
      const east = net.prefix("east");
      const undo = [
        net.block({ from: east, to: net.home }),
        net.block({ from: net.home, to: east }),
      ];
      await lab.untilProbes("offline", ...REGIONS.east);
      const sentence = await lab.outage("shop");
      assert.match(sentence, /(\d) of \1 vantages .* cannot connect \(connection refused\)/);
      for (const name of REGIONS.east) assert.match(sentence, new RegExp(`${name} is offline`));
      for (const restore of undo) restore();
      await lab.untilProbes("eligible", ...REGIONS.east);
      await patiently("what rack-a saw meanwhile is in the history", async () => {
        const query = { probe: "rack-a", limit: 200 };
        const { items } = await lab.mesh.client.targets.results("shop", query);
        return items.some(({ class: outcome }) => outcome === "dead");
      });
    },
  ],
  [
    "a target that one region cannot reach is partial, and the others are named that reach it",
    async (lab) => {
      const { host } = lab.target("shop");
      const mend = lab.net.block({ from: lab.net.prefix("east"), to: host.address });
      await untilSettled(lab, "shop", REGIONS.east);
      const { state, sentence } = await lab.mesh.client.verdicts.explain("shop");
      assert.equal(state, "partial");
      assert.match(sentence, /2 of 5 vantages in 1 region \(rack-[ab], rack-[ab]\) cannot connect/);
      assert.match(sentence, /timed out\), rack-[cde], rack-[cde], rack-[cde] reach it/);
      assert.match(await lab.outage("blog"), /(\d) of \1 vantages .* cannot connect/);
      mend();
      await lab.mesh.untilState("shop", "up");
      assert.deepEqual(await statesOf(lab, "shop"), ["target.partial", "target.up"]);
    },
  ],
  [
    "a target whose answers to one region are lost is partial, although each question arrives",
    async (lab) => {
      const { host } = lab.target("blog");
      const mend = lab.net.block({ from: host.address, to: lab.net.prefix("west") });
      await untilSettled(lab, "blog", REGIONS.west);
      assert.equal((await lab.mesh.client.verdicts.get("blog")).state, "partial");
      assert.match(await lab.outage("shop"), /(\d) of \1 vantages .* cannot connect/);
      mend();
      await lab.mesh.untilState("blog", "up");
      assert.deepEqual(await statesOf(lab, "blog"), ["target.partial", "target.up"]);
    },
  ],
  [
    "a probe that hears nothing of the aggregator is offline, although it is heard",
    async (lab) => {
      const { net } = lab;
      const mend = net.block({ from: net.home, to: lab.probe("rack-e").host.address });
      await lab.untilProbes("offline", "rack-e");
      assert.match(
        await lab.outage("blog"),
        /(\d) of \1 vantages .* cannot connect.*rack-e is offline/,
      );
      mend();
      await lab.untilProbes("eligible", "rack-e");
    },
  ],
  [
    "a slow path that loses every fourth connection calls nothing down, and hides no outage",
    async (lab) => {
      const { host } = lab.target("shop");
      const behind = { host: host.addAddress(), port: 8_080 };
      const way = { from: lab.net.prefix("east"), to: host.address };
      const straight = lab.net.divert(way);
      const proxy = await startFaultProxy(behind, { host: host.address, port: 8_080 });
      lab.mesh.onClose(() => proxy.close());
      const slow = { delayMs: 200 };
      await proxy.set({ inTurn: [slow, slow, slow, "blackhole"] });
      await patiently("the path has lost eight connections", () => proxy.dialed() >= 32);
      assert.match(await lab.outage("shop"), /(\d) of \1 vantages/);
      straight();
    },
  ],
]);

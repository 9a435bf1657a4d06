import assert from "node:assert/strict";
import { startDns } from "../helpers/dns-server.ts";
import type { DnsServer } from "../helpers/dns-server.ts";
import { labTest } from "../helpers/lab-mesh.ts";
import type { LabMesh, LabPlan } from "../helpers/lab-mesh.ts";
import { patiently } from "../helpers/patience.ts";

const REGIONS = { east: ["rack-a", "rack-b"], west: ["rack-c", "rack-d"], north: ["rack-e"] };
const WHOSE = ["east", "others"] as const;
const PORT = 53;

/** Addresses of the two name servers, made when the lab opens. */
const hosts = { east: "", others: "" };
const running: { east: DnsServer | null; others: DnsServer | null } = { east: null, others: null };

const PLAN: LabPlan = {
  regions: REGIONS,
  targets: ["blog"],
  resolvers(net) {
    hosts.east = net.addHome();
    hosts.others = net.addHome();
    return { east: hosts.east, west: hosts.others, north: hosts.others };
  },
};

async function startResolver(lab: LabMesh, whose: (typeof WHOSE)[number]): Promise<void> {
  const table = { "shop.lab": { address: lab.target("shop").host.address } };
  const server = await startDns(table, { host: hosts[whose], port: PORT });
  running[whose] = server;
  lab.mesh.onClose(() => stopResolver(whose));
}

async function stopResolver(whose: (typeof WHOSE)[number]): Promise<void> {
  await running[whose]?.close();
  running[whose] = null;
}

/** Waits until these probes have failed to resolve the name again and again. */
async function untilNameless(lab: LabMesh, probes: readonly string[]): Promise<void> {
  await patiently(`${probes.join(", ")} cannot resolve the name`, async () => {
    const { vantages } = await lab.mesh.client.verdicts.explain("shop");
    const nameless = vantages.filter(({ vote, failures, effectiveDomain }) => {
      return vote === "dead" && failures >= 6 && effectiveDomain.includes("198.18.");
    });
    return probes.every((name) => nameless.some(({ probeName }) => probeName === name));
  });
}

labTest("probes that fail through one resolver are one witness", PLAN, [
  [
    "a target known by its name is reached",
    async (lab) => {
      await lab.addTarget("shop", { options: { url: "http://shop.lab:8080/" } });
      for (const whose of WHOSE) await startResolver(lab, whose);
    },
  ],
  [
    "a resolver that dies takes two probes' word, and the target is up",
    async (lab) => {
      await stopResolver("east");
      await untilNameless(lab, REGIONS.east);
      assert.equal((await lab.mesh.client.verdicts.get("shop")).state, "up");
      const { quorum } = await lab.mesh.client.verdicts.explain("shop");
      assert.deepEqual([quorum.confirmed, quorum.ok], [1, 3]);
      assert.match(await lab.outage("shop"), /find it failing \(.*resolver/);
      const lines = await lab.journal().lines();
      assert.equal(lines.filter((line) => line === "target.down shop").length, 1);
      await startResolver(lab, "east");
    },
  ],
  [
    "when every resolver is dead nobody knows, and nothing is called down",
    async (lab) => {
      for (const whose of WHOSE) await stopResolver(whose);
      await untilNameless(lab, Object.values(REGIONS).flat());
      await lab.journal().event({ type: "target.unknown", about: "shop" });
      const { lean, sentence, quorum } = await lab.mesh.client.verdicts.explain("shop");
      assert.deepEqual([lean, quorum.confirmed, quorum.need], ["down", 2, 3]);
      assert.match(sentence, /2 of 3 failing domains that a verdict needs/);
      assert.match(await lab.outage("blog"), /(\d) of \1 vantages .* cannot connect/);
      for (const whose of WHOSE) await startResolver(lab, whose);
    },
  ],
]);

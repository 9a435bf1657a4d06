import assert from "node:assert/strict";
import { labTest } from "../helpers/lab-mesh.ts";

const REGIONS = {
  east: ["rack-a", "rack-b", "rack-c"],
  west: ["rack-d", "rack-e", "rack-f"],
  north: ["rack-g", "rack-h", "rack-i"],
};
const PROBES = Object.values(REGIONS).flat();

labTest(
  "a mesh that loses its aggregator and finds it again calls nothing down",
  { regions: REGIONS, targets: ["shop", "blog"] },
  [
    [
      "all probes are lost in the same instant, and all come back with what they saw",
      async (lab) => {
        const undo = Object.keys(REGIONS).map((region) => {
          return lab.net.block({ from: lab.net.prefix(region), to: lab.net.home });
        });
        await lab.untilProbes("offline", ...PROBES);
        await lab.journal().event({ type: "mesh.blind" });
        for (const name of lab.targets()) {
          await lab.journal().event({ type: "target.unknown", about: name });
        }
        // It dies too, so that what comes back meets an aggregator that has just begun.
        lab.mesh.aggregator().signal("SIGKILL");
        await lab.mesh.aggregator().ended;
        await lab.mesh.startAggregator();
        for (const restore of undo) restore();
        await lab.untilProbes("eligible", ...PROBES);
        assert.match(await lab.outage("shop"), /(\d) of \1 vantages .* cannot connect/);
      },
    ],
    [
      "an aggregator that is killed during an outage tells of it once",
      async (lab) => {
        const shop = lab.target("shop");
        await shop.kill();
        lab.mesh.aggregator().signal("SIGKILL");
        await lab.mesh.aggregator().ended;
        await lab.mesh.startAggregator();
        await lab.journal().event({ type: "target.down", about: "shop" });
        await shop.revive();
        await lab.journal().event({ type: "incident.resolved", about: "shop" });
        const lines = await lab.journal().lines();
        assert.equal(lines.filter((line) => line === "incident.opened shop").length, 1);
      },
    ],
  ],
);

import assert from "node:assert/strict";
import { labTest } from "../helpers/lab-mesh.ts";

const REGIONS = { east: ["rack-a", "rack-b"], west: ["rack-c", "rack-d"], north: ["rack-e"] };

labTest("one rack's troubles are the rack's own", { regions: REGIONS, targets: ["shop", "blog"] }, [
  [
    "a rack whose cable is pulled is offline, and comes back with what it saw",
    async (lab) => {
      lab.probe("rack-a").host.cut();
      await lab.untilProbes("offline", "rack-a");
      const sentence = await lab.outage("shop");
      assert.match(sentence, /(\d) of \1 vantages .* cannot connect \(connection refused\)/);
      assert.match(sentence, /rack-a is offline/);
      lab.probe("rack-a").host.mend();
      await lab.untilProbes("eligible", "rack-a");
    },
  ],
  [
    "a rack that reaches the aggregator and nothing else is set aside by its canaries",
    async (lab) => {
      const { net } = lab;
      const rack = lab.probe("rack-b").host.address;
      const undo = [
        net.pass({ from: rack, to: net.home }),
        net.block({ from: rack, to: "default" }),
      ];
      await lab.untilProbes("quarantined", "rack-b");
      const sentence = await lab.outage("shop");
      assert.match(sentence, /(\d) of \1 vantages .* cannot connect/);
      assert.match(sentence, /rack-b was set aside because its own canaries fail \([34] of [45]\)/);
      for (const restore of undo) restore();
      await lab.untilProbes("eligible", "rack-b");
    },
  ],
  [
    "a probe that is stopped and one that is killed are offline, and say nothing of targets",
    async (lab) => {
      const killed = lab.probe("rack-d");
      lab.probe("rack-c").program().signal("SIGSTOP");
      killed.program().signal("SIGKILL");
      await killed.program().ended;
      await lab.untilProbes("offline", "rack-c", "rack-d");
      const sentence = await lab.outage("blog");
      assert.match(sentence, /(\d) of \1 vantages .* cannot connect/);
      for (const name of ["rack-c", "rack-d"]) assert.match(sentence, RegExp(`${name} is offline`));
      lab.probe("rack-c").program().signal("SIGCONT");
      killed.start();
      await lab.untilProbes("eligible", "rack-c", "rack-d");
    },
  ],
]);

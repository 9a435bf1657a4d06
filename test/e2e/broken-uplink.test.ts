import assert from "node:assert/strict";
import { addProbeBehindUplink, addProbes, meshTest } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

meshTest(
  "a probe that reaches nothing at all is set aside, and no target changes",
  async (mesh) => {
    const target = await startTarget(answers());
    mesh.onClose(() => target.close());
    const targets = ["shop", "blog"];
    await addProbes(mesh, "rack-a", "rack-b");
    const { uplink } = await addProbeBehindUplink(mesh, "rack-c");
    for (const name of targets) await mesh.addTarget(name, target.port);
    await mesh.untilWell(...targets);
    const journal = await mesh.openJournal();

    await uplink.set("canaries", "refuse");
    await uplink.set("targets", "refuse");
    const { data } = await journal.event({ type: "probe.quarantined", about: "rack-c" });
    assert.match(data.sentence, /its own canaries fail \(3 of 3\)/);
    // Its failures carry no certificate, so what it saw before is all there is until that expires.
    await mesh.untilVote("rack-c", "none", targets);
    await mesh.untilVote("rack-a", "ok", targets);
    await journal.holds("probe.quarantined rack-c");

    await uplink.set("canaries", "pass");
    await uplink.set("targets", "pass");
    await journal.event({ type: "probe.eligible", about: "rack-c" });
    await mesh.untilWell(...targets);
    await journal.holds("probe.quarantined rack-c", "probe.eligible rack-c");
  },
);

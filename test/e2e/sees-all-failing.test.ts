import assert from "node:assert/strict";
import { addProbeBehindUplink, addProbes, meshTest } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

meshTest(
  "a probe that sees everything failing is set aside although it seems well",
  async (mesh) => {
    const target = await startTarget(answers());
    const doomed = await startTarget(answers());
    mesh.onClose(() => target.close());
    mesh.onClose(() => doomed.close());
    const targets = ["shop", "blog", "mail", "wiki"];
    await addProbes(mesh, "rack-a", "rack-b");
    const { uplink } = await addProbeBehindUplink(mesh, "rack-c");
    for (const name of targets.slice(1)) await mesh.addTarget(name, target.port);
    await mesh.addTarget("shop", doomed.port);
    await mesh.untilWell(...targets);
    const journal = await mesh.openJournal();

    // Its canaries pass, so each of its failures is certified.
    await uplink.set("targets", "refuse");
    const { data } = await journal.event({ type: "probe.quarantined", about: "rack-c" });
    assert.match(
      data.sentence,
      /it sees [34] of its 4 targets failing while other domains reach them/,
    );
    await mesh.untilVote("rack-c", "none", targets);
    await mesh.untilVote("rack-a", "ok", targets);
    await journal.holds("probe.quarantined rack-c");

    // The two that are left are still enough to tell a real outage.
    await doomed.close();
    const { data: down } = await journal.event({ type: "target.down", about: "shop" });
    assert.match(down.sentence, /2 of 2 vantages .* cannot connect .*rack-c was set aside/);
    // Which states it passes on the way depends on who of the two looked first.
    const lines = await journal.lines();
    const ofOthers = lines.filter((line) => !line.endsWith(" shop"));
    assert.deepEqual(ofOthers, ["probe.quarantined rack-c"]);
    const { state, incidentId } = await mesh.client.verdicts.get("shop");
    assert.equal(state, "down");
    assert.notEqual(incidentId, null);
  },
);

import assert from "node:assert/strict";
import { replaySchema } from "../../shared/api/replay.ts";
import type { ReplayReport } from "../../shared/api/replay.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { runCommand } from "../helpers/program.ts";
import { addProbeBehindUplink, addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

/** What `quorate replay --json` with these flags says. */
async function replay(mesh: RealMesh, ...flags: string[]): Promise<ReplayReport> {
  const env = { QUORATE_URL: mesh.url, QUORATE_TOKEN: mesh.token };
  const { code, output, errors } = await runCommand(["replay", "--json", ...flags], env);
  assert.equal(code, 0, errors);
  const { report } = replaySchema.parse(JSON.parse(output));
  assert.ok(report);
  return report;
}

async function killAggregator(mesh: RealMesh): Promise<void> {
  mesh.aggregator().signal("SIGKILL");
  await mesh.aggregator().ended;
  await mesh.startAggregator();
}

meshTest("a replay gives what was recorded, and what another policy would have", async (mesh) => {
  const server = await startTarget(answers());
  const shop = await startFaultProxy({ host: "127.0.0.1", port: server.port });
  mesh.onClose(() => server.close());
  mesh.onClose(() => shop.close());
  await addProbes(mesh, "rack-a");
  const { uplink: uplinkB } = await addProbeBehindUplink(mesh, "rack-b");
  const { uplink: uplinkC } = await addProbeBehindUplink(mesh, "rack-c");
  await mesh.addTarget("shop", shop.port);
  await mesh.addTarget("blog", server.port);
  await mesh.untilWell("shop", "blog");
  const journal = await mesh.openJournal();

  // An outage of the shop that lasts over the aggregator's death.
  await shop.set("refuse");
  await journal.event({ type: "target.down", about: "shop" });
  await killAggregator(mesh);
  await mesh.untilWell("blog");
  await shop.set("pass");
  await journal.event({ type: "incident.resolved", about: "shop" });
  await mesh.untilWell("shop", "blog");
  // And two of three that reach nothing, while the third reaches everything.
  for (const uplink of [uplinkB, uplinkC]) await uplink.set("targets", "refuse");
  await journal.event({ type: "incident.opened", about: "blog" });
  for (const uplink of [uplinkB, uplinkC]) await uplink.set("targets", "pass");
  await journal.event({ type: "incident.resolved", about: "blog" });
  await killAggregator(mesh);
  await mesh.untilWell("shop", "blog");

  const own = await replay(mesh, "--since", "1h");
  assert.equal(own.record.differing, 0);
  const told = (await mesh.journal.lines()).filter((line) =>
    /^target\.(?!created|notice)/.test(line),
  );
  assert.equal(own.record.transitions, told.length);
  assert.deepEqual(own.replayed, own.happened);

  const majority = await replay(mesh, "--since", "1h", "--policy", "majority");
  assert.equal(majority.record.differing, 0);
  const blog = majority.outages.find(({ target }) => target === "blog");
  assert.deepEqual(
    [blog?.happened, blog?.replayed].map((side) => side?.map(({ state }) => state)),
    [["partial"], ["down"]],
  );
  assert.equal(blog?.replayed[0]?.falseAlarm, "reached");
  assert.ok(majority.replayed.falseAlarms > majority.happened.falseAlarms);

  const only = await replay(mesh, "--target", "shop", "--fall", "1", "--set", "policy.coverage=1");
  assert.deepEqual(new Set(only.outages.map(({ target }) => target)), new Set(["shop"]));
});

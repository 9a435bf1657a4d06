import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { patiently } from "../helpers/patience.ts";
import { addProbeBehindUplink, addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh, RealProbe } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

/** Bytes of results that a probe keeps on disk. */
function spooledBytes({ dataDir }: RealProbe): number {
  const folder = join(dataDir, "spool");
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** How many results of a probe on a target the history has, and how many came too late to vote. */
async function historyOf(mesh: RealMesh, probe: string, target: string) {
  const { items } = await mesh.client.targets.results(target, { probe, limit: 1_000 });
  return { count: items.length, late: items.filter(({ late }) => late).length };
}

meshTest("a probe killed without a word is offline, and nothing else changes", async (mesh) => {
  const target = await startTarget(answers());
  mesh.onClose(() => target.close());
  await addProbes(mesh, "rack-a", "rack-c");
  const { probe, uplink } = await addProbeBehindUplink(mesh, "rack-b");
  await mesh.addTarget("shop", target.port, { intervalMs: 400, timeoutMs: 400 });
  await mesh.addTarget("blog", target.port);
  await mesh.untilWell("shop", "blog");
  const journal = await mesh.openJournal();

  // It keeps what it sees for some time, because nobody takes it, and then it is gone.
  uplink.cutSession();
  const before = spooledBytes(probe);
  await patiently("results lie in the spool", () => spooledBytes(probe) > before + 200);
  probe.program().signal("SIGKILL");
  await probe.program().ended;
  const dialed = uplink.dialed(target.port);

  await journal.event({ type: "probe.offline", about: "rack-b" });
  await mesh.untilVote("rack-b", "none", ["shop", "blog"]);
  await journal.holds("probe.offline rack-b");

  const { late: lateBefore } = await historyOf(mesh, "rack-b", "shop");
  uplink.mendSession();
  probe.start();
  await journal.event({ type: "probe.eligible", about: "rack-b" });
  await patiently("the spool is handed over", async () => {
    const { status } = await mesh.client.probes.get("rack-b");
    return status.spooledBatches === 0 && status.connected;
  });
  await mesh.untilWell("shop", "blog");
  await journal.holds("probe.offline rack-b", "probe.eligible rack-b");

  // Both targets have the same server; a kill may cost what had not reached the disk.
  const shop = await historyOf(mesh, "rack-b", "shop");
  const blog = await historyOf(mesh, "rack-b", "blog");
  assert.ok(shop.late > lateBefore, "what the spool kept is in the history, without a vote");
  assert.ok(
    shop.count + blog.count >= dialed - 4,
    `${dialed} looks, ${JSON.stringify({ shop, blog })}`,
  );
});

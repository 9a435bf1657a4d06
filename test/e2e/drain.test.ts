import assert from "node:assert/strict";
import { patiently } from "../helpers/patience.ts";
import { runCommand } from "../helpers/program.ts";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

const TARGETS = ["shop", "blog"];
/** Exit code of a probe that the aggregator will not have back. */
const REFUSED = 4;

meshTest("a probe that is drained and then removed leaves without a trace", async (mesh) => {
  const target = await startTarget(answers());
  mesh.onClose(() => target.close());
  const [, , leaving] = await addProbes(mesh, "rack-a", "rack-b", "rack-c");
  assert.ok(leaving);
  for (const name of TARGETS) await mesh.addTarget(name, target.port);
  await mesh.untilWell(...TARGETS);
  const journal = await mesh.openJournal();
  const env = { QUORATE_URL: mesh.url, QUORATE_TOKEN: mesh.token };

  const drained = await runCommand(["probes", "drain", "rack-c"], env);
  assert.equal(drained.code, 0, drained.errors);
  assert.match(drained.output, /^rack-c is draining/);
  await journal.event({ type: "probe.draining", about: "rack-c" });
  // It looks no more, so what it saw runs out; the session stays.
  await mesh.untilVote("rack-c", "none", TARGETS);
  await mesh.untilVote("rack-a", "ok", TARGETS);
  const { draining, status } = await mesh.client.probes.get("rack-c");
  assert.deepEqual([draining, status.state, status.connected], [true, "draining", true]);
  await journal.holds("probe.draining rack-c");

  const removed = await runCommand(["probes", "remove", "rack-c"], env);
  assert.equal(removed.code, 0, removed.errors);
  assert.equal((await leaving.program().ended).code, REFUSED);
  assert.match(leaving.program().errors(), /this probe was removed from the mesh/);
  await journal.event({ type: "probe.disabled", about: "rack-c" });
  await patiently("rack-c is gone", async () => {
    const { items } = await mesh.client.probes.list();
    return items.every(({ name }) => name !== "rack-c");
  });
  await mesh.untilWell(...TARGETS);
  await journal.holds("probe.draining rack-c", "probe.disabled rack-c");
});

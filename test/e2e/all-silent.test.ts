import assert from "node:assert/strict";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";

const PROBES = ["rack-a", "rack-b", "rack-c"];
const TARGETS = ["shop", "blog"];

meshTest(
  "a mesh whose probes all fall silent knows nothing, and calls nothing down",
  async (mesh) => {
    const target = await startTarget(answers());
    mesh.onClose(() => target.close());
    const probes = await addProbes(mesh, ...PROBES);
    for (const name of TARGETS) await mesh.addTarget(name, target.port);
    await mesh.untilWell(...TARGETS);
    const journal = await mesh.openJournal();

    // Stopped, not ended: their connections stay open, and nobody says goodbye.
    for (const probe of probes) probe.program().signal("SIGSTOP");
    for (const name of TARGETS) await journal.event({ type: "target.unknown", about: name });
    await journal.event({ type: "mesh.blind" });
    const silent = [
      "mesh.blind",
      ...PROBES.map((name) => `probe.offline ${name}`),
      ...TARGETS.map((name) => `target.unknown ${name}`),
    ];
    assert.deepEqual((await journal.lines()).sort(), silent.sort());
    const { sentence } = await mesh.client.verdicts.explain("shop");
    assert.match(sentence, /^Unknown since/);

    for (const probe of probes) probe.program().signal("SIGCONT");
    for (const name of TARGETS) await journal.event({ type: "target.up", about: name });
    await journal.event({ type: "mesh.sighted" });
    await mesh.untilWell(...TARGETS);
    const again = [
      "mesh.sighted",
      ...PROBES.map((name) => `probe.eligible ${name}`),
      ...TARGETS.map((name) => `target.up ${name}`),
    ];
    assert.deepEqual((await journal.lines()).sort(), [...silent, ...again].sort());
  },
);

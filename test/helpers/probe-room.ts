/** A whole probe on a real connection to a scripted aggregator; its checks are scripted too. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createProbe } from "../../probe/probe.ts";
import type { Probe, ProbeDeps } from "../../probe/probe.ts";
import { linkChannel } from "../../probe/channel.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Assignment } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { systemRandom } from "../../shared/random.ts";
import { assignment, scriptedCheck } from "./probe-parts.ts";
import { openScriptedMesh } from "./scripted-mesh.ts";
import type { MeshScript, ScriptedMesh } from "./scripted-mesh.ts";

/** A probe and its aggregator. */
export interface ProbeRoom {
  mesh: ScriptedMesh;
  probe: Probe;
  dataDir: string;
  /** Sends a snapshot; the only canary is the probe's own health endpoint. */
  assign(...targets: Partial<Assignment>[]): void;
  /** Every batch that came, in all sessions. */
  batches(): (ResultBatch & { bootId: string })[];
}

/** Opens a room whose probe is started; all of it is closed after the test. */
export async function openProbeRoom(
  t: TestContext,
  script: Partial<MeshScript> = {},
  given: Partial<ProbeDeps> = {},
): Promise<ProbeRoom> {
  const mesh = await openScriptedMesh({ welcome: { heartbeatMs: 100 }, ...script });
  const dataDir = mkdtempSync(join(tmpdir(), "quorate-probe-"));
  const probe = createProbe({
    clock: systemClock(),
    random: systemRandom(),
    log: silentLog(),
    channel: linkChannel({ host: "127.0.0.1", port: mesh.port }),
    token: "qrt_probe_1",
    dataDir,
    version: "0.0.0",
    hostname: "rack-a.test",
    kinds: ["ok", "dead"],
    prepareCheck: (kind) => scriptedCheck([kind === "dead" ? "dead" : "ok"]),
    healthListen: { host: "127.0.0.1", port: 0 },
    mustFailAddress: null,
    knownGoodName: null,
    ...given,
  });
  t.after(async () => {
    await probe.stop({ reason: "The test is over.", deadlineMs: 200 });
    mesh.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await probe.start();
  return {
    mesh,
    probe,
    dataDir,
    assign: (...targets) => {
      const upserts = targets.map((one) => assignment({ intervalMs: 200, fastMs: 20, ...one }));
      const canaries = [{ id: "self", url: `http://${probe.healthAddress()}/` }];
      const rest = {
        removedHandles: [],
        hasCanaries: true,
        canaries,
        mustFailAddress: "",
        trialCanaryIds: [],
      };
      mesh.last()?.send({ $case: "assignments", value: { snapshot: true, upserts, ...rest } });
    },
    batches: () => {
      const results = mesh.sessions.flatMap((session) => session.results);
      return results.map(({ bootId, batch }) => ({ ...ResultBatch.decode(batch), bootId }));
    },
  };
}

/** Benchmark role: the whole probe, against the aggregator of the parent. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkChannel } from "../../../probe/channel.ts";
import { CHECK_KINDS, prepareCheck } from "../../../probe/checks/index.ts";
import type { PreparedCheck } from "../../../probe/checks/check.ts";
import { createProbe } from "../../../probe/probe.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { systemRandom } from "../../../shared/random.ts";
import { meter } from "./meter.ts";

const [port = 0, warmMs = 0, measureMs = 0] = process.argv.slice(2).map(Number);
const counter = { completed: 0, failed: 0 };
const dataDir = mkdtempSync(join(tmpdir(), "quorate-bench-"));
process.on("exit", () => rmSync(dataDir, { recursive: true, force: true }));

/** The check itself, counted. */
function counted(kind: string, options: unknown): PreparedCheck {
  const prepared = prepareCheck(kind, options);
  return {
    endpoint: prepared.endpoint,
    run: (context, done) =>
      prepared.run(context, (outcome) => {
        if (outcome.class === "ok") counter.completed += 1;
        else counter.failed += 1;
        done(outcome);
      }),
  };
}

const probe = createProbe({
  clock: systemClock(),
  random: systemRandom(),
  log: silentLog(),
  channel: linkChannel({ host: "127.0.0.1", port }),
  token: "bench",
  dataDir,
  version: "bench",
  hostname: "bench",
  kinds: CHECK_KINDS.map(({ kind }) => kind),
  prepareCheck: counted,
  healthListen: null,
  mustFailAddress: null,
  knownGoodName: null,
});
await probe.start();
meter(counter, { warmMs, measureMs });
process.on("SIGTERM", () => {
  void probe
    .stop({ reason: "The benchmark is over.", deadlineMs: 500 })
    .then(() => process.exit(0));
});

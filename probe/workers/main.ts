/** The program of a worker, started by its probe (fork.ts) and ended with it. */
import { systemClock } from "../../shared/clock.ts";
import { createLog } from "../../shared/log.ts";
import { prepareCheck } from "../checks/index.ts";
import { keepHeapSmall } from "../frugal.ts";
import { openSecrets } from "../secrets.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";
import { createWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

keepHeapSmall();
let worker: Worker | null = null;

function begin(setup: WorkerSetup): Worker {
  const log = createLog("probe", setup.logLevel).child({ worker: setup.worker });
  const site = { secrets: openSecrets({ file: setup.secrets, log }), commands: setup.allowExec };
  return createWorker({
    clock: systemClock({ originMs: setup.originMs }),
    log,
    setup,
    prepareCheck: (kind, options) => prepareCheck(kind, options, site),
    send,
  });
}

function send(message: FromWorker): void {
  if (!process.connected) return;
  // An error means that the probe is gone: the disconnect tells the same.
  process.send?.(message, undefined, undefined, () => {
    if (message.say === "stopped") process.exit(0);
  });
}

process.on("message", (message: ToWorker) => {
  if (message.say === "begin") worker = begin(message.setup);
  else void worker?.take(message);
});
// The probe was told to stop and will say so; a worker alone has nobody to tell its results.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
process.on("disconnect", () => process.exit(1));
// Its probe may have gone while this program was loaded.
if (!process.connected) process.exit(1);
send({ say: "ready" });

/** The program of a worker: does the looking of a probe, and ends with it. */
import { systemClock } from "../../shared/clock.ts";
import { createLog } from "../../shared/log.ts";
import { createShelf } from "../checks/shelf.ts";
import { youngSpaceKeeper } from "../frugal.ts";
import { openSecrets } from "../secrets.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";
import { createWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

async function begin(setup: WorkerSetup): Promise<Worker> {
  const log = createLog("probe", setup.logLevel).child({ worker: setup.worker });
  const secrets = await openSecrets({ file: setup.secrets, log });
  const shelf = createShelf({ secrets, commands: setup.allowExec });
  const keepYoung = youngSpaceKeeper();
  return createWorker({
    clock: systemClock({ originMs: setup.originMs }),
    log,
    setup,
    loadKinds: shelf.load,
    onVitals: ({ cpuMilli }) => keepYoung(cpuMilli),
    prepareCheck: shelf.prepareCheck,
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

/** Does what the probe says until it is told to stop, or the probe is gone. */
export function runWorker(): void {
  let worker: Worker | null = null;
  // What was said is done in its order: some of it waits for files.
  let last = Promise.resolve();
  const heed = async (message: ToWorker): Promise<void> => {
    if (message.say === "begin") worker = await begin(message.setup);
    else await worker?.take(message);
  };
  process.on("message", (message: ToWorker) => {
    last = last.then(() => heed(message));
  });
  // The probe was told to stop and will say so; a worker alone has nobody to tell its results.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
  process.on("disconnect", () => process.exit(1));
  // Its probe may have gone while this program was loaded.
  if (!process.connected) process.exit(1);
  send({ say: "ready" });
}

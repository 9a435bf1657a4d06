/** The door of a worker, started by its probe (fork.ts): frugal before its program is loaded. */
import { beFrugal } from "../frugal.ts";

beFrugal();
const { runWorker } = await import("./program.ts");
runWorker();

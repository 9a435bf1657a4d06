/** The door of `quorate probe`: V8 is told to be frugal before the program is loaded. */
import { beFrugal } from "./frugal.ts";
import type { ProbeOptions } from "./program.ts";

/** Runs a probe until it is told to stop or is refused; resolves with the exit code. */
export async function runProbe(options: ProbeOptions): Promise<number> {
  beFrugal();
  const program = await import("./program.ts");
  return program.runProbe(options);
}

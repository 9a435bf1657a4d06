/** When a maintenance would be, and whom it would cover. */
import { maintenanceSpecSchema } from "../../shared/maintenance.ts";
import type { MaintenanceSpec } from "../../shared/maintenance.ts";
import type { Engine, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { checkTimes, timesOf } from "./maintenance-windows.ts";

/** When a maintenance would be, and whom it would cover. */
export interface MaintenancePreview {
  windows: { fromMs: number; toMs: number }[];
  /** Names of the targets that it covers now. */
  covered: string[];
  /** Names that the maintenance gives and that no target has. */
  missing: string[];
}

/** Looks ahead at most so many windows; throws invalid as making it would. */
export async function previewOf(
  { store, engine }: { store: Pick<Store, "targets">; engine: Pick<Engine, "nowMs"> },
  input: unknown,
  count: number,
): Promise<MaintenancePreview> {
  const spec = parseInput(maintenanceSpecSchema, input);
  const nowMs = engine.nowMs();
  checkTimes(spec, nowMs);
  const targets = (await store.targets.all()).map((target) => target.spec);
  const known = new Set(targets.map(({ name }) => name));
  return {
    windows: timesOf(spec, { createdAtMs: nowMs, nowMs, count }),
    covered: targets.filter((one) => covers(spec, one)).map(({ name }) => name),
    missing: spec.targets.filter((name) => !known.has(name)),
  };
}

/** As the fold has it: targets by name, or by all of the labels. */
export function covers(
  spec: Pick<MaintenanceSpec, "targets" | "labels">,
  { name, labels }: { name?: string | undefined; labels: Readonly<Record<string, string>> },
): boolean {
  if (name !== undefined && spec.targets.includes(name)) return true;
  const wanted = Object.entries(spec.labels);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** A vantage is a probe seen as a witness of a target. */
import { z } from "zod";

const names = z.array(z.string().min(1).max(100)).max(1000);

/** Which probes look at a target; every condition given must hold, none given means all. */
export const vantageSelectorSchema = z
  .strictObject({
    probes: names.optional().describe("Names of probes."),
    regions: names.optional().describe("Regions of probes."),
    zones: names.optional().describe("Zones (failure domains) of probes."),
    labels: z.record(z.string(), z.string()).optional().describe("Labels a probe must carry."),
  })
  .meta({ id: "VantageSelector", description: "Which probes look at a target; default all." });

/** Which probes look at a target. */
export type VantageSelector = z.infer<typeof vantageSelectorSchema>;

/** A probe as the selector and the engine see it. */
export interface Vantage {
  id: string;
  name: string;
  region: string;
  /** Failure domain: rack, zone or uplink. */
  zone: string;
  labels: Record<string, string>;
}

/** Whether a probe is a vantage of a target with this selector. */
export function selectsVantage(selector: VantageSelector, vantage: Vantage): boolean {
  const { probes, regions, zones, labels } = selector;
  if (probes && !probes.includes(vantage.name)) return false;
  if (regions && !regions.includes(vantage.region)) return false;
  if (zones && !zones.includes(vantage.zone)) return false;
  if (labels) {
    for (const [key, value] of Object.entries(labels)) {
      if (vantage.labels[key] !== value) return false;
    }
  }
  return true;
}

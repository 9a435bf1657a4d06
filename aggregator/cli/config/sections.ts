/** The sections of a configuration file: what may stand in them, by the schemas of the API. */
import type { z } from "zod";
import { silenceCreateSchema } from "../../../shared/api/silence.ts";
import { timeSchema } from "../../../shared/api/common.ts";
import { channelSpecSchema } from "../../../shared/channel.ts";
import { maintenanceSpecSchema } from "../../../shared/maintenance.ts";
import { probeSpecSchema } from "../../../shared/probe.ts";
import { routeNodeSchema } from "../../../shared/route.ts";
import { statusPageSpecSchema } from "../../../shared/status-page.ts";
import { targetSpecSchema } from "../../../shared/target.ts";

/** What an item of a configuration is. */
export type ConfigNoun =
  | "channel"
  | "probe"
  | "target"
  | "routes"
  | "maintenance"
  | "silence"
  | "status-page";

/** A silence in a file needs an end that stays, or every apply would make it anew. */
const silenceSchema = silenceCreateSchema.omit({ durationMs: true }).extend({ endsAt: timeSchema });

/** One section. */
export interface Section {
  /** Its name in the file. */
  section: string;
  noun: ConfigNoun;
  schema: z.ZodType;
}

/** The sections, in the order in which they are applied: what is named stands before. */
export const SECTIONS: readonly Section[] = [
  { section: "channels", noun: "channel", schema: channelSpecSchema },
  { section: "probes", noun: "probe", schema: probeSpecSchema },
  { section: "targets", noun: "target", schema: targetSpecSchema },
  { section: "routes", noun: "routes", schema: routeNodeSchema },
  { section: "maintenance", noun: "maintenance", schema: maintenanceSpecSchema },
  { section: "silences", noun: "silence", schema: silenceSchema },
  { section: "statusPages", noun: "status-page", schema: statusPageSpecSchema },
];

/** Label of targets and probes, by which a file knows its own. */
export const OWNER_LABEL = "quorate.owner";

/** One thing that a configuration says. */
export interface ConfigItem {
  noun: ConfigNoun;
  /** Its name; of a silence its comment; of the tree of routes `routes`. */
  name: string;
  /** What the file says of it, defaults filled in. */
  spec: Readonly<Record<string, unknown>>;
}

/** A whole configuration without a mistake. */
export interface Config {
  /** Name under which it keeps what it makes. */
  owner: string;
  items: readonly ConfigItem[];
}

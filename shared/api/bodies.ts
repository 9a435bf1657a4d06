/** The types of what callers send, from the schemas that validate it. */
import type { z } from "zod";
import type { channelSpecSchema } from "../channel.ts";
import type { maintenanceSpecSchema } from "../maintenance.ts";
import type { probeSpecSchema } from "../probe.ts";
import type { RouteNodeInput } from "../route.ts";
import type { statusPageSpecSchema } from "../status-page.ts";
import type { targetSpecSchema } from "../target.ts";
import type { ReplayRequest } from "./replay.ts";
import type { routeTestSchema } from "./routes.ts";
import type { silenceCreateSchema } from "./silence.ts";
import type { tokenSpecSchema } from "./token.ts";
import type { callsBodySchema } from "./uptime.ts";

/** What a caller says of a target; what has a default may be left out. */
export type TargetInput = z.input<typeof targetSpecSchema>;

/** What a caller says of a channel; what has a default may be left out. */
export type ChannelInput = z.input<typeof channelSpecSchema>;

/** What a caller says of a probe; what has a default may be left out. */
export type ProbeInput = z.input<typeof probeSpecSchema>;

/** What a caller says of a status page; what has a default may be left out. */
export type StatusPageInput = z.input<typeof statusPageSpecSchema>;

/** What a caller says of a resource whose name stands in the path. */
export type Unnamed<Spec extends { name: string }> = Omit<Spec, "name"> & Partial<Spec>;

/** A JSON merge patch (RFC 7396): what is given changes, null takes a field back. */
export type MergePatch<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Key in keyof Value]?: MergePatch<Value[Key]> | null }
    : Value;

/** What each call sends, as its schema reads it. */
export interface ApiBodies {
  target: TargetInput;
  targetPut: Unnamed<TargetInput>;
  targetPatch: MergePatch<TargetInput>;
  calls: z.input<typeof callsBodySchema>;
  probe: ProbeInput;
  probePut: Unnamed<ProbeInput>;
  probePatch: MergePatch<ProbeInput>;
  channel: ChannelInput;
  channelPut: Unnamed<ChannelInput>;
  channelPatch: MergePatch<ChannelInput>;
  maintenance: z.input<typeof maintenanceSpecSchema>;
  statusPage: StatusPageInput;
  statusPagePut: Unnamed<StatusPageInput>;
  statusPagePatch: MergePatch<StatusPageInput>;
  silence: z.input<typeof silenceCreateSchema>;
  routes: RouteNodeInput;
  routeTest: z.input<typeof routeTestSchema>;
  token: z.input<typeof tokenSpecSchema>;
  replay: ReplayRequest;
}

/** Bodies of programs that pass on what a person wrote; the aggregator alone judges them. */
export type AnyBodies = { [Name in keyof ApiBodies]: unknown };

/** The tree of routes as the API shows it, and where something would go. */
import { z } from "zod";
import { routeNodeSchema } from "../route.ts";
import { VERDICT_STATES } from "../verdict.ts";
import { timeSchema } from "./common.ts";

/** The tree of routes as the API shows it. */
export const routesSchema = z
  .object({
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
    updatedAt: timeSchema,
    updatedBy: z.string().describe("Name of the token that wrote it."),
    root: routeNodeSchema,
    warnings: z.array(z.string()).describe("Channels that are named and are not there."),
  })
  .meta({ id: "Routes", description: "Who is told of what." });

/** The tree of routes as the API shows it. */
export type ApiRoutes = z.output<typeof routesSchema>;

const text = z.string().min(1).max(200);

/** What the tester of routes is asked. */
export const routeTestSchema = z
  .strictObject({
    target: text.optional().describe("Id or name of a target; gives its labels and kind too."),
    labels: z.record(text, z.string().max(200)).default({}).describe("Labels, over the target's."),
    scope: z.enum(["target", "probe", "mesh"]).default("target").describe("What it is about."),
    severity: z
      .enum(["critical", "major", "minor"])
      .optional()
      .describe("How bad it is. Default: as `state` has it."),
    state: z
      .enum(VERDICT_STATES)
      .optional()
      .describe("State that the target enters; gives severity and type. Default `down`."),
    type: text.optional().describe("Type of the event. Default: `target.` and the state."),
    probe: text.optional().describe("Name of a probe."),
    region: text.optional().describe("The only region that sees it, or that of the probe."),
    at: timeSchema.optional().describe("When it happens. Default: now."),
    root: routeNodeSchema.optional().describe("A tree to try. Default: the one in force."),
  })
  .meta({
    id: "RouteTest",
    description: "A happening, as the routes see it.",
    example: { target: "checkout", severity: "critical", type: "target.down" },
  });

/** Where something would go. */
export const routeAnswerSchema = z
  .object({
    sentence: z.string().describe("Who is told, and why, for a person."),
    channels: z.array(z.string()).describe("Names, in the order of the tree."),
    destinations: z
      .array(
        z.object({
          channels: z.array(z.string()).describe("Names of the channels that are told."),
          path: z
            .array(z.int())
            .describe("Place of the node in the tree: among its siblings, from the root on."),
          route: z.string().meta({
            description: "The conditions on the way to it, for a person.",
            example: "all > team=shop",
          }),
          remindAfterMs: z.array(z.int()).describe("Gaps between the alert and its reminders."),
          escalate: z
            .array(
              z.object({
                afterMs: z.int().describe("Time since the alert."),
                channels: z.array(z.string()).describe("Channels that are told besides."),
              }),
            )
            .describe("Who is told besides when nobody acknowledges."),
        }),
      )
      .describe("The same with reminders and escalation, in the order of the tree."),
    silencedBy: z.string().nullable().describe("The silence that covers it; null when none does."),
    withheld: z
      .array(
        z.object({
          by: z
            .enum(["maintenance", "mesh_blind", "flapping", "parent", "silence"])
            .describe("What withholds it."),
          id: z
            .string()
            .nullable()
            .describe("The maintenance or silence, or the name of the parent; else null."),
          sentence: z.string().describe("Why, for a person."),
        }),
      )
      .describe("All that withholds it, in the order in which it is asked; empty: it is sent."),
    unreachable: z
      .array(
        z.object({
          channel: z.string().describe("Name of the channel."),
          sentence: z.string().describe("Why nobody is told there."),
        }),
      )
      .describe("Channels that the routes name and that are missing or switched off."),
  })
  .meta({ id: "RouteAnswer", description: "Where something would go." });

/** Where something would go. */
export type ApiRouteAnswer = z.output<typeof routeAnswerSchema>;

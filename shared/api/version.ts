/** What answers: the version of the aggregator and what it can do. */
import { z } from "zod";

/** The version of the aggregator. */
export const versionSchema = z
  .object({
    name: z.string().describe("Always `quorate`."),
    version: z.string().describe("Version of the program."),
    checkKinds: z.array(z.string()).describe("Kinds of check it can assign."),
    notifierKinds: z.array(z.string()).describe("Kinds of channel it can send over."),
  })
  .meta({ id: "Version", description: "What answers here, and the kinds it knows." });

/** Whether it answers. */
export const healthSchema = z
  .object({ status: z.string().describe("`ok` or `ready`.") })
  .meta({ id: "Health", description: "It answers." });

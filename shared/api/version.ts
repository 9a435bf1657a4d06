/** What answers: the version of the aggregator and what it can do. */
import { z } from "zod";

/** The version of the aggregator. */
export const versionSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    checkKinds: z.array(z.string()),
    notifierKinds: z.array(z.string()),
  })
  .meta({ id: "Version", description: "What answers here, and the kinds it knows." });

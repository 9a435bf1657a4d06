/** Errors as the API shows them: RFC 9457 problem details with the list of what is wrong. */
import { z } from "zod";

/** A problem as the API shows it. */
export const problemSchema = z
  .object({
    type: z.string().describe("Stable name of the error: `urn:quorate:error:<code>`."),
    title: z.string().describe("Short title of this type of error."),
    status: z.int().describe("HTTP status, repeated."),
    detail: z.string().describe("What was expected, what was found, and what to do."),
    issues: z
      .array(
        z.object({
          path: z.string().describe("JSON path of the value; empty for the whole input."),
          message: z.string().describe("What was expected."),
          value: z.string().optional().describe("What was found, as short JSON; never a secret."),
        }),
      )
      .describe("Everything that is wrong with the input; empty for other errors."),
  })
  .meta({
    id: "Problem",
    description: "An error (RFC 9457).",
    example: {
      type: "urn:quorate:error:invalid",
      title: "Invalid input",
      status: 422,
      detail: "The input has 1 problem: intervalMs: expected at least 200.",
      issues: [{ path: "intervalMs", message: "expected at least 200", value: "5" }],
    },
  });

/** A problem as the API shows it. */
export type Problem = z.output<typeof problemSchema>;

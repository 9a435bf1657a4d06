/** Texts of a script as options say them. */
import { z } from "zod";
import { scriptFlaw } from "./tcp-script.ts";

/** Text, or "hex:" and bytes, or what the field's own description says. */
export const scriptText = z
  .string()
  .min(1)
  .max(8_192)
  .superRefine((text, context) => {
    const flaw = scriptFlaw(text);
    if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
  });

/** Secrets that a script may name. */
export const scriptSecrets = z
  .record(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/), z.string().min(1).max(4_096))
  .default({})
  .describe("Secret texts that `send` names as {{name}}.");

/** Options of the smtp kind. */
import { z } from "zod";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";

const text = z.string().regex(/^[^\r\n\0]*$/, { error: "expected no line break" });
const address = text
  .max(254)
  .regex(/^[^\s<>]*$/, { error: "expected a mail address without < and >" });

/** Options of the smtp kind, strict. */
export const smtpSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema
      .optional()
      .describe("TCP port, 1 to 65535. Default 25; 587 to sign in by STARTTLS, 465 with `tls`."),
    security: z
      .enum(["none", "starttls", "tls"])
      .default("none")
      .describe("`none` (default), `starttls` after the greeting, or `tls` from the start."),
    tls: tlsSchema.prefault({}).describe("How TLS is spoken, if it is."),
    hello: hostSchema.default("localhost").describe("Name said in EHLO. Default localhost."),
    bannerContains: text.min(1).max(512).optional().describe("Text the greeting must contain."),
    user: text.min(1).max(200).optional().describe("User to sign in. Default: nobody signs in."),
    password: text.min(1).max(1_000).optional().describe("Secret of the user."),
    from: address.optional().describe("Sender of an envelope that is begun and never sent."),
    to: address
      .min(3)
      .optional()
      .describe("Recipient that must be taken. No mail is sent. Default: no envelope is begun."),
    ...commonOptions,
  })
  .refine((options) => (options.user === undefined) === (options.password === undefined), {
    error: "expected `user` and `password`, or neither",
    path: ["user"],
  })
  .refine((options) => options.password === undefined || options.security !== "none", {
    error: "expected `starttls` or `tls` beside a password, which nobody must overhear",
    path: ["security"],
  })
  .meta({ id: "SmtpOptions", description: "Options of the smtp check." });

/** Options of the smtp kind, defaults filled in. */
export type SmtpOptions = z.output<typeof smtpSchema>;

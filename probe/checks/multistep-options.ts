/** Options of the multistep kind. */
import { z } from "zod";
import type { CheckExample } from "./check.ts";
import {
  assertionOptions,
  headerMap,
  isSecretHeader,
  payloadOptions,
  SHOWS_SECRET,
  transportOptions,
} from "./http-fields.ts";
import { payloadsOf } from "./http-options.ts";
import { hasPlaceholder, URL_WITHOUT_PLACEHOLDERS } from "./multistep-text.ts";
import { commonOptions, tlsSchema } from "./options.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const nameSchema = z
  .string()
  .regex(NAME, { error: "expected a name of letters, digits and '_', no digit first" });

/** Where a value comes from. */
const carrySchema = z
  .strictObject({
    json: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe("CEL expression of status, headers, body, json, latencyMs: such as `json.id`."),
    header: z.string().min(1).max(100).optional().describe("Name of a header of the answer."),
    regex: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe("Regular expression on the body; its first group, or else all that it matches."),
  })
  .refine(
    (carry) =>
      [carry.json, carry.header, carry.regex].filter((one) => one !== undefined).length === 1,
    { error: "expected one of json, header and regex" },
  );

const headersSchema = headerMap.refine(
  (headers) =>
    Object.entries(headers).every(
      ([name, value]) => !isSecretHeader(name) || hasPlaceholder(value),
    ),
  {
    error: "expected credentials as {{name}}, and their text in `secrets`",
    params: SHOWS_SECRET,
  },
);

const stepSchema = z
  .strictObject({
    name: z.string().min(1).max(60).describe("What the step does, for sentences."),
    url: z
      .string()
      .max(4_096)
      .regex(URL_WITHOUT_PLACEHOLDERS, {
        error: "expected a URL of http:// or https:// whose host holds no {{name}}, no user",
      })
      .describe(
        "What is asked for. {{name}} is percent-encoded, {{+name}} may hold slashes and queries.",
      ),
    method: z
      .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      .default("GET")
      .describe("Method of the request."),
    headers: headersSchema.default({}).describe("Headers to send; values may hold {{name}}."),
    ...payloadOptions,
    ...assertionOptions,
    maxRedirects: transportOptions.maxRedirects,
    carry: z
      .record(nameSchema, carrySchema)
      .default({})
      .describe("Values of the answer that later steps name as {{name}}."),
  })
  .refine((step) => payloadsOf(step) <= 1, {
    error: "expected one of body, form and multipart",
    path: ["body"],
  })
  .meta({ id: "MultistepStep", description: "One request of several, and what it must answer." });

/** Options of the multistep kind, strict. */
export const multistepSchema = z
  .strictObject({
    steps: z
      .array(stepSchema)
      .min(1)
      .max(20)
      .describe("Requests, in order; the first that fails ends the check."),
    secrets: z
      .record(nameSchema, z.string().min(1).max(4_096))
      .default({})
      .describe("Secret texts that steps name as {{name}}."),
    httpVersion: transportOptions.httpVersion,
    compressed: transportOptions.compressed,
    redirects: transportOptions.redirects,
    cookies: transportOptions.cookies,
    proxy: transportOptions.proxy,
    tls: tlsSchema.prefault({}).describe("How TLS is spoken if a URL begins with https://."),
    ...commonOptions,
  })
  .meta({ id: "MultistepOptions", description: "Options of the multistep check." });

/** Options of the multistep kind, defaults filled in. */
export type MultistepOptions = z.output<typeof multistepSchema>;

/** One step, defaults filled in. */
export type StepOptions = MultistepOptions["steps"][number];

/** Examples for the docs. */
export const MULTISTEP_EXAMPLES: readonly CheckExample[] = [
  {
    title: "Sign in, create an order, read it back, remove it",
    options: {
      steps: [
        {
          name: "sign in",
          url: "https://shop.example.com/api/login",
          method: "POST",
          form: { user: "canary", password: "{{password}}" },
          carry: { token: { json: "json.token" } },
        },
        {
          name: "create",
          url: "https://shop.example.com/api/orders",
          method: "POST",
          headers: { authorization: "Bearer {{token}}", "content-type": "application/json" },
          body: '{"sku": "canary"}',
          expectedStatus: [201],
          carry: { order: { header: "location" } },
        },
        {
          name: "read back",
          url: "https://shop.example.com{{+order}}",
          headers: { authorization: "Bearer {{token}}" },
          expression: 'json.state == "NEW"',
        },
        {
          name: "remove",
          url: "https://shop.example.com{{+order}}",
          method: "DELETE",
          headers: { authorization: "Bearer {{token}}" },
          expectedStatus: [204],
        },
      ],
      secrets: { password: "${secret:canary-password}" },
    },
  },
];

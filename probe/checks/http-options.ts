/** Options of the http kind. */
import { z } from "zod";
import type { CheckExample } from "./check.ts";
import {
  assertionOptions,
  basicSchema,
  headerMap,
  headerValue,
  isSecretHeader,
  payloadOptions,
  SHOWS_SECRET,
  transportOptions,
  urlSchema,
} from "./http-fields.ts";
import { commonOptions, tlsSchema } from "./options.ts";

const oauth2Schema = z.strictObject({
  tokenUrl: urlSchema.describe("Where a token is asked for, by POST."),
  clientId: z.string().min(1).max(500).describe("Identity of the client."),
  clientSecret: z.string().min(1).max(4_096).describe("Secret; of the client."),
  scope: z.string().min(1).max(2_000).optional().describe("Scopes, with blanks between them."),
  audience: z.string().min(1).max(2_000).optional().describe("Audience, if the server wants one."),
  clientAuth: z
    .enum(["basic", "body"])
    .default("basic")
    .describe("How the client is sent: by Basic authorization, or in the form."),
});

const requestOptions = {
  url: urlSchema.describe("What is asked for, http:// or https://. A fragment is not sent."),
  method: z
    .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .default("GET")
    .describe("Method of the request."),
  headers: headerMap
    .refine((headers) => !Object.keys(headers).some(isSecretHeader), {
      error: "expected no credentials here; put this header in secretHeaders",
      params: SHOWS_SECRET,
    })
    .default({})
    .describe("Headers to send, shown to everybody who may read the target."),
  secretHeaders: headerMap
    .default({})
    .describe("Headers to send whose values are secret. Not sent to another origin."),
  bearerToken: headerValue
    .optional()
    .describe("Secret; sent as `Authorization: Bearer`, not to another origin."),
  basicAuth: basicSchema
    .optional()
    .describe("Secret; sent as `Authorization: Basic`, not to another origin."),
  oauth2: oauth2Schema
    .optional()
    .describe("Client credentials (RFC 6749 4.4) for a bearer token, kept until it expires."),
  ...payloadOptions,
  ...transportOptions,
};

/** Options of the http kind, strict. */
export const httpSchema = z
  .strictObject({
    ...requestOptions,
    ...assertionOptions,
    tls: tlsSchema.prefault({}).describe("How TLS is spoken if the URL begins with https://."),
    ...commonOptions,
  })
  .refine((options) => credentialsOf(options) <= 1, {
    error: "expected one of bearerToken, basicAuth and oauth2, not both",
    path: ["bearerToken"],
  })
  .refine((options) => payloadsOf(options) <= 1, {
    error: "expected one of body, form and multipart",
    path: ["body"],
  })
  .meta({ id: "HttpOptions", description: "Options of the http check." });

/** Options of the http kind, defaults filled in. */
export type HttpOptions = z.output<typeof httpSchema>;

const given = (...values: unknown[]): number =>
  values.filter((value) => value !== undefined).length;

function credentialsOf(options: {
  bearerToken?: unknown;
  basicAuth?: unknown;
  oauth2?: unknown;
}): number {
  return given(options.bearerToken, options.basicAuth, options.oauth2);
}

/** How many of body, form and multipart there are. */
export function payloadsOf(options: {
  body?: unknown;
  form?: unknown;
  multipart?: unknown;
}): number {
  return given(options.body, options.form, options.multipart);
}

/** Examples, the commonest first. */
export const HTTP_EXAMPLES: readonly CheckExample[] = [
  {
    title: "A page answers, and its certificate lasts",
    options: { url: "https://shop.example.com/health", tls: { daysMin: 14 } },
  },
  {
    title: "An API says that it is well, within a time",
    options: {
      url: "https://api.example.com/v1/status",
      bearerToken: "${secret:api-token}",
      expression: 'status == 200 && json.status == "ok" && json.queue < 100.0',
      latencyLimitMs: 800,
    },
  },
  {
    title: "A sign-in by client credentials, a client certificate, HTTP/2",
    options: {
      url: "https://orders.example.com/v2/ping",
      httpVersion: "2",
      oauth2: {
        tokenUrl: "https://id.example.com/token",
        clientId: "quorate",
        clientSecret: "${secret:orders-client}",
      },
      tls: { cert: "${secret:orders-cert}", key: "${secret:orders-key}" },
    },
  },
  {
    title: "A port that must stay shut from outside",
    options: { url: "http://admin.example.com:9000/", mustFail: true },
  },
];

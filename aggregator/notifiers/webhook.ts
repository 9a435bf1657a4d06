/**
 * Webhooks: a signed POST of the event, by the Standard Webhooks specification 1.0.
 * Source: https://www.standardwebhooks.com, spec/standard-webhooks.md of its repository.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import { VERSION } from "../../shared/version.ts";
import type { NotifierKind, OutgoingMessage } from "../ports.ts";
import { COMMON_RETRIES } from "./http-kind.ts";
import { httpPost } from "./http-post.ts";
import { checkAuthorities, COMMON_ANSWERS, HTTP_OPTIONS, urlOption } from "./options.ts";

/** Headers that the notifier sets itself, or that would break the request. */
const RESERVED_HEADERS = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "webhook-id",
  "webhook-signature",
  "webhook-timestamp",
]);

const HEADERS_MAX = 32;
const SECRET_PREFIX = "whsec_";

/** Fewest and most bytes of a signing secret, from the specification. */
const SECRET_BYTES = { min: 24, max: 64 };

const headersSchema = z
  .record(
    z
      .string()
      .max(LIMITS.nameCharsMax)
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "expected the name of an HTTP header")
      .refine((name) => !RESERVED_HEADERS.has(name.toLowerCase()), {
        error: "this header is set by Quorate and cannot be chosen",
      }),
    z
      .string()
      .max(4_096)
      .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "expected one line of Latin-1 text"),
  )
  .refine((headers) => Object.keys(headers).length <= HEADERS_MAX, {
    error: `expected at most ${HEADERS_MAX} headers`,
  });

const webhookSchema = z
  .strictObject({
    url: urlOption().describe("Where the message is posted, http or https."),
    secret: z
      .string()
      .refine(isSigningSecret, {
        error: "expected whsec_ and the base64 of 24 to 64 random bytes",
      })
      .optional()
      .describe("Signing secret, `whsec_` and base64. Required unless `unsigned`."),
    unsigned: z
      .boolean()
      .default(false)
      .describe("True: no signature; the receiver cannot tell who sent the message."),
    headers: headersSchema.default({}).describe("Further headers; their values are secrets."),
    ...HTTP_OPTIONS,
  })
  .refine((options) => options.unsigned || options.secret !== undefined, {
    error: "expected a secret, or `unsigned: true` to send without a signature",
    path: ["secret"],
  })
  .refine((options) => !options.unsigned || options.secret === undefined, {
    error: "expected no secret beside `unsigned: true`; leave one of them out",
    path: ["unsigned"],
  });

type WebhookOptions = z.output<typeof webhookSchema>;

function isSigningSecret(text: string): boolean {
  const key = signingKey(text);
  // Node reads base64 leniently and receivers do not: only the one right spelling is taken.
  if (text !== `${SECRET_PREFIX}${key.toString("base64")}`) return false;
  return key.length >= SECRET_BYTES.min && key.length <= SECRET_BYTES.max;
}

function signingKey(secret: string): Buffer {
  return Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
}

/** The webhook kind of notifier. */
export const webhookKind: NotifierKind<typeof webhookSchema> = {
  kind: "webhook",
  summary: "Posts the event as JSON, signed by the Standard Webhooks specification.",
  schema: webhookSchema,
  secretOptions: ["secret", "headers"],
  retries: COMMON_RETRIES,
  prepare(options) {
    const { headers, secret, timeoutMs, tls } = options;
    checkAuthorities(tls);
    const url = new URL(options.url);
    const secrets = [...Object.values(headers), ...(secret === undefined ? [] : [secret])];
    return {
      destination: `POST ${url.origin}${url.pathname}`,
      timeoutMs,
      send: async (message, signal) =>
        await httpPost({
          url,
          headers: headersOf(options, message),
          body: message.body,
          answers: COMMON_ANSWERS,
          atMs: message.atMs,
          timeoutMs,
          tls,
          secrets,
          signal,
        }),
    };
  },
};

function headersOf(options: WebhookOptions, message: OutgoingMessage): Record<string, string> {
  const timestamp = String(Math.floor(message.atMs / 1_000));
  const headers: Record<string, string> = { "user-agent": `quorate/${VERSION}` };
  for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = value;
  headers["content-type"] = "application/json";
  headers["webhook-id"] = message.id;
  headers["webhook-timestamp"] = timestamp;
  if (options.secret !== undefined) {
    const signed = `${message.id}.${timestamp}.${message.body}`;
    const hmac = createHmac("sha256", signingKey(options.secret)).update(signed);
    headers["webhook-signature"] = `v1,${hmac.digest("base64")}`;
  }
  return headers;
}

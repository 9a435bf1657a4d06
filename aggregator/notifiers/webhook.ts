/**
 * Webhooks: a signed POST of the event, by the Standard Webhooks specification 1.0.
 * Source: https://www.standardwebhooks.com, spec/standard-webhooks.md of its repository.
 */
import { createHmac, X509Certificate } from "node:crypto";
import { z } from "zod";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { VERSION } from "../../shared/version.ts";
import type { NotifierKind, OutgoingMessage } from "../ports.ts";
import { httpPost } from "./http-post.ts";
import type { AnswerRule } from "./http-post.ts";

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

/**
 * What an answer means, first match. `retry` says which are sent again, with backoff; failures of
 * the network (no connection, no answer, no valid TLS) are always sent again.
 */
const WEBHOOK_ANSWERS: readonly AnswerRule[] = [
  { from: 200, to: 299, retry: false, sentence: "Delivered." },
  {
    from: 300,
    to: 399,
    retry: false,
    sentence: "Redirects are not followed: set the channel's url to the new address.",
  },
  { from: 408, to: 408, retry: true, sentence: "The receiver waited too long for the request." },
  {
    from: 410,
    to: 410,
    retry: false,
    sentence: "The receiver is gone for good: delete the channel or correct its url.",
  },
  { from: 425, to: 425, retry: true, sentence: "The receiver asks to come again later." },
  { from: 429, to: 429, retry: true, sentence: "The receiver asks to send more slowly." },
  {
    from: 400,
    to: 499,
    retry: false,
    sentence: "The receiver refuses the message: check the channel's url, headers and secret.",
  },
  { from: 500, to: 599, retry: true, sentence: "The receiver failed." },
];

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
    url: z
      .string({ error: "expected the receiver's URL" })
      .max(2_000)
      .refine(isWebhookUrl, {
        error: "expected an http or https URL without user, password and fragment",
      })
      .describe("Where the message is posted, http or https."),
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
    timeoutMs: z
      .int()
      .min(100)
      .max(60_000)
      .default(10_000)
      .describe("Deadline of one attempt in milliseconds, connect to the end of the answer."),
    tls: z
      .strictObject({
        verify: z
          .boolean()
          .default(true)
          .describe("Whether the certificate must be right. False accepts any."),
        ca: z
          .string()
          .min(1)
          .max(65_536)
          .optional()
          .describe("Authorities to trust, PEM, instead of those that Node ships."),
      })
      .prefault({}),
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

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === "" && url.password === "" && url.hash === "";
  return plain && (url.protocol === "http:" || url.protocol === "https:");
}

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
  prepare(options) {
    const { headers, secret, timeoutMs, tls } = options;
    checkAuthorities(tls.ca);
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
          answers: WEBHOOK_ANSWERS,
          atMs: message.atMs,
          timeoutMs,
          tls,
          secrets,
          signal,
        }),
    };
  },
};

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Node takes text without a certificate in silence, and would then trust nobody. */
function checkAuthorities(ca: string | undefined): void {
  if (ca === undefined) return;
  try {
    const blocks = ca.match(PEM_CERTIFICATE) ?? [];
    if (blocks.length === 0) throw new Error("there is no BEGIN CERTIFICATE in it");
    for (const block of blocks) void new X509Certificate(block);
  } catch (error) {
    const message = `Expected certificates in PEM, but they cannot be read: ${messageOf(error)}.`;
    throw new QuorateError("invalid", message, [{ path: "options.tls.ca", message }]);
  }
}

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

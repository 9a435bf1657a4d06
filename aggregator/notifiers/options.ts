/** Options that many kinds of notifier share, and what their answers mean. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import type { AnswerRule } from "./http-post.ts";

/** Whether a text is an http or https URL without user, password and fragment. */
function isReceiverUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === "" && url.password === "" && url.hash === "";
  return plain && (url.protocol === "http:" || url.protocol === "https:");
}

const URL_EXPECTED = "expected an http or https URL without user, password and fragment";

/** A URL of a receiver. */
export function urlOption(): z.ZodString {
  return z
    .string({ error: "expected the receiver's URL" })
    .max(2_000)
    .refine(isReceiverUrl, { error: URL_EXPECTED });
}

/** The address of a service that has one for everybody, and others where it is self-hosted. */
export function serviceUrl(home: string): z.ZodDefault<z.ZodString> {
  return urlOption().default(home);
}

/** A token, key or password: one line, at most 4,096 characters. */
export function secretOption(what: string): z.ZodString {
  return z
    .string({ error: `expected ${what}` })
    .min(1)
    .max(4_096)
    .regex(/^[\x20-\x7e]+$/, `expected ${what}: one line of printable ASCII`);
}

/** One line of text. */
export function lineOption(what: string, max: number): z.ZodString {
  return z
    .string({ error: `expected ${what}` })
    .min(1)
    .max(max)
    .regex(/^[^\x00-\x1f\x7f]+$/, `expected ${what} in one line`);
}

/** The options that every kind over HTTP has. */
export const HTTP_OPTIONS = {
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
};

/** How TLS is spoken to a receiver. */
export type TlsOption = z.output<typeof HTTP_OPTIONS.tls>;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Node takes text without a certificate in silence, and would then trust nobody. */
export function checkAuthorities({ ca }: TlsOption): void {
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

/**
 * What an answer means, first match. `retry` says which are sent again, with backoff; failures of
 * the network (no connection, no answer, no valid TLS) are always sent again.
 */
export const COMMON_ANSWERS: readonly AnswerRule[] = [
  { from: 200, to: 299, retry: false, sentence: "Delivered." },
  {
    from: 300,
    to: 399,
    retry: false,
    sentence: "Redirects are not followed: set the channel's url to the new address.",
  },
  {
    from: 401,
    to: 401,
    retry: false,
    sentence: "The receiver does not accept the channel's credentials: correct them.",
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
    sentence: "The receiver refuses the message: check the channel's options.",
  },
  { from: 500, to: 599, retry: true, sentence: "The receiver failed." },
];

/** The texts of a secret URL that must not be repeated: the whole, its parts, and its query. */
export function secretsOfUrl(text: string): string[] {
  const { href, pathname, search, searchParams } = new URL(text);
  const parts = [...pathname.split("/"), ...searchParams.values()].filter(
    (part) => part.length >= URL_SECRET_CHARS_MIN,
  );
  const decoded = parts.map((part) => (/%/.test(part) ? safeDecode(part) : part));
  const whole = [href, `${pathname}${search}`, pathname].filter((part) => part.length > 1);
  return [...whole, ...parts, ...decoded];
}

/** Shorter parts of a path are words such as `api` and `hooks`, not secrets. */
const URL_SECRET_CHARS_MIN = 8;

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The Basic credentials of a user and password, and the texts of them that are secret. */
export function basicAuth(user: string, password: string): { header: string; secrets: string[] } {
  const pair = Buffer.from(`${user}:${password}`, "utf8").toString("base64");
  return { header: `Basic ${pair}`, secrets: [pair, password] };
}

/** Options that everything has that speaks HTTP. */
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Field values of RFC 9110 5.5, without what Node would send as something else.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that frame the message; the check writes them itself. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** For issues whose value would show a secret. */
export const SHOWS_SECRET = { secret: true };
const SECRET = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Whether a header holds credentials by its name. */
export function isSecretHeader(name: string): boolean {
  return SECRET.has(name.toLowerCase());
}

const headerName = z
  .string()
  .min(1)
  .max(100)
  .regex(NAME, { error: "expected the name of a header" })
  .refine((name) => !FRAMING.has(name.toLowerCase()), {
    error: "expected a header that does not frame the message; the check writes those itself",
  });

/** Value of a header, as it may be sent. */
export const headerValue = z
  .string()
  .max(8_192)
  .regex(VALUE, { error: "expected a header value: printable, no line break" })
  .refine((value) => value === value.trim(), { error: "expected no space at either end" });

/** Headers to send. */
export const headerMap = z
  .record(headerName, headerValue)
  .refine((headers) => Object.keys(headers).length <= 64, { error: "expected at most 64 headers" });

/** Whether a text is a range such as "200-299" or a code such as "204". */
function isStatusRange(text: string): boolean {
  const match = /^([1-9]\d\d)(?:-([1-9]\d\d))?$/.exec(text);
  return match !== null && Number(match[1]) <= Number(match[2] ?? match[1]);
}

const STATUS_ERROR = 'expected a status such as 204, or a range such as "200-299"';

const statusSchema = z.union(
  [z.int().min(100).max(999), z.string().refine(isStatusRange, { error: STATUS_ERROR })],
  { error: STATUS_ERROR },
);

function isHttpUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return false;
  return (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "";
}

function hasUser(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.username !== "" || url.password !== "");
}

/** A URL of http or https without credentials in it. */
export const urlSchema = z
  .string()
  .max(4_096)
  .refine(isHttpUrl, { error: "expected a URL that begins with http:// or https://" })
  .refine((text) => !hasUser(text), {
    error: "expected a URL without user and password; use basicAuth, which is kept secret",
    params: SHOWS_SECRET,
  });

/** User and password, as HTTP's Basic scheme takes them. */
export const basicSchema = z
  .strictObject({
    user: z.string().min(1).max(200).describe("Without a colon."),
    password: z.string().max(1_000).describe("Kept secret."),
  })
  .refine((auth) => !auth.user.includes(":"), { error: "expected a user without ':'" });

const partSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^"\r\n]+$/, { error: "expected a name without quotes and line breaks" })
    .describe("Name of the field."),
  value: z.string().max(65_536).describe("Its content, UTF-8."),
  filename: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^"\r\n]+$/, { error: "expected a name without quotes and line breaks" })
    .optional()
    .describe("Present: the field is a file of this name."),
  contentType: headerValue.optional().describe("Type of the content. Default: none is said."),
});

/** What is sent behind the headers: at most one of these. */
export const payloadOptions = {
  body: z
    .string()
    .max(65_536)
    .optional()
    .describe("Body to send, UTF-8. Name its type in a content-type header."),
  form: z
    .record(z.string().min(1).max(200), z.string().max(8_192))
    .optional()
    .describe("Fields to send as application/x-www-form-urlencoded, instead of a body."),
  multipart: z
    .array(partSchema)
    .min(1)
    .max(32)
    .optional()
    .describe("Fields and files to send as multipart/form-data, instead of a body."),
};

/** What the answer must be. */
export const assertionOptions = {
  expectedStatus: z
    .array(statusSchema)
    .min(1)
    .max(50)
    .default(["200-299"])
    .describe('Statuses that pass: codes and ranges, such as [204, "300-399"].'),
  headerContains: z
    .record(headerName, z.string().max(8_192))
    .default({})
    .describe("Headers the answer must have, each containing the text; empty: it must be there."),
  headerMatches: z
    .record(headerName, z.string().min(1).max(1_000))
    .default({})
    .describe("Headers the answer must have, each with a regular expression that matches it."),
  headerAbsent: z
    .array(headerName)
    .max(50)
    .default([])
    .describe("Headers that the answer must not have."),
  bodyContains: z.string().min(1).max(8_192).optional().describe("Text the body must contain."),
  bodyMatches: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      `JavaScript regular expression that must match within the first ` +
        `${LIMITS.expressionCharsMax} characters of the body; stopped after ` +
        `${LIMITS.expressionMsMax} ms, and the outcome is void then.`,
    ),
  bodyMatchesFlags: z
    .string()
    .regex(/^[imsu]{0,4}$/, { error: "expected flags out of i, m, s, u" })
    .default("")
    .describe("Flags of bodyMatches."),
  expression: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe(
      "CEL expression that must be true, of status (int), headers (map, names in lower case), " +
        "body (string), json (null if the body is none; its numbers are doubles), latencyMs.",
    ),
  bodyBytesMax: z
    .int()
    .min(1)
    .max(16_777_216)
    .default(LIMITS.checkBodyBytesMax)
    .describe("Bytes of the body, decoded, that are read and looked at; the rest is not."),
};

/** How redirects, cookies and connections are dealt with. */
export const transportOptions = {
  httpVersion: z
    .enum(["1.1", "2"])
    .default("1.1")
    .describe("Version spoken; 2 is agreed on by ALPN, or presumed on http://."),
  compressed: z
    .boolean()
    .default(false)
    .describe("Asks for a compressed body. What comes compressed is decoded in any case."),
  maxRedirects: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe("Redirects to follow. Default 0: a redirect is an answer like any other."),
  redirects: z
    .enum(["any", "same-origin", "secure"])
    .default("any")
    .describe(
      "Where a redirect may lead: `any` URL, the `same-origin`, or (`secure`) any but from " +
        "https:// to http://. One that leads elsewhere fails the check.",
    ),
  cookies: z
    .boolean()
    .default(true)
    .describe("Whether cookies of an answer are sent with what follows it in the same look."),
  proxy: z
    .strictObject({
      url: urlSchema.describe("The proxy, such as http://10.0.0.3:3128; https:// for TLS to it."),
      user: z.string().min(1).max(200).optional().describe("User at the proxy."),
      password: z.string().max(1_000).optional().describe("Secret; password at the proxy."),
    })
    .optional()
    .describe("HTTP proxy that opens a tunnel to the target by CONNECT; it resolves the name."),
};

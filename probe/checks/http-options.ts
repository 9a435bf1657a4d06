/** Options of the http kind. */
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import { commonOptions, tlsSchema } from "./options.ts";

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
const SHOWS_SECRET = { secret: true };
const SECRET = new Set(["authorization", "cookie", "proxy-authorization"]);

const headerName = z
  .string()
  .min(1)
  .max(100)
  .regex(NAME, { error: "expected the name of a header" })
  .refine((name) => !FRAMING.has(name.toLowerCase()), {
    error: "expected a header that does not frame the message; the check writes those itself",
  });

const headerValue = z
  .string()
  .max(8_192)
  .regex(VALUE, { error: "expected a header value: printable, no line break" })
  .refine((value) => value === value.trim(), { error: "expected no space at either end" });

const headerMap = z
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

const requestOptions = {
  url: z
    .string()
    .max(4_096)
    .refine(isHttpUrl, { error: "expected a URL that begins with http:// or https://" })
    .refine((text) => !hasUser(text), {
      error: "expected a URL without user and password; use basicAuth, which is kept secret",
      params: SHOWS_SECRET,
    })
    .describe("What is asked for, http:// or https://. A fragment is not sent."),
  method: z
    .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .default("GET")
    .describe("Method of the request."),
  headers: headerMap
    .refine((headers) => !Object.keys(headers).some((name) => SECRET.has(name.toLowerCase())), {
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
  basicAuth: z
    .strictObject({ user: z.string().min(1).max(200), password: z.string().max(1_000) })
    .refine((auth) => !auth.user.includes(":"), { error: "expected a user without ':'" })
    .optional()
    .describe("Secret; sent as `Authorization: Basic`, not to another origin."),
  body: z
    .string()
    .max(65_536)
    .optional()
    .describe("Body to send, UTF-8. Name its type in a content-type header."),
  maxRedirects: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe("Redirects to follow. Default 0: a redirect is an answer like any other."),
};

const assertions = {
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
    .describe("Bytes of the body that are read and looked at; the rest is not."),
};

/** Options of the http kind, strict. */
export const httpSchema = z
  .strictObject({
    ...requestOptions,
    ...assertions,
    tls: tlsSchema.prefault({}).describe("How TLS is spoken if the URL begins with https://."),
    ...commonOptions,
  })
  .refine((options) => options.bearerToken === undefined || options.basicAuth === undefined, {
    error: "expected bearerToken or basicAuth, not both",
    path: ["bearerToken"],
  })
  .meta({ id: "HttpOptions", description: "Options of the http check." });

/** Options of the http kind, defaults filled in. */
export type HttpOptions = z.output<typeof httpSchema>;

/** One request of a notifier: no redirects, a bounded answer. */
import type { Dispatcher } from "undici";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { connectionsTo } from "./connections.ts";
import type { SendOutcome } from "../ports.ts";

/** A range of statuses and what it means. */
export interface AnswerRule {
  from: number;
  to: number;
  /** Whether the same message is sent again later. */
  retry: boolean;
  sentence: string;
}

/** What is posted, and how its answer is read. */
export interface HttpPost {
  url: URL;
  /** Default POST. */
  method?: "POST" | "PUT" | "PATCH" | undefined;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | Uint8Array;
  /** The first rule that holds is taken; a status without a rule is not sent again. */
  answers: readonly AnswerRule[];
  /** Wall clock of the attempt, for a Retry-After that is a date. */
  atMs: number;
  /** Deadline in milliseconds; the caller enforces it by the signal. */
  timeoutMs: number;
  tls: { verify: boolean; ca?: string | undefined };
  /** Texts that never stand in the outcome. */
  secrets: readonly string[];
  /**
   * Reads what a receiver says in its body: many answer 200 to everything, others say there how
   * long to wait. Null: the status stands. Not given: a body is only quoted.
   */
  read?: ((text: string, status: number) => BodyReading | null) | undefined;
  signal: AbortSignal;
}

/** What the body of an answer makes of its status; what is absent stands as it was. */
export interface BodyReading {
  ok?: boolean;
  retry?: boolean;
  /** Sentence; may quote the receiver, secrets are blotted out. */
  sentence?: string;
  retryAfterMs?: number;
}

/** An outcome, and the start of the body that led to it; the text may hold secrets. */
export interface HttpAnswer {
  outcome: SendOutcome;
  text: string;
}

const EXCERPT_CHARS_MAX = 120;

/** Shorter texts are not blotted out, or every answer with an "a" in it would be unreadable. */
const SECRET_CHARS_MIN = 4;

/** Failures of the network in words; all of them are worth another attempt. */
const NETWORK_SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused: nothing is listening there",
  ECONNRESET: "The receiver reset the connection before it answered",
  EPIPE: "The receiver closed the connection before it answered",
  UND_ERR_SOCKET: "The receiver closed the connection before it answered",
  ENOTFOUND: "The receiver's name does not resolve",
  EAI_AGAIN: "The resolver did not answer for the receiver's name",
  ETIMEDOUT: "The receiver did not accept a connection",
  UND_ERR_CONNECT_TIMEOUT: "The receiver did not accept a connection",
  EHOSTUNREACH: "There is no route to the receiver",
  ENETUNREACH: "There is no route to the receiver's network",
  EPROTO: "The receiver does not speak TLS as expected",
  CERT_HAS_EXPIRED: "The receiver's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The receiver's certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "The receiver's certificate comes from an unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver's certificate comes from an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "The receiver's certificate comes from an unknown authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "The receiver's certificate is for another name",
  UND_ERR_HEADERS_OVERFLOW: "The headers of the receiver's answer are too large",
};

/** Sends once. Never rejects for something the receiver did. */
export async function httpPost(post: HttpPost): Promise<SendOutcome> {
  return (await httpExchange(post)).outcome;
}

/** Sends once, and gives what the receiver said too. */
export async function httpExchange(post: HttpPost): Promise<HttpAnswer> {
  const { url, headers, body, signal, tls } = post;
  const terms = { origin: url.origin, tls, connectTimeoutMs: post.timeoutMs };
  try {
    const path = `${url.pathname}${url.search}`;
    const { method = "POST" } = post;
    const answer = await connectionsTo(terms).request({ method, path, headers, body, signal });
    const bytesMax = post.read ? LIMITS.notifierAnswerBytesMax : LIMITS.webhookAnswerBytesMax;
    const text = await readStart(answer.body, bytesMax);
    return { outcome: readOutcome(post, answerOutcome(post, answer, text), text), text };
  } catch (error) {
    return { outcome: networkOutcome(post, error), text: "" };
  }
}

/** The answer's first bytes; what it does after them, or instead of them, is of no interest. */
async function readStart(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const text = (): string => Buffer.concat(chunks).subarray(0, bytesMax).toString("utf8");
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
      if (sizeBytes >= bytesMax) break;
    }
  } catch {
    // The status was read already and says what became of the message.
    return text();
  }
  return text();
}

function answerOutcome(post: HttpPost, answer: Dispatcher.ResponseData, text: string): SendOutcome {
  const status = answer.statusCode;
  const rule = post.answers.find(({ from, to }) => status >= from && status <= to);
  const retry = rule?.retry ?? false;
  const ok = status >= 200 && status <= 299;
  const sentence = rule?.sentence ?? "The receiver's answer is not understood.";
  const said = ok ? "" : excerpt(text, post.secrets);
  const moved = redirectOf(post, answer.headers["location"], status);
  return {
    ok,
    status,
    detail: `Answered ${status}${moved}. ${sentence}${said === "" ? "" : ` It said: ${said}`}`,
    retry,
    retryAfterMs: retryAfterMs(answer.headers["retry-after"], post.atMs),
  };
}

/** The outcome as the body says it; a wait belongs only to what is tried again. */
function readOutcome(post: HttpPost, outcome: SendOutcome, text: string): SendOutcome {
  const reading = post.read?.(text, outcome.status ?? 0) ?? {};
  const { ok = outcome.ok, sentence } = reading;
  const retry = ok ? false : (reading.retry ?? outcome.retry);
  const said = sentence === undefined ? null : blotted(sentence, post.secrets);
  return {
    ...outcome,
    ok,
    retry,
    detail: said === null ? outcome.detail : `Answered ${outcome.status}. ${said}`,
    retryAfterMs: retry ? (reading.retryAfterMs ?? outcome.retryAfterMs) : null,
  };
}

function networkOutcome(post: HttpPost, error: unknown): SendOutcome {
  const code = systemCodeOf(error);
  const known = NETWORK_SENTENCES[code];
  const words = known === undefined ? `Sending failed (${messageOf(error)})` : `${known} (${code})`;
  const detail = post.signal.aborted
    ? `No answer from ${post.url.origin} within ${post.timeoutMs / 1_000} s.`
    : `${words}: ${post.url.origin}.`;
  return { ok: false, status: null, detail, retry: true, retryAfterMs: null };
}

/** Where a redirect leads, without its query, which may hold a secret. */
function redirectOf(
  { url: from, secrets }: HttpPost,
  location: string | string[] | undefined,
  status: number,
): string {
  if (status < 300 || status > 399 || typeof location !== "string") return "";
  if (!URL.canParse(location, from.href)) return "";
  const to = new URL(location, from);
  return `, moved to ${quoted(blotted(`${to.origin}${to.pathname}`, secrets))}`;
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); null when absent or neither. */
function retryAfterMs(value: string | string[] | undefined, atMs: number): number | null {
  if (typeof value !== "string") return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - atMs);
}

/** What the receiver said, in quotes: it may repeat what we sent, so secrets are blotted out. */
function excerpt(text: string, secrets: readonly string[]): string {
  const shown = blotted(text, secrets).trim();
  return shown === "" ? "" : quoted(shown);
}

/** Text without the secrets that it may repeat. */
export function blotted(text: string, secrets: readonly string[]): string {
  let shown = text;
  // Words of a value too: "Bearer abc" may come back as "abc". Whole values first.
  const words = secrets.flatMap((secret) => secret.split(/\s+/));
  for (const secret of [...secrets, ...words]) {
    if (secret.length < SECRET_CHARS_MIN) continue;
    shown = shown.replaceAll(secret, "***").replaceAll(JSON.stringify(secret).slice(1, -1), "***");
  }
  return shown;
}

/** Text from outside, in quotes, cut; nothing in it can write into a terminal or a log. */
export function quoted(text: string): string {
  const cut = text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

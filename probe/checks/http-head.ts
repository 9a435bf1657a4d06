/** The head of an HTTP/1.1 answer: found byte by byte, then read strictly (RFC 9112). */
import { LIMITS } from "../../shared/limits.ts";

/** Status and headers of an answer. */
export interface Head {
  status: number;
  /** The value of a header by its name in lower case. */
  header(name: string): string | undefined;
  /** All headers: names in lower case, several values of one name joined by ", ". */
  headers(): Map<string, string>;
  /** The values of Set-Cookie, which alone cannot be joined (RFC 6265 3). */
  setCookies(): string[];
}

/** What is wrong with an answer, as the end of a sentence that begins with the server. */
export interface Flaw {
  flaw: string;
  /** What was found instead, as the target sent it; not yet fit to be shown. */
  found?: string;
}

const PREFIX = "HTTP/1.";
const TERMINATOR = "\r\n\r\n";
// The whole head in one pass. No two stars can take the same character, so it is linear.
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const TEXT = "[\\t\\x20-\\x7e\\x80-\\xff]*";
const STATUS = `HTTP/1\\.[01] ([1-9]\\d\\d)(?: ${TEXT})?`;
const HEAD = new RegExp(`^${STATUS}\\r\\n(?:${TOKEN}:${TEXT}\\r\\n)*\\r\\n$`);
const STATUS_LINE = new RegExp(`^${STATUS}$`);
const HEADER_LINE = new RegExp(`^${TOKEN}:${TEXT}$`);

/** Finds the end of one head in a stream of chunks. */
export interface HeadReader {
  /** Bytes seen so far. */
  seen(): number;
  /**
   * Takes bytes from `start` on. Returns the index behind the head once it is complete, -1 while
   * it is not, or the flaw that ends the look.
   */
  take(bytes: Buffer, start: number): number | Flaw;
  /** Reads the complete head and makes ready for another one (after 1xx). */
  read(): Head | Flaw;
}

/** Creates a reader; the bound holds for all heads of one answer together. */
export function createHeadReader(): HeadReader {
  let parts = "";
  let seen = 0;
  // The terminator may begin in the chunks before. `parts` is a rope that is only joined when the
  // head is complete: looking into it for each chunk would cost quadratic time.
  let tail = "";
  return {
    seen: () => seen,
    take(bytes, start) {
      const chunk = bytes.toString("latin1", start);
      const found = (tail + chunk).indexOf(TERMINATOR);
      const taken = found < 0 ? chunk.length : found + TERMINATOR.length - tail.length;
      const fresh = parts.length < PREFIX.length;
      parts += taken === chunk.length ? chunk : chunk.slice(0, taken);
      tail = found < 0 ? (tail + chunk).slice(-3) : "";
      seen += taken;
      if (fresh && !parts.startsWith(PREFIX) && !PREFIX.startsWith(parts)) {
        return { flaw: "did not answer in HTTP/1.1 but with", found: parts };
      }
      if (seen > LIMITS.checkHeadBytesMax) {
        return { flaw: `sent more than ${LIMITS.checkHeadBytesMax} bytes of headers` };
      }
      return found < 0 ? -1 : start + taken;
    },
    read() {
      const text = parts;
      parts = "";
      return parseHead(text);
    },
  };
}

function parseHead(text: string): Head | Flaw {
  const match = HEAD.exec(text);
  if (match === null) return flawOf(text);
  let headers: Map<string, string> | undefined;
  return {
    status: Number(match[1]),
    // Most checks ask for no header, so most heads are never taken apart.
    header: (name) => (headers ??= parseHeaders(text)).get(name),
    headers: () => (headers ??= parseHeaders(text)),
    setCookies: () =>
      linesOf(text)
        .filter((line) => /^set-cookie:/i.test(line))
        .map((line) => line.slice("set-cookie:".length).trim()),
  };
}

function linesOf(text: string): string[] {
  return text.slice(0, -TERMINATOR.length).split("\r\n");
}

function parseHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  const lines = linesOf(text);
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function flawOf(text: string): Flaw {
  const [first = "", ...rest] = linesOf(text);
  if (!STATUS_LINE.test(first)) return { flaw: "sent a wrong status line:", found: first };
  const wrong = rest.find((line) => !HEADER_LINE.test(line)) ?? "";
  return { flaw: "sent a wrong header line:", found: wrong };
}

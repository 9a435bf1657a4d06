/** The head of an HTTP/1.1 answer: found byte by byte, then read strictly (RFC 9112). */
import { LIMITS } from "../../shared/limits.ts";
import { quoted } from "./sentence.ts";

/** Status and headers of an answer. */
export interface Head {
  status: number;
  /** Names in lower case; several of one name are joined by ", ". */
  headers: Map<string, string>;
}

/** What is wrong with an answer, as the end of a sentence that begins with the server. */
export interface Flaw {
  flaw: string;
}

const PREFIX = Buffer.from("HTTP/1.");
const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
// One star over spaces, not two: two would take quadratic time on a hostile line.
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;

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
  const parts: string[] = [];
  let seen = 0;
  let matched = 0;
  let prefix = 0;
  return {
    seen: () => seen,
    take(bytes, start) {
      for (let at = start; at < bytes.length; at += 1) {
        const byte = bytes[at];
        if (prefix < PREFIX.length) {
          if (byte !== PREFIX[prefix]) return { flaw: notHttp(bytes, start) };
          prefix += 1;
        }
        // The end is CR LF CR LF: CR at even places of the match, LF at odd ones.
        if (byte === (matched & 1 ? 10 : 13)) matched += 1;
        else matched = byte === 13 ? 1 : 0;
        if (matched === 4) {
          seen += at + 1 - start;
          if (seen > LIMITS.checkHeadBytesMax) return { flaw: tooLong };
          parts.push(bytes.toString("latin1", start, at + 1));
          return at + 1;
        }
      }
      seen += bytes.length - start;
      if (seen > LIMITS.checkHeadBytesMax) return { flaw: tooLong };
      parts.push(bytes.toString("latin1", start));
      return -1;
    },
    read() {
      const text = parts.length === 1 ? (parts[0] ?? "") : parts.join("");
      parts.length = 0;
      matched = 0;
      prefix = 0;
      return parseHead(text.slice(0, -4));
    },
  };
}

const tooLong = `sent more than ${LIMITS.checkHeadBytesMax} bytes of headers`;

function notHttp(bytes: Buffer, start: number): string {
  return `did not answer in HTTP/1.1 but with ${quoted(bytes.toString("latin1", start), 40)}`;
}

function parseHead(text: string): Head | Flaw {
  const lines = text.split("\r\n");
  const match = STATUS_LINE.exec(lines[0] ?? "");
  if (match === null) return { flaw: `sent a wrong status line: ${quoted(lines[0] ?? "", 60)}` };
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const parsed = HEADER_LINE.exec(line);
    if (parsed === null) return { flaw: `sent a wrong header line: ${quoted(line, 60)}` };
    const name = (parsed[1] ?? "").toLowerCase();
    const value = (parsed[2] ?? "").trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(match[1]), headers };
}

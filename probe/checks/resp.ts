/** Replies of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/), RESP2. */
import { LIMITS } from "../../shared/limits.ts";

/** A reply; errors are values too. */
export type Reply = string | number | null | { error: string } | Reply[];

/** A whole reply with the bytes it took, nothing yet, or that it breaks the protocol. */
export type ParsedReply = { reply: Reply; end: number } | "more" | "broken";

/** Nesting of arrays; the deepest reply asked for (ROLE) has two. */
const DEPTH_MAX = 8;

/** Reads the reply that begins at `at`; never reads beyond the bytes, never recurses deeply. */
export function parseReply(bytes: Buffer, at = 0, depth = 0): ParsedReply {
  const lineEnd = bytes.indexOf("\r\n", at, "latin1");
  if (!"+-:$*".includes(String.fromCharCode(bytes[at] ?? 43))) return "broken";
  if (lineEnd < 0) return "more";
  const line = bytes.toString("utf8", at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes[at]) {
    case 43: // +
      return { reply: line, end };
    case 45: // -
      return { reply: { error: line }, end };
    case 58: // :
      return /^-?\d{1,19}$/.test(line) ? { reply: Number(line), end } : "broken";
    case 36: // $
      return bulk(bytes, line, end);
    default:
      return depth >= DEPTH_MAX ? "broken" : array(bytes, line, { at: end, depth });
  }
}

/** The length said by a line; undefined when it is none that this probe would read. */
function lengthOf(line: string): number | undefined {
  const length = /^(?:-1|\d{1,9})$/.test(line) ? Number(line) : undefined;
  return length !== undefined && length <= LIMITS.checkReplyBytesMax ? length : undefined;
}

function bulk(bytes: Buffer, line: string, at: number): ParsedReply {
  const length = lengthOf(line);
  if (length === undefined) return "broken";
  if (length < 0) return { reply: null, end: at };
  if (bytes.length < at + length + 2) return "more";
  return { reply: bytes.toString("utf8", at, at + length), end: at + length + 2 };
}

function array(bytes: Buffer, line: string, from: { at: number; depth: number }): ParsedReply {
  const length = lengthOf(line);
  if (length === undefined) return "broken";
  if (length < 0) return { reply: null, end: from.at };
  const items: Reply[] = [];
  let { at } = from;
  while (items.length < length) {
    const item = at >= bytes.length ? "more" : parseReply(bytes, at, from.depth + 1);
    if (typeof item === "string") return item;
    items.push(item.reply);
    at = item.end;
  }
  return { reply: items, end: at };
}

/** A command as Redis reads it: an array of bulk strings. */
export function encodeCommand(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join("")}`);
}

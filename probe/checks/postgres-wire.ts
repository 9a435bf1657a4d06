/**
 * Messages of PostgreSQL (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 * Own, as the parser of pg throws inside socket callbacks on a broken message, has no bound, and
 * reads the environment; a check needs ten of the messages.
 */

/** A message of the server. */
export interface ServerMessage {
  /** Its letter, such as `R`. */
  type: string;
  /** What follows the length. */
  body: Buffer;
  /** Bytes it took. */
  end: number;
}

const TYPES = new Set("RSKZENTDCIVAnt123sWGHcdv");

/** Reads the message that the bytes begin with; nothing yet, or that it is none. */
export function parseMessage(bytes: Buffer): ServerMessage | "more" | "broken" {
  const type = String.fromCharCode(bytes[0] ?? 0);
  if (!TYPES.has(type)) return "broken";
  if (bytes.length < 5) return "more";
  const length = bytes.readUInt32BE(1);
  // Lengths of 2 GB are allowed; nothing that a check asks for is near one byte of the first.
  if (length < 4 || length > 0xff_ffff) return "broken";
  const end = 1 + length;
  return bytes.length < end ? "more" : { type, body: bytes.subarray(5, end), end };
}

/** A message of the client; `type` is empty for those at the start. */
export function encodeMessage(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** 32 bits, as messages have them. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** What an ErrorResponse says. */
export interface ServerError {
  /** SQLSTATE, five characters. */
  code: string;
  message: string;
}

/** Reads an ErrorResponse: fields of a letter and a text, ended by zeros. */
export function readError(body: Buffer): ServerError {
  const error: ServerError = { code: "", message: "" };
  for (const field of body.toString("utf8").split("\0")) {
    if (field.startsWith("C")) error.code = field.slice(1, 6);
    if (field.startsWith("M")) error.message = field.slice(1);
  }
  return error;
}

/** The first column of a DataRow as text; null: it is null; undefined: the row is broken. */
export function firstColumn(body: Buffer): string | null | undefined {
  if (body.length < 2) return undefined;
  if (body.readUInt16BE(0) === 0) return null;
  if (body.length < 6) return undefined;
  const length = body.readInt32BE(2);
  if (length < 0) return null;
  return body.length < 6 + length ? undefined : body.toString("utf8", 6, 6 + length);
}

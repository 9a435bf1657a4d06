/** Frames of the WebSocket protocol (RFC 6455 5.2), as a client writes and reads them. */
import { LIMITS } from "../../shared/limits.ts";
import { systemRandom } from "../../shared/random.ts";

/** The opcodes of frames, RFC 6455 11.8. */
export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame of the server. */
export interface Frame {
  opcode: number;
  /** Whether it ends its message. */
  final: boolean;
  body: Buffer;
  /** Bytes it took. */
  end: number;
}

const OPCODES: ReadonlySet<number> = new Set(Object.values(OPCODE));

/** Reads the frame that the bytes begin with; nothing yet, or that it breaks the protocol. */
export function parseFrame(bytes: Buffer): Frame | "more" | "broken" {
  const first = bytes[0] ?? 0;
  const opcode = first & 15;
  const final = first > 127;
  // No extension was asked for, so its bits must be zero.
  if ((first & 0x70) !== 0 || !OPCODES.has(opcode)) return "broken";
  const second = bytes[1];
  if (second === undefined) return "more";
  // What a server sends is never masked (5.1); control frames are short and whole (5.5).
  if (second > 127 || (opcode > 7 && (!final || second > 125))) return "broken";
  const size = second === 127 ? 8 : second === 126 ? 2 : 0;
  if (bytes.length < 2 + size) return "more";
  const length = size === 0 ? second : lengthOf(bytes, size);
  if (length > LIMITS.checkReplyBytesMax) return "broken";
  const end = 2 + size + length;
  if (bytes.length < end) return "more";
  return { opcode, final, body: bytes.subarray(2 + size, end), end };
}

function lengthOf(bytes: Buffer, size: number): number {
  return size === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
}

/** A frame as a client sends it: whole, and masked by chance. */
export function encodeFrame(opcode: number, body: Buffer): Buffer {
  const mask = systemRandom().bytes(4);
  const head = headOf(opcode, body.length);
  const masked = Buffer.from(body.map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
  return Buffer.concat([head, mask, masked]);
}

function headOf(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([128 | opcode, 128 | length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 128 | opcode;
  head[1] = 128 | (length < 65_536 ? 126 : 127);
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

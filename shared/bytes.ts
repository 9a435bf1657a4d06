/** Varints and texts, written and read; the alphabet of the packed formats. */
/** Writes into a buffer that grows. */
export interface ByteWriter {
  /** A non-negative integer below 2^53, seven bits a byte, low bits first. */
  varint(value: number): void;
  /** An integer between -2^52 and 2^52, small for both signs (0, -1, 1, -2, …). */
  zigzag(value: number): void;
  /** Bytes as they are. */
  raw(bytes: Uint8Array): void;
  /** A text with its length before it, UTF-8. */
  text(value: string): void;
  /** What was written so far; the next write may overwrite it. */
  bytes(): Uint8Array;
  /** Begins again. */
  clear(): void;
}

/** Reads what a writer wrote; throws what its maker says beyond the end. */
export interface ByteReader {
  varint(): number;
  zigzag(): number;
  text(): string;
  /** The next `length` bytes, not copied. */
  raw(length: number): Uint8Array;
  /** True when everything was read. */
  atEnd(): boolean;
}

/** A writer with room for `bytesHint` bytes before it must grow. Default 4096. */
export function createByteWriter(bytesHint = 4_096): ByteWriter {
  let buffer = Buffer.allocUnsafe(bytesHint);
  let at = 0;

  const reserve = (length: number): void => {
    if (at + length <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + length));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  const varint = (value: number): void => {
    reserve(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      buffer[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  };
  const raw = (bytes: Uint8Array): void => {
    reserve(bytes.length);
    buffer.set(bytes, at);
    at += bytes.length;
  };

  return {
    varint,
    zigzag: (value) => varint(value < 0 ? -2 * value - 1 : 2 * value),
    raw,
    text(value) {
      const bytes = Buffer.from(value);
      varint(bytes.length);
      raw(bytes);
    },
    bytes: () => buffer.subarray(0, at),
    clear() {
      at = 0;
    },
  };
}

/** A reader of `bytes`; `damaged` makes the error of what cannot be read. */
export function createByteReader(
  bytes: Uint8Array,
  damaged: (what: string) => Error = (what) => new RangeError(`Expected ${what}, found the end.`),
): ByteReader {
  let at = 0;

  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 8; length += 1) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw damaged("a packed number");
  };
  const raw = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw damaged("a packed text");
    at += length;
    return bytes.subarray(at - length, at);
  };

  return {
    varint,
    zigzag() {
      const value = varint();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    raw,
    text() {
      const { buffer, byteOffset, length } = raw(varint());
      return Buffer.from(buffer, byteOffset, length).toString();
    },
    atEnd: () => at >= bytes.length,
  };
}

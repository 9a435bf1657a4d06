/** Tar archives (POSIX ustar) as streams: written one file after another, read in one pass. */
import { QuorateError } from "../../shared/errors.ts";

/** Bytes of a block, of which every part of an archive is a whole number. */
const BLOCK = 512;

/** What stands before the bytes of a file. */
export interface TarEntry {
  name: string;
  bytes: number;
  mode: number;
  modifiedAtMs: number;
}

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** The header of a file; names have at most 100 bytes. */
export function tarHeader({ name, bytes, mode, modifiedAtMs }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, "utf8");
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  writeSize(header, bytes);
  header.write(octal(Math.floor(modifiedAtMs / 1_000), 11), 136);
  header.fill(" ", 148, 156);
  header.write("0", 156);
  header.write("ustar\0", 257);
  header.write("00", 263);
  header.write(`${octal(checksumOf(header), 6)}\0 `, 148);
  return header;
}

/** What fills the last block of a file. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** Sizes from 8 GiB on do not fit eleven octal digits: they are binary, as GNU tar writes them. */
function writeSize(header: Buffer, bytes: number): void {
  if (bytes < 8 ** 11) {
    header.write(octal(bytes, 11), 124);
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(bytes), 128);
}

function readSize(header: Buffer): number {
  if (header[124] === 0x80) return Number(header.readBigUInt64BE(128));
  return readOctal(header, 124, 136);
}

function readOctal(header: Buffer, from: number, to: number): number {
  const text = header.toString("latin1", from, to).replace(/[\0 ].*$/s, "");
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** The sum of all bytes, those of the sum itself read as blanks. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 32;
  header.forEach((byte, at) => {
    if (at < 148 || at >= 156) sum += byte;
  });
  return sum;
}

/** Takes the files of an archive as they come. */
export interface TarSink {
  /** A file begins; it gives what takes its bytes, and is told when it has them all. */
  file(entry: TarEntry): { take(bytes: Buffer): Promise<void>; end(): Promise<void> };
}

/** Reads an archive; throws with a sentence when it is none or ends before its end. */
export async function readTar(source: AsyncIterable<Buffer>, sink: TarSink): Promise<void> {
  const input = byteSource(source);
  for (;;) {
    const header = await input.exactly(BLOCK);
    if (header === null) throw damaged("it ends before its end");
    if (header.every((byte) => byte === 0)) return input.drain();
    const entry = entryOf(header);
    const file = sink.file(entry);
    let left = entry.bytes;
    while (left > 0) {
      const bytes = await input.some(left);
      if (bytes === null) throw damaged("it ends within a file");
      left -= bytes.length;
      await file.take(bytes);
    }
    await file.end();
    const padding = tarPadding(entry.bytes).length;
    if (padding > 0 && (await input.exactly(padding)) === null) throw damaged("it ends too early");
  }
}

function entryOf(header: Buffer): TarEntry {
  const sum = readOctal(header, 148, 156);
  const bytes = readSize(header);
  const kind = header[156];
  if (sum !== checksumOf(header) || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw damaged("a header in it is wrong");
  }
  if (kind !== 0x30 && kind !== 0) throw damaged("it holds something else than files");
  const name = header.toString("utf8", 0, 100).replace(/\0.*$/s, "");
  const modifiedAtMs = readOctal(header, 136, 148) * 1_000;
  return { name, bytes, mode: readOctal(header, 100, 108), modifiedAtMs };
}

/** Says of an archive that it is damaged. */
export function damaged(why: string): QuorateError {
  const sentence = `This is no whole backup of Quorate: ${why}. Nothing was changed.`;
  return new QuorateError("invalid", sentence);
}

/** Bytes of a stream in the pieces that are asked for. */
function byteSource(source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  };
  return {
    /** Exactly so many bytes; null when there are fewer. */
    async exactly(count: number): Promise<Buffer | null> {
      while (rest.length < count) if (!(await more())) return null;
      const bytes = rest.subarray(0, count);
      rest = rest.subarray(count);
      return bytes;
    },
    /** Some bytes, at most so many; null when there are none. */
    async some(most: number): Promise<Buffer | null> {
      while (rest.length === 0) if (!(await more())) return null;
      const bytes = rest.subarray(0, most);
      rest = rest.subarray(bytes.length);
      return bytes;
    },
    /** Reads on to the end, so that what packed it can say whether all was there. */
    async drain(): Promise<void> {
      rest = Buffer.alloc(0);
      while (await more()) rest = Buffer.alloc(0);
    },
  };
}

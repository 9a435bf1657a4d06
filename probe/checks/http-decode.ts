/** Compressed bodies, decoded up to a bound, so that no answer can unfold without end. */
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from "node:zlib";
import type { Transform } from "node:stream";
import type { Flaw } from "./http-head.ts";

/** Content codings that are decoded, as Accept-Encoding says them. */
export const CODINGS = "gzip, deflate, br";

const MEMBERS_MAX = 3;

/** What a coding is undone by; undefined for one that is not known. */
function decoderOf(coding: string, body: Buffer): Transform | undefined {
  // A body that was cut at its bound is decoded as far as it goes.
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(options);
    case "deflate":
      // Some servers leave out the zlib header (RFC 9110 8.4.1.2); its method is always 8.
      return ((body[0] ?? 0) & 15) === 8 ? createInflate(options) : createInflateRaw(options);
    case "br":
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}

/** The codings of an answer, in the order in which they are undone; empty if there is none. */
export function codingsOf(header: string | undefined): string[] {
  const codings = (header ?? "").split(",").map((coding) => coding.trim().toLowerCase());
  return codings.filter((coding) => coding !== "" && coding !== "identity").toReversed();
}

/** Whether all of these can be undone. */
export function canDecode(codings: readonly string[]): boolean {
  const known = codings.every((coding) => /^(?:x-)?gzip$|^deflate$|^br$/.test(coding));
  return known && codings.length <= MEMBERS_MAX;
}

/** A body to decode. */
export interface CodedBody {
  body: Buffer;
  codings: readonly string[];
  /** Bytes that are given out at most; the rest is not decoded. */
  bytesMax: number;
}

/** Decodes, and calls `done` once, later. Returns what stops it. */
export function decodeBody(coded: CodedBody, done: (body: Buffer | Flaw) => void): () => void {
  const [coding, ...rest] = coded.codings;
  const decoder = coding === undefined ? undefined : decoderOf(coding, coded.body);
  if (decoder === undefined) {
    let open = true;
    process.nextTick(() => {
      if (open) done(coded.body);
    });
    return () => {
      open = false;
    };
  }
  let stop = (): void => void decoder.destroy();
  const parts: Buffer[] = [];
  let length = 0;
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    decoder.destroy();
    const body = Buffer.concat(parts).subarray(0, coded.bytesMax);
    stop = decodeBody({ ...coded, body, codings: rest }, done);
  };
  decoder.on("data", (bytes: Buffer) => {
    length += bytes.length;
    parts.push(bytes);
    if (length >= coded.bytesMax) finish();
  });
  decoder.on("end", finish);
  decoder.on("error", () => {
    if (!over) done({ flaw: `sent a body that is no ${coding}` });
    over = true;
  });
  decoder.end(coded.body);
  return () => {
    over = true;
    stop();
  };
}

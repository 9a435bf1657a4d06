/** The body of an HTTP/1.1 answer: counted, chunked or until the close (RFC 9112 section 6). */
import { LIMITS } from "../../shared/limits.ts";
import type { Flaw, Head } from "./http-head.ts";

/** Collects a body; keeps at most as many bytes as were asked for. */
export interface BodyReader {
  /** Takes bytes. True once the body is complete or as much of it as is wanted. */
  take(bytes: Buffer): boolean | Flaw;
  /** The connection was closed: whether the body is complete. */
  close(): boolean;
  /** How much was kept, for sentences. */
  kept(): number;
  bytes(): Buffer;
}

/** How the body is framed. */
type Framing =
  | { kind: "none" }
  | { kind: "counted"; bytes: number }
  | { kind: "chunked" | "close" };

/** Creates the reader that fits a head; a flaw when the framing is contradictory. */
export function createBodyReader(
  head: Head,
  request: { method: string; bytesMax: number },
): BodyReader | Flaw {
  const framing = framingOf(head, request.method);
  if ("flaw" in framing) return framing;
  const sink = createSink(request.bytesMax);
  switch (framing.kind) {
    case "none":
      return countedReader(sink, 0);
    case "counted":
      return countedReader(sink, framing.bytes);
    case "chunked":
      return chunkedReader(sink);
    case "close":
      return { ...sink, take: (bytes) => sink.add(bytes), close: () => true };
  }
}

function framingOf(head: Head, method: string): Framing | Flaw {
  const { status } = head;
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "none" };
  const coding = head.header("transfer-encoding")?.toLowerCase();
  const length = head.header("content-length");
  if (coding !== undefined) {
    // Both at once is how requests are smuggled; RFC 9112 6.3 calls it an error.
    if (length !== undefined) return { flaw: "sent both content-length and transfer-encoding" };
    if (coding === "chunked") return { kind: "chunked" };
    return { flaw: "sent an unknown transfer-encoding", found: coding };
  }
  if (length === undefined) return { kind: "close" };
  const lengths = new Set(length.split(",").map((part) => part.trim()));
  const only = lengths.size === 1 ? [...lengths][0] : undefined;
  if (only === undefined || !/^\d{1,15}$/.test(only)) {
    return { flaw: "sent a wrong content-length", found: length };
  }
  return { kind: "counted", bytes: Number(only) };
}

interface Sink {
  /** Copies bytes; true once enough are kept. */
  add(bytes: Buffer): boolean;
  kept(): number;
  bytes(): Buffer;
}

function createSink(bytesMax: number): Sink {
  const parts: Buffer[] = [];
  let kept = 0;
  return {
    add(bytes) {
      const part = Buffer.from(bytes.subarray(0, bytesMax - kept));
      if (part.length > 0) parts.push(part);
      kept += part.length;
      return kept >= bytesMax;
    },
    kept: () => kept,
    bytes: () => (parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts)),
  };
}

function countedReader(sink: Sink, bytesWanted: number): BodyReader {
  let left = bytesWanted;
  return {
    ...sink,
    take(bytes) {
      const part = bytes.subarray(0, left);
      left -= part.length;
      return sink.add(part) || left === 0;
    },
    close: () => left === 0,
  };
}

/** `size` reads a size line, `data` the bytes of a chunk, `gap` the CR LF behind them. */
type ChunkState = "size" | "data" | "gap" | "done";

function chunkedReader(sink: Sink): BodyReader {
  let state: ChunkState = "size";
  let line = "";
  let left = 0;
  const lineDone = (): Flaw | undefined => {
    const text = line;
    line = "";
    if (state === "gap") {
      state = "size";
      return text === "\r\n" ? undefined : { flaw: "sent a chunk longer than its size" };
    }
    const match = /^([0-9A-Fa-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/.exec(text);
    if (match === null) return { flaw: "sent a wrong chunk size", found: text };
    left = Number.parseInt(match[1] ?? "", 16);
    // The trailers behind the last chunk assert nothing and are not waited for.
    state = left === 0 ? "done" : "data";
    return undefined;
  };
  return {
    ...sink,
    take(bytes) {
      let at = 0;
      while (at < bytes.length && state !== "done") {
        if (state === "data") {
          const part = bytes.subarray(at, at + left);
          at += part.length;
          left -= part.length;
          if (sink.add(part)) return true;
          if (left === 0) state = "gap";
          continue;
        }
        const newline = bytes.indexOf(10, at);
        const end = newline < 0 ? bytes.length : newline + 1;
        line += bytes.toString("latin1", at, end);
        at = end;
        if (line.length > LIMITS.checkChunkLineBytesMax)
          return { flaw: "sent an endless chunk size" };
        const flaw = newline < 0 ? undefined : lineDone();
        if (flaw !== undefined) return flaw;
      }
      return state === "done";
    },
    close: () => state === "done",
  };
}

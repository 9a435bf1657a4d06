/** The dialogue of the websocket kind: handshake, then messages. */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { LIMITS } from "../../shared/limits.ts";
import { systemRandom } from "../../shared/random.ts";
import type { Conversation } from "./conversation.ts";
import { createHeadReader } from "./http-head.ts";
import type { Head } from "./http-head.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { ExpectStep } from "./tcp-script.ts";
import { encodeFrame, OPCODE, parseFrame } from "./websocket-frames.ts";
import type { Frame } from "./websocket-frames.ts";

/** A message to send, or one to wait for. */
export type MessageStep = { send: Buffer; opcode: number } | ExpectStep;

/** What a check asks of the server. */
export interface WebSocketPlan {
  /** The request without its key, up to the blank line. */
  request: string;
  /** Subprotocols that are offered. */
  offered: readonly string[];
  /** One that must be chosen; undefined: any of those offered, or none. */
  expected: string | undefined;
  steps: readonly MessageStep[];
}

interface Talk {
  look: Look;
  plan: WebSocketPlan;
  socket: Socket | undefined;
  key: string;
  /** Whether the handshake is over. */
  upgraded: boolean;
  /** The step that is done next. */
  at: number;
  /** Parts of a message that came in several frames; undefined: none is under way. */
  parts: Buffer[] | undefined;
  /** What came last, for the sentence of a timeout. */
  last: string;
}

/** RFC 6455 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Creates the dialogue. */
export function createWebSocketTalk(look: Look, plan: WebSocketPlan): Conversation {
  const key = Buffer.from(systemRandom().bytes(16)).toString("base64");
  const talk: Talk = {
    look,
    plan,
    socket: undefined,
    key,
    upgraded: false,
    at: 0,
    parts: undefined,
    last: "",
  };
  const reader = createHeadReader();
  let headEnd = 0;
  return {
    open(socket) {
      talk.socket = socket;
      socket.write(`${plan.request}sec-websocket-key: ${key}\r\n\r\n`, "latin1");
    },
    take(bytes) {
      if (talk.upgraded) return takeFrame(talk, bytes);
      const end = reader.take(bytes, headEnd);
      if (typeof end !== "number") return flawed(talk, end);
      headEnd = bytes.length;
      if (end < 0) return 0;
      const head = reader.read();
      if ("flaw" in head) return flawed(talk, head);
      upgrade(talk, head);
      return end;
    },
    awaited: () => awaitedOf(talk),
  };
}

function awaitedOf(talk: Talk): string {
  const step = talk.plan.steps[talk.at];
  if (!talk.upgraded) return "the end of the handshake";
  const what = step !== undefined && "shown" in step ? step.shown : "nothing more";
  return talk.last === "" ? what : `${what} (last came ${talk.last})`;
}

function flawed({ look }: Talk, { flaw, found }: { flaw: string; found?: string }): number {
  const shown = found === undefined ? "" : ` ${look.quote(found)}`;
  look.fail("protocol_error", `${whereOf(look)} ${flaw}${shown}.`);
  return 0;
}

/** What the answer to a handshake must be, RFC 6455 4.1. */
function upgrade(talk: Talk, head: Head): void {
  const { look, plan, key } = talk;
  const where = whereOf(look);
  if (head.status !== 101) {
    const detail = `${where} answered the handshake with ${head.status}; expected 101.`;
    return look.fail("http_status", detail);
  }
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  const words = (head.header("connection") ?? "").toLowerCase().split(/\s*,\s*/);
  const right =
    head.header("upgrade")?.toLowerCase() === "websocket" &&
    words.includes("upgrade") &&
    head.header("sec-websocket-accept") === accept &&
    head.header("sec-websocket-extensions") === undefined;
  if (!right) return look.fail("protocol_error", `${where} did not accept the handshake rightly.`);
  const chosen = head.header("sec-websocket-protocol");
  if (chosen !== undefined && !plan.offered.includes(chosen)) {
    const detail = `${where} chose the subprotocol ${look.quote(chosen)}, which was not offered.`;
    return look.fail("protocol_error", detail);
  }
  if (plan.expected !== undefined && chosen !== plan.expected) {
    const found = chosen === undefined ? "no subprotocol" : look.quote(chosen);
    const detail = `${where} chose ${found}; expected ${look.quote(plan.expected)}.`;
    return look.fail("expect_mismatch", detail);
  }
  if (chosen !== undefined) look.facts["subprotocol"] = chosen;
  talk.upgraded = true;
  advance(talk);
}

/** Sends what is to be sent, up to the next message that must be waited for. */
function advance(talk: Talk): void {
  const { look, plan, socket } = talk;
  for (; ; talk.at += 1) {
    const step = plan.steps[talk.at];
    if (step === undefined) break;
    if ("shown" in step) return;
    socket?.write(encodeFrame(step.opcode, step.send));
  }
  // 1000: it is over as it should be, RFC 6455 7.4.1.
  socket?.write(encodeFrame(OPCODE.close, Buffer.from([3, 232])));
  look.pass();
}

function takeFrame(talk: Talk, bytes: Buffer): number {
  const { look } = talk;
  const frame = parseFrame(bytes);
  if (frame === "more") return 0;
  if (frame === "broken") {
    look.fail("protocol_error", `${whereOf(look)} sent a frame that is not of the protocol.`);
    return 0;
  }
  if (frame.opcode === OPCODE.ping) {
    // A server that pings without reading gets no answer, so that none pile up here.
    const waiting = talk.socket?.writableLength ?? 0;
    if (waiting < PONG_BYTES_MAX) talk.socket?.write(encodeFrame(OPCODE.pong, frame.body));
  } else if (frame.opcode === OPCODE.close) {
    closed(talk, frame.body);
  } else if (frame.opcode !== OPCODE.pong) {
    takePart(talk, frame);
  }
  return frame.end;
}

function closed(talk: Talk, body: Buffer): void {
  const { look } = talk;
  const code = body.length < 2 ? "no code" : `the code ${body.readUInt16BE(0)}`;
  const why = body.length > 2 ? ` ${look.quote(body.toString("utf8", 2))}` : "";
  const detail = `${whereOf(look)} closed with ${code}${why} before ${awaitedOf(talk)}.`;
  look.fail("connection_closed", detail);
}

/** A frame of a message: the first has its kind, the others have none (5.4). */
function takePart(talk: Talk, frame: Frame): void {
  const { look } = talk;
  const begins = frame.opcode !== OPCODE.more;
  if (begins !== (talk.parts === undefined)) {
    const detail = `${whereOf(look)} sent parts of a message in a wrong order.`;
    return look.fail("protocol_error", detail);
  }
  const parts = talk.parts ?? [];
  parts.push(Buffer.from(frame.body));
  talk.parts = parts;
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > LIMITS.checkReplyBytesMax || parts.length > PARTS_MAX) {
    const limit = LIMITS.checkReplyBytesMax;
    const detail = `${whereOf(look)} sent a message of more than ${limit} bytes.`;
    return look.fail("protocol_error", detail);
  }
  if (!frame.final) return;
  talk.parts = undefined;
  takeMessage(talk, Buffer.concat(parts));
}

const PARTS_MAX = 10_000;
const PONG_BYTES_MAX = 16_384;

/** A message that is not the expected one is passed over: others may be sent meanwhile. */
function takeMessage(talk: Talk, message: Buffer): void {
  const { look, plan } = talk;
  const step = plan.steps[talk.at];
  if (step === undefined || "opcode" in step) return;
  const found = step.find(message);
  if ("tooLong" in found) {
    const detail = `Expecting ${step.shown} took longer than ${LIMITS.expressionMsMax} ms.`;
    return look.fail("misconfigured", detail);
  }
  talk.last = look.quote(message.toString("latin1"), 60);
  if (found.value < 0) return;
  talk.at += 1;
  talk.last = "";
  advance(talk);
}

/**
 * grpc.health.v1.Health/Watch on one connection that stays open between the looks. A look is a ping
 * on it and the newest status; a change is told at once, so that nobody waits for an interval.
 */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import { HealthCheckRequest } from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type { AbortCheck, CheckContext, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import type { Failure } from "./failure.ts";
import { createFrames } from "./grpc-frames.ts";
import { broken, headerFlaw, judgeHealthEnd, judgeServing, readEnd } from "./grpc-reply.ts";
import { frameOf, headersOf, http2Failure, replierOf, startSession } from "./grpc-session.ts";
import type { GrpcPlan } from "./grpc-session.ts";
import { abortOf, whereOf } from "./look.ts";
import type { Look } from "./look.ts";

/** What a watch is made of. */
export interface WatchParts {
  destination: Destination;
  plan: GrpcPlan;
  service: string;
  begin(context: CheckContext, done: (outcome: CheckOutcome) => void): Look;
}

/** A connection that is kept, and what was heard on it last. */
interface Held {
  session: ClientHttp2Session;
  /** Closes it. */
  release: () => void;
  address: string;
  latest: Buffer;
  /** Looks that wait for the answer to their ping. */
  waiting: Set<Look>;
}

interface Watch extends WatchParts {
  held: Held | undefined;
  closed: boolean;
  changed: () => void;
}

/** Creates a watch; it connects in its first look. */
export function createWatch(parts: WatchParts): Omit<PreparedCheck, "endpoint"> {
  const watch: Watch = { ...parts, held: undefined, closed: false, changed: () => undefined };
  return {
    run(context, done) {
      const look = watch.begin(context, done);
      const { held } = watch;
      if (held === undefined || held.session.destroyed) return open(watch, look);
      return ping(watch, held, look);
    },
    onChange: (changed) => void (watch.changed = changed),
    close() {
      watch.closed = true;
      const { held } = watch;
      if (held !== undefined && held.waiting.size === 0) drop(watch, held);
    },
  };
}

/** Connects and waits for the first status. */
function open(watch: Watch, look: Look): AbortCheck {
  openConnection(look, watch.destination, {
    open(socket) {
      const session = startSession(look, watch.plan, socket);
      const stream = session.request(headersOf(watch.plan, "/grpc.health.v1.Health/Watch"));
      listen(watch, look, { session, stream });
      stream.end(frameOf(HealthCheckRequest.encode({ service: watch.service }).finish()));
    },
    closed: () => undefined,
  });
  return abortOf(look);
}

interface Line {
  session: ClientHttp2Session;
  stream: ClientHttp2Stream;
}

/** One connection of a watch: first it belongs to the look that opened it, then it is held. */
interface Heard {
  watch: Watch;
  look: Look;
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders | undefined;
  held: Held | undefined;
}

function listen(watch: Watch, look: Look, { session, stream }: Line): void {
  const frames = createFrames(LIMITS.checkReplyBytesMax);
  const sentMs = look.context.clock.monoMs();
  const heard: Heard = { watch, look, headers: {}, trailers: undefined, held: undefined };
  stream.on("response", (headers) => {
    heard.headers = headers;
    look.phases.firstByteUs += Math.round((look.context.clock.monoMs() - sentMs) * 1_000);
    if (headers["grpc-status"] !== undefined) return;
    const flaw = headerFlaw({ headers }, replierOf(look));
    if (flaw !== undefined) look.fail(flaw.reason, flaw.detail);
  });
  stream.on("trailers", (trailers: IncomingHttpHeaders) => void (heard.trailers = trailers));
  stream.on("data", (bytes: Buffer) => {
    const messages = frames.add(bytes);
    if ("flaw" in messages) return lose(heard, broken(whereOf(look), messages.flaw));
    for (const message of messages) {
      if (heard.held !== undefined) hear(watch, heard.held, message);
      else if (!look.ended()) heard.held = hold(watch, look, { session, message });
    }
  });
  stream.on("end", () => {
    if (stream.rstCode === 0) endStream(heard);
  });
  for (const side of [stream, session]) {
    side.on("error", (error: unknown) => lose(heard, http2Failure(error, replierOf(look))));
  }
  session.on("goaway", () => {
    if (heard.held !== undefined) lose(heard, closedEarly(look));
  });
  session.on("close", () => lose(heard, closedEarly(look)));
}

/** The server ended the call: before the first status that is its answer. */
function endStream(heard: Heard): void {
  const { watch, look, headers, trailers } = heard;
  if (heard.held !== undefined) return lose(heard, closedEarly(look));
  if (look.ended()) return;
  const end = readEnd({ headers, trailers, data: Buffer.alloc(0) }, replierOf(look));
  const failure = "reason" in end ? end : judgeHealthEnd(end, questionOf(watch, look));
  look.fail(failure.reason, failure.detail);
}

/** The connection is of no use any more: whoever waits on it fails, the next look connects anew. */
function lose({ watch, look, held }: Heard, failure: Failure): void {
  if (held === undefined) return look.fail(failure.reason, failure.detail);
  for (const waiting of held.waiting) waiting.fail(failure.reason, failure.detail);
  drop(watch, held);
}

const closedEarly = (look: Look): Failure => ({
  reason: "connection_closed",
  detail: `${whereOf(look)} closed the connection that was being watched.`,
});

const questionOf = (watch: Watch, look: Look) => ({
  ...replierOf(look),
  service: watch.service,
});

/** The first status came: the connection is kept from here on, whatever the status is. */
function hold(
  watch: Watch,
  look: Look,
  { session, message }: { session: ClientHttp2Session; message: Buffer },
): Held {
  const held: Held = {
    session,
    release: look.release,
    address: look.address,
    latest: message,
    waiting: new Set(),
  };
  // A second one, of a look that ran at the same time, is closed with its look.
  if (watch.held === undefined && !watch.closed) {
    watch.held = held;
    session.unref();
    look.release = () => undefined;
  }
  judge(watch, look, message);
  return held;
}

function judge(watch: Watch, look: Look, message: Buffer): void {
  const failure = judgeServing(message, questionOf(watch, look));
  if (failure === undefined) look.pass();
  else look.fail(failure.reason, failure.detail);
}

function hear(watch: Watch, held: Held, message: Buffer): void {
  const same = message.equals(held.latest);
  held.latest = message;
  if (!same && watch.held === held) watch.changed();
}

/** Looks by a ping on the open connection: the status is as new as its answer. */
function ping(watch: Watch, held: Held, look: Look): AbortCheck {
  const { host, port } = watch.destination;
  Object.assign(look, { host, port, address: held.address, phase: "talking" });
  held.waiting.add(look);
  look.release = () => {
    held.waiting.delete(look);
    if (watch.closed && held.waiting.size === 0) drop(watch, held);
  };
  look.facts["watched"] = 1;
  held.session.ping((error, durationMs) => {
    if (look.ended()) return;
    if (error !== null) {
      const failure = closedEarly(look);
      look.fail(failure.reason, failure.detail);
      return drop(watch, held);
    }
    look.phases.firstByteUs = Math.round(durationMs * 1_000);
    judge(watch, look, held.latest);
  });
  const abort = abortOf(look);
  return (why) => {
    const silent = why === "deadline" && !look.ended();
    abort(why);
    // Who does not answer a ping in time may be gone for good: the next look connects anew.
    if (silent) drop(watch, held);
  };
}

/** Closes a connection; whoever runs the check is told, so that it may look at once. */
function drop(watch: Watch, held: Held): void {
  const current = watch.held === held;
  if (current) watch.held = undefined;
  held.release();
  if (current && !watch.closed) watch.changed();
}

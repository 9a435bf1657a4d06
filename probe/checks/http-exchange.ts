/** Requests of one look and their answers: over HTTP/1.1, or handed to HTTP/2, with redirects. */
import type { Dial } from "./connect.ts";
import type { HttpExpectations } from "./http-assert.ts";
import type { HttpAnswer } from "./http-assert.ts";
import { createBodyReader } from "./http-body.ts";
import type { BodyReader } from "./http-body.ts";
import type { CookieJar } from "./http-cookies.ts";
import { canDecode, codingsOf, decodeBody } from "./http-decode.ts";
import { createHeadReader } from "./http-head.ts";
import type { Flaw, Head } from "./http-head.ts";
import { isRedirect, nextHop, withHeaders } from "./http-request.ts";
import type { Hop, HopPlan } from "./http-request.ts";
import { askHttp2 } from "./http2.ts";
import type { AnswerReceiver } from "./http2.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";

/** What all looks of one check, or of one step of it, share. */
export interface Exchange extends HopPlan {
  expect: HttpExpectations;
  /** Whether the answer is of use only with its body, whatever is expected of it. */
  wantsBody: boolean;
  bodyBytesMax: number;
  maxRedirects: number;
  /** How connections are opened: straight, or through a proxy. */
  dial: Dial;
  /** The answer is as expected; `asking` is its last request. */
  passed(asking: Asking, answer: HttpAnswer): void;
}

/** One request of a look; a redirect leads to another one. */
export interface Asking {
  look: Look;
  hop: Hop;
  redirects: number;
  /** Cookies of the look; undefined: none are kept. */
  jar: CookieJar | undefined;
}

/** Sends the request of `asking` on a new connection; what comes of it ends the look or passes. */
export function ask(exchange: Exchange, asking: Asking): void {
  const cookie = asking.jar?.header(asking.hop.url);
  if (cookie === undefined) return send(exchange, asking);
  const hop = withHeaders(asking.hop, withCookie(asking, cookie));
  send(exchange, { ...asking, hop });
}

function send(exchange: Exchange, asking: Asking): void {
  const { look, hop } = asking;
  if (exchange.options.httpVersion === "2") {
    return askHttp2(exchange.dial, { look, hop }, receiverOf(exchange, asking));
  }
  const answer = createAnswer(exchange, asking);
  look.progress = answer.progress;
  exchange.dial(look, hop.destination, {
    open: (socket) => void socket.write(hop.bytes, "latin1"),
    data: answer.take,
    closed: answer.close,
    lends: true,
  });
}

/** Cookies of the operator come first. */
function withCookie({ hop }: Asking, cookie: string): Record<string, string> {
  const own = hop.headers.get("cookie");
  return { cookie: own === undefined ? cookie : `${own}; ${cookie}` };
}

/** An answer as it comes in: first heads, then the body if something is expected of it. */
interface Answer {
  take(bytes: Buffer): void;
  close(): void;
  progress(): string;
}

function createAnswer(exchange: Exchange, asking: Asking): Answer {
  const { look } = asking;
  const reader = createHeadReader();
  let head: Head | undefined;
  let body: BodyReader | undefined;
  const takeBody = (bytes: Buffer): void => {
    if (head === undefined || body === undefined) return;
    const done = body.take(bytes);
    if (isFlaw(done)) return protocolError(look, done);
    if (done) finish(exchange, asking, { head, body: body.bytes() });
  };
  const take = (bytes: Buffer): void => {
    if (body !== undefined) return takeBody(bytes);
    let at = 0;
    while (head === undefined) {
      const end = reader.take(bytes, at);
      if (typeof end !== "number") return protocolError(look, end);
      if (end < 0) return;
      const read = reader.read();
      if (isFlaw(read)) return protocolError(look, read);
      at = end;
      // Interim answers (RFC 9110 15.2) are passed over; 101 was not asked for.
      if (read.status >= 200 || read.status === 101) head = read;
    }
    if (!judgeHead(exchange, asking, head)) return;
    const { method } = asking.hop;
    const next = createBodyReader(head, { method, bytesMax: exchange.bodyBytesMax });
    if (isFlaw(next)) return protocolError(look, next);
    body = next;
    takeBody(bytes.subarray(at));
  };
  return {
    take,
    close() {
      if (head !== undefined && body?.close() === true) {
        return finish(exchange, asking, { head, body: body.bytes() });
      }
      const got = progressOf(reader.seen(), body);
      look.fail("connection_closed", `${whereOf(look)} closed the connection early${got}.`);
    },
    progress: () => progressOf(reader.seen(), body),
  };
}

function progressOf(headBytes: number, body: BodyReader | undefined): string {
  if (headBytes === 0) return ": not one byte came";
  if (body === undefined) return `: ${headBytes} bytes of headers came`;
  return `: the headers and ${body.kept()} bytes of the body came`;
}

function receiverOf(exchange: Exchange, asking: Asking): AnswerReceiver {
  return {
    head: (head) => judgeHead(exchange, asking, head),
    bytesMax: exchange.bodyBytesMax,
    body: (head, body) => finish(exchange, asking, { head, body }),
  };
}

/** Judges the head; true if the look goes on with the body. */
function judgeHead(exchange: Exchange, asking: Asking, head: Head): boolean {
  const { look, hop, jar } = asking;
  const { expect, maxRedirects } = exchange;
  const { status } = head;
  look.facts["status"] = status;
  if (jar !== undefined && head.header("set-cookie") !== undefined) {
    jar.keep(hop.url, head.setCookies(), look.context.clock.wallMs());
  }
  if (maxRedirects > 0 && isRedirect(status) && !expect.acceptsStatus(status)) {
    const location = head.header("location");
    if (location !== undefined) {
      follow(exchange, asking, { status, location });
      return false;
    }
  }
  const failure = expect.judgeHead(head, look);
  if (failure !== undefined) {
    look.fail(failure.reason, failure.detail);
    return false;
  }
  if (expect.needsBody || exchange.wantsBody) return true;
  judge(exchange, asking, { head, body: NO_BODY });
  return false;
}

const NO_BODY = Buffer.alloc(0);

function follow(
  exchange: Exchange,
  asking: Asking,
  answer: { status: number; location: string },
): void {
  const { look, hop } = asking;
  const redirects = asking.redirects + 1;
  const limit = exchange.maxRedirects;
  if (redirects > limit) {
    const detail = `${whereOf(look)} redirects again after ${limit} redirects.`;
    return look.fail("http_redirects", detail);
  }
  const next = nextHop(exchange, hop, answer);
  const location = look.quote(answer.location.split("?")[0] ?? "");
  if (next === undefined) {
    return protocolError(look, { flaw: `redirects to ${location}, which is no http URL` });
  }
  if (next === "not allowed") {
    const rule = exchange.options.redirects;
    const detail = `${whereOf(look)} redirects to ${location}, which \`redirects: ${rule}\``;
    return look.fail("http_redirects", `${detail} forbids.`);
  }
  look.facts["redirects"] = redirects;
  look.release();
  ask(exchange, { ...asking, hop: next, redirects });
}

/** The whole body came: it is decoded if it must be, and then judged. */
function finish(
  exchange: Exchange,
  asking: Asking,
  { head, body }: { head: Head; body: Buffer },
): void {
  const header = head.header("content-encoding");
  if (header === undefined || body.length === 0) return judge(exchange, asking, { head, body });
  const codings = codingsOf(header);
  if (!canDecode(codings)) return judge(exchange, asking, { head, body, coding: header });
  const { look } = asking;
  look.release();
  const latencyMs = look.elapsedMs();
  const coded = { body, codings, bytesMax: exchange.bodyBytesMax };
  look.release = decodeBody(coded, (decoded) => {
    if (look.ended()) return;
    if (isFlaw(decoded)) return protocolError(look, decoded);
    judge(exchange, asking, { head, body: decoded, latencyMs });
  });
}

function judge(exchange: Exchange, asking: Asking, answer: Judged): void {
  const { look } = asking;
  const { head, body, coding, latencyMs = look.elapsedMs() } = answer;
  const whole: HttpAnswer = { head, body, coding, latencyMs };
  const failure = exchange.expect.judgeBody(whole, look);
  if (failure === undefined) exchange.passed(asking, whole);
  else look.fail(failure.reason, failure.detail);
}

/** An answer; its latency is counted now unless it was before. */
type Judged = Omit<HttpAnswer, "latencyMs"> & { latencyMs?: number };

function isFlaw(value: object | boolean): value is Flaw {
  return typeof value === "object" && "flaw" in value;
}

function protocolError(look: Look, flaw: Flaw): void {
  const found = flaw.found === undefined ? "" : ` ${look.quote(flaw.found, 40)}`;
  look.fail("protocol_error", `${whereOf(look)} ${flaw.flaw}${found}.`);
}

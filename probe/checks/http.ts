/** The http kind: one request on a new connection, and what is expected of its answer. */
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import { compileExpectations } from "./http-assert.ts";
import type { HttpExpectations } from "./http-assert.ts";
import { createBodyReader } from "./http-body.ts";
import type { BodyReader } from "./http-body.ts";
import { createHeadReader } from "./http-head.ts";
import type { Flaw, Head } from "./http-head.ts";
import { httpSchema } from "./http-options.ts";
import type { HttpOptions } from "./http-options.ts";
import { firstHop, httpSecrets, isRedirect, nextHop } from "./http-request.ts";
import type { Hop, HopPlan } from "./http-request.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { planTls } from "./tls.ts";

/** The http kind. */
export const httpKind: CheckKind<typeof httpSchema> = {
  kind: "http",
  summary: "Sends one HTTP/1.1 request; a body of which nothing is expected is not read.",
  schema: httpSchema,
  secretOptions: ["secretHeaders", "bearerToken", "basicAuth", "tls.key"],
  prepare: prepareHttp,
};

/** What all looks of one check share. */
interface HttpCheck extends HopPlan {
  expect: HttpExpectations;
}

function prepareHttp(options: HttpOptions): PreparedCheck {
  const check: HttpCheck = {
    options,
    tls: planTls(options.tls),
    expect: compileExpectations(options),
  };
  const first = firstHop(check);
  const secrets = httpSecrets(options);
  const { latencyLimitMs } = options;
  return {
    endpoint: `${options.method} ${shownUrl(first.url)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      ask(check, { look, hop: first, redirects: 0 });
      return abortOf(look);
    },
  };
}

/** A URL without its query, which may hold what no log should. */
function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

/** One request of a look; a redirect leads to another one. */
interface Asking {
  look: Look;
  hop: Hop;
  redirects: number;
}

function ask(check: HttpCheck, asking: Asking): void {
  const { look, hop } = asking;
  const answer = createAnswer(check, asking);
  look.progress = answer.progress;
  openConnection(look, hop.destination, {
    open: (socket) => void socket.write(hop.bytes),
    data: answer.take,
    closed: answer.close,
  });
}

/** An answer as it comes in: first heads, then the body if something is expected of it. */
interface Answer {
  take(bytes: Buffer): void;
  close(): void;
  progress(): string;
}

function createAnswer(check: HttpCheck, asking: Asking): Answer {
  const { look } = asking;
  const reader = createHeadReader();
  let head: Head | undefined;
  let body: BodyReader | undefined;
  const takeBody = (bytes: Buffer): void => {
    if (head === undefined || body === undefined) return;
    const done = body.take(bytes);
    if (isFlaw(done)) return protocolError(look, done);
    if (done) judge(check, look, { head, body: body.bytes() });
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
    const next = judgeHead(check, asking, head);
    if (next === undefined) return;
    body = next;
    takeBody(bytes.subarray(at));
  };
  return {
    take,
    close() {
      if (head !== undefined && body?.close() === true) {
        return judge(check, look, { head, body: body.bytes() });
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

/** Judges the head; gives the reader of the body if the look goes on with it. */
function judgeHead(check: HttpCheck, asking: Asking, head: Head): BodyReader | undefined {
  const { look, hop } = asking;
  const { expect, options } = check;
  const { status } = head;
  look.facts["status"] = status;
  if (options.maxRedirects > 0 && isRedirect(status) && !expect.acceptsStatus(status)) {
    const location = head.header("location");
    if (location !== undefined) {
      follow(check, asking, { status, location });
      return undefined;
    }
  }
  const failure = expect.judgeHead(head, look);
  if (failure !== undefined) {
    look.fail(failure.reason, failure.detail);
    return undefined;
  }
  if (!expect.needsBody) {
    judge(check, look, { head, body: NO_BODY });
    return undefined;
  }
  const bytesMax = options.bodyBytesMax;
  const body = createBodyReader(head, { method: hop.method, bytesMax });
  if (!isFlaw(body)) return body;
  protocolError(look, body);
  return undefined;
}

const NO_BODY = Buffer.alloc(0);

function follow(
  check: HttpCheck,
  asking: Asking,
  answer: { status: number; location: string },
): void {
  const { look, hop } = asking;
  const redirects = asking.redirects + 1;
  const limit = check.options.maxRedirects;
  if (redirects > limit) {
    const detail = `${whereOf(look)} redirects again after ${limit} redirects.`;
    return look.fail("http_redirects", detail);
  }
  const next = nextHop(check, hop, answer);
  if (next === undefined) {
    const location = look.quote(answer.location.split("?")[0] ?? "");
    return protocolError(look, { flaw: `redirects to ${location}, which is no http URL` });
  }
  look.facts["redirects"] = redirects;
  look.release();
  ask(check, { look, hop: next, redirects });
}

function judge(check: HttpCheck, look: Look, answer: { head: Head; body: Buffer }): void {
  const latencyMs = look.elapsedMs();
  const failure = check.expect.judgeBody({ ...answer, latencyMs }, look);
  if (failure === undefined) look.pass();
  else look.fail(failure.reason, failure.detail);
}

function isFlaw(value: object | boolean): value is Flaw {
  return typeof value === "object" && "flaw" in value;
}

function protocolError(look: Look, flaw: Flaw): void {
  const found = flaw.found === undefined ? "" : ` ${look.quote(flaw.found, 40)}`;
  look.fail("protocol_error", `${whereOf(look)} ${flaw.flaw}${found}.`);
}

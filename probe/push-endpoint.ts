/** The door for reports of targets: `POST /push/{target}` on the health endpoint. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../shared/clock.ts";
import { LIMITS } from "../shared/limits.ts";
import type { PushReport } from "./checks/check.ts";

/** What the door needs. */
export interface PushDeps {
  clock: Clock;
  /** Hands a report to the target of that name; false: there is none with this key. */
  report(target: string, report: PushReport): boolean;
}

/** Takes a request if it is a report, and answers it; false: it is none. */
export type PushDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

const PATH = /^\/push\/([^/?#]{1,900})(?:\?([^#]*))?$/;
const MESSAGE_CHARS_MAX = 200;

/** Creates the door. */
export function createPushDoor(deps: PushDeps): PushDoor {
  return (request, response) => {
    const match = PATH.exec(request.url ?? "");
    if (match === null) return false;
    const target = decoded(match[1] ?? "");
    const answer = (status: number, sentence: string): void => {
      response.writeHead(status, { "content-type": "text/plain", connection: "close" });
      response.end(`${sentence}\n`);
    };
    if (request.method !== "POST") {
      answer(405, "Expected POST.");
      return true;
    }
    readBody(request, (body) => {
      if (body === null) return answer(413, `Expected at most ${LIMITS.pushBodyBytesMax} bytes.`);
      const fields = new URLSearchParams(`${match[2] ?? ""}&${body}`);
      const [status, sentence] = take(deps, target, { request, fields });
      answer(status, sentence);
    });
    return true;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A name that is not UTF-8 is nobody's.
    return "";
  }
}

/** Reads the body; null when it is too long. A client that breaks off gets no answer. */
function readBody(request: IncomingMessage, done: (body: string | null) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    const fitted = length <= LIMITS.pushBodyBytesMax;
    length += chunk.length;
    if (length <= LIMITS.pushBodyBytesMax) chunks.push(chunk);
    else if (fitted) done(null);
  });
  request.on("end", () => {
    if (length <= LIMITS.pushBodyBytesMax) done(Buffer.concat(chunks).toString("utf8"));
  });
}

interface Said {
  request: IncomingMessage;
  fields: URLSearchParams;
}

function take(deps: PushDeps, target: string, { request, fields }: Said): [number, string] {
  const status = fields.get("status") ?? "ok";
  if (status !== "ok" && status !== "fail") return [422, "Expected status=ok or status=fail."];
  const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? "")?.[1];
  const message = (fields.get("message") ?? "").slice(0, MESSAGE_CHARS_MAX);
  const atMonoMs = deps.clock.monoMs();
  const known =
    key !== undefined && deps.report(target, { key, failed: status === "fail", message, atMonoMs });
  if (known) return [200, "ok"];
  // One answer for both, so that nobody learns names by trying.
  return [401, "Expected a push target that this probe looks at, and `Authorization: Bearer KEY`."];
}

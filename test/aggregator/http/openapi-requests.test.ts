/** Requests made from the document, well and broken: every answer is one that it promises. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { PlacedOperation } from "../../../aggregator/http/openapi/shape.ts";
import { messageOf } from "../../../shared/errors.ts";
import { answerFindings } from "../../helpers/api-answers.ts";
import { brokenRequestsOf, requestsOf } from "../../helpers/api-requests.ts";
import type { MadeRequest } from "../../helpers/api-requests.ts";
import { isThorough, withApiRoom } from "../../helpers/api-room.ts";
import type { ApiRoom } from "../../helpers/api-room.ts";

/** Requests of each form for each operation, and the longest that one operation may take. */
const RUNS = isThorough ? { well: 40, broken: 80, http: 8 } : { well: 3, broken: 5, http: 1 };
const LIMIT_MS = isThorough ? 90 : 40;

/** Chosen once; a failure prints it, and the path to the request within it. */
const SEED = 20_261_121;

const lineOf = ({ method, path, headers, body }: MadeRequest): string =>
  `${method} ${path} ${JSON.stringify(headers)} ${(body ?? "").slice(0, 500)}`;

/** What goes away goes last. */
const order = ({ method }: PlacedOperation): number => (method === "delete" ? 1 : 0);

/** Makes one of everything that there is an example of; its ids are known from then on. */
async function fill(room: ApiRoom): Promise<string[]> {
  const broken: string[] = [];
  for (const placed of room.operations) {
    const { method, path, operation } = placed;
    const example = operation.requestBody?.content["application/json"]?.example;
    if (method !== "post" || path.includes("{") || example === undefined) continue;
    const request = requestOf(method, path, example);
    const answer = await room.ask(request);
    const place = answer.headers.get("location")?.split("/").at(-1);
    const findings = await answerFindings(answer, { ...placed, request, document: room.document });
    broken.push(...findings.map((finding) => `${lineOf(request)}\n  ${finding}`));
    if (answer.status === 201 && place !== undefined) {
      const name: unknown = Reflect.get(Object(example), "name");
      room.known.set(path, [place, ...(typeof name === "string" ? [name] : [])]);
    }
  }
  const targets = room.known.get("/api/v1/targets") ?? [];
  for (const path of ["/api/v1/verdicts", "/verdict", "/badge"]) room.known.set(path, targets);
  return broken;
}

const LOOPBACK = "http://127.0.0.1:9";

/** The request of an example; what it names elsewhere leads nowhere. */
function requestOf(method: string, path: string, example: unknown): MadeRequest {
  const body = JSON.stringify(example).replaceAll(/https?:\/\/[\w.-]+\.example/g, LOOPBACK);
  const headers = { "content-type": "application/json" };
  return { method: method.toUpperCase(), path, headers, body };
}

interface Holding {
  requests: fc.Arbitrary<MadeRequest>;
  ask: (request: MadeRequest) => Promise<Response>;
  runs: number;
}

/** Holds the answers to many requests against the document; the failure as text, or nothing. */
async function hold(
  room: ApiRoom,
  placed: PlacedOperation,
  { requests, ask, runs }: Holding,
): Promise<string[]> {
  const property = fc.asyncProperty(requests, async (request) => {
    const { document } = room;
    const findings = await answerFindings(await ask(request), { ...placed, request, document });
    if (findings.length > 0) throw new Error(`${lineOf(request)}\n  ${findings.join("\n  ")}`);
  });
  const limits = { interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: false };
  const told = await fc.check(property, { seed: SEED, numRuns: runs, ...limits });
  if (!told.failed || told.errorInstance === null) return [];
  const where = `seed ${told.seed}, path ${told.counterexamplePath}`;
  return [`${placed.operation.operationId} (${where}): ${messageOf(told.errorInstance)}`];
}

/** Its example is a window of the past, and only one of the last day is taken. */
const BOUND_TO_TIME = "targets.calls";

test("every body that the document shows is one that the aggregator takes", () =>
  withApiRoom(async (room) => {
    await fill(room);
    const refused: string[] = [];
    for (const { method, path, operation } of room.operations) {
      const example = operation.requestBody?.content["application/json"]?.example;
      if (example === undefined || operation.operationId === BOUND_TO_TIME) continue;
      const [id = "none"] = room.known.get(path.slice(0, path.indexOf("/{"))) ?? [];
      const place = path.replaceAll(/\{\w+\}/g, id);
      const request = requestOf(method, place, example);
      const { status } = await room.ask(request);
      if ([400, 413, 415, 422].includes(status)) refused.push(`${status} ${lineOf(request)}`);
    }
    assert.deepEqual(refused, []);
  }));

test("every request that the document describes gets an answer that it describes", () =>
  withApiRoom(async (room) => {
    const { ask, askOverHttp, known } = room;
    const failures = await fill(room);
    const parts = { schemas: room.document.components.schemas, known };
    for (const placed of room.operations.toSorted((a, b) => order(a) - order(b))) {
      const well = requestsOf(placed, parts);
      const broken = brokenRequestsOf(placed, parts);
      failures.push(
        ...(await hold(room, placed, { requests: well, ask, runs: RUNS.well })),
        ...(await hold(room, placed, { requests: broken, ask, runs: RUNS.broken })),
        ...(await hold(room, placed, { requests: broken, ask: askOverHttp, runs: RUNS.http })),
      );
    }
    assert.deepEqual(failures, [], `\n${failures.join("\n")}`);
    assert.deepEqual(room.errors, [], "something unexpected was logged");
  }));

/** The published client: errors, retries, signals, streams that resume, and every operation. */
import assert from "node:assert/strict";
import test from "node:test";
import { build } from "esbuild";
import { apiDocumentSchema, operationsOf } from "../../aggregator/http/openapi/shape.ts";
import { createClient, everyRow, ProblemError } from "../../shared/client.ts";
import type { ApiClientOptions } from "../../shared/client.ts";
import { withHttpRoom } from "../helpers/http-room.ts";
import { simClock } from "../helpers/sim-clock.ts";

const VERSION = { name: "quorate", version: "1", checkKinds: [], notifierKinds: [] };
const URL_BASE = "http://127.0.0.1:7700";

interface Asked {
  url: string;
  init: RequestInit;
}

/** A client of a server that gives these answers, one after the other; the last one again. */
function clientOf(
  answers: readonly ((init: RequestInit) => Response | Promise<Response>)[],
  over: Partial<ApiClientOptions> = {},
) {
  const asked: Asked[] = [];
  const clock = simClock();
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ url, init });
    assert.ok(answer !== undefined);
    return answer(init);
  };
  const client = createClient({ url: URL_BASE, token: "qrt_read_x", fetch, clock, ...over });
  return { client, asked, clock };
}

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });

const problem =
  (code: string, status: number, headers: Record<string, string> = {}) =>
  (): Response => {
    const type = `urn:quorate:error:${code}`;
    const issues = [{ path: "name", message: "expected a name", value: "1" }];
    const body = JSON.stringify({ type, title: "T", status, detail: "It is so.", issues });
    return new Response(body, { status, headers });
  };

const isProblem = (code: string, status: number) => (error: unknown) =>
  error instanceof ProblemError && error.code === code && error.status === status;

test("a refusal is one ProblemError with code, status, detail and issues", async () => {
  const { client, asked } = clientOf([problem("invalid", 422)]);
  const error = await client.targets.list().catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ProblemError);
  assert.equal(error.type, "urn:quorate:error:invalid");
  assert.equal(error.title, "Invalid input");
  assert.equal(error.message, "It is so.");
  assert.deepEqual(error.issues, [{ path: "name", message: "expected a name", value: "1" }]);
  assert.equal(error.retryAfterMs, null);
  assert.equal(asked.length, 1);
  assert.equal(new Headers(asked[0]?.init.headers).get("authorization"), "Bearer qrt_read_x");
});

test("what may pass is tried again after the time that the aggregator asks for", async () => {
  const { client, asked, clock } = clientOf([
    problem("unavailable", 503, { "retry-after": "7" }),
    problem("too_many_requests", 429),
    json(VERSION),
  ]);
  const answer = client.system.version();
  await clock.run(6_999);
  await clock.run(0);
  assert.equal(asked.length, 1);
  await clock.run(1);
  await clock.run(0);
  assert.equal(asked.length, 2);
  await clock.run(1_000);
  await clock.run(0);
  assert.equal((await answer).version, "1");
});

test("attempts are bounded, and so is the wait that a server may ask for", async () => {
  const away = clientOf([() => Promise.reject(new TypeError("fetch failed"))]);
  const gone = assert.rejects(away.client.system.version(), isProblem("unavailable", 0));
  for (let turn = 0; turn < 4; turn++) {
    await away.clock.run(5_000);
  }
  await gone;
  assert.equal(away.asked.length, 3);
  const long = clientOf([problem("unavailable", 503, { "retry-after": "3600" })]);
  const error = await long.client.system.version().catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ProblemError);
  assert.equal(error.retryAfterMs, 3_600_000);
  assert.equal(long.asked.length, 1);
});

test("a write is sent again only where that does no harm", async () => {
  const spec = { name: "web", kind: "tcp", options: {} };
  const at = (client: ReturnType<typeof createClient>) => [
    () => client.targets.create(spec),
    () => client.targets.patch("web", { fall: 2 }),
    () => client.targets.put("web", spec, { ifRevision: 2 }),
  ];
  for (const index of [0, 1, 2]) {
    const { client, asked } = clientOf([problem("unavailable", 503)]);
    await assert.rejects(async () => at(client)[index]?.(), isProblem("unavailable", 503));
    assert.equal(asked.length, 1);
  }
  const { client, asked, clock } = clientOf([problem("unavailable", 503)]);
  const kept = assert.rejects(
    client.targets.create(spec, { idempotencyKey: "k" }),
    isProblem("unavailable", 503),
  );
  for (let turn = 0; turn < 4; turn++) {
    await clock.run(5_000);
  }
  await kept;
  assert.equal(asked.length, 3);
});

test("a signal ends a call with its reason, also while it waits for another attempt", async () => {
  const stop = new AbortController();
  const { client, clock } = clientOf([problem("unavailable", 503)]);
  const call = assert.rejects(client.targets.list({}, { signal: stop.signal }), /enough/);
  await clock.run(0);
  stop.abort(new Error("enough"));
  await call;
});

test("every row of a list is read, page after page", async () => {
  const pages = [
    { items: [1, 2], next: "b" },
    { items: [3], next: null },
  ];
  const cursors: (string | undefined)[] = [];
  const rows: number[] = [];
  const list = async ({ cursor }: { cursor?: string | undefined }) => {
    cursors.push(cursor);
    return pages[cursors.length - 1] ?? { items: [], next: null };
  };
  for await (const row of everyRow(list)) rows.push(row);
  assert.deepEqual(rows, [1, 2, 3]);
  assert.deepEqual(cursors, [undefined, "b"]);
});

const eventText = (number: number): string => {
  const event = { id: `e${number}`, type: "target.down", timestamp: "2026-11-21T12:00:00.000Z" };
  const data = JSON.stringify({ ...event, data: { sentence: "It is down." } });
  return `id: ${number}\nevent: target.down\ndata: ${data}\n\n`;
};

const stream = (text: string) => () =>
  new Response(text, { headers: { "content-type": "text/event-stream" } });

test("events go on after a break where they ended, also when none had come yet", async () => {
  const stop = new AbortController();
  const { client, asked, clock } = clientOf([
    stream("retry: 2000\nid: 41\n: events of Quorate\n\n"),
    problem("unavailable", 503),
    stream(eventText(42) + eventText(43)),
    stream("event: dropped\ndata: This reader was too slow.\n\n"),
    stream(eventText(44)),
  ]);
  const seen: number[] = [];
  const broken: string[] = [];
  const onBreak = (error: ProblemError) => void broken.push(error.detail);
  const following = (async () => {
    for await (const { number } of client.events.follow({ signal: stop.signal, onBreak })) {
      seen.push(number);
      if (number === 44) stop.abort();
    }
  })();
  for (let turn = 0; turn < 20 && !stop.signal.aborted; turn++) {
    await clock.run(5_000);
  }
  await following;
  assert.deepEqual(seen, [42, 43, 44]);
  const resumed = asked.map(({ init }) => new Headers(init.headers).get("last-event-id"));
  assert.deepEqual(resumed, [null, "41", "41", "43", "43"]);
  assert.match(broken.join("\n"), /ended the stream[^]*It is so[^]*too slow/);
});

test("a stream that says nothing, not even its heartbeat, is opened again", async () => {
  const stop = new AbortController();
  const mute = ({ signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode("id: 7\n: events\n\n"));
        signal?.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  };
  const { client, asked, clock } = clientOf([mute, stream(eventText(8))]);
  const first = client.events.follow({ signal: stop.signal }).next();
  await clock.run(44_000);
  assert.equal(asked.length, 1);
  await clock.run(1_001);
  await clock.run(1_000);
  const told = await first;
  assert.ok(told.done !== true && told.value.number === 8);
  assert.equal(new Headers(asked[1]?.init.headers).get("last-event-id"), "7");
  stop.abort();
});

test("a stream that is refused for good is not asked for again", async () => {
  const { client, asked } = clientOf([problem("unauthenticated", 401)]);
  const first = client.events.follow().next();
  await assert.rejects(first, isProblem("unauthenticated", 401));
  assert.equal(asked.length, 1);
});

test("every operation of the document has its call in the client, under its name", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, "GET /openapi.json", { token: null });
    const client: object = createClient({ url: URL_BASE });
    const missing = operationsOf(apiDocumentSchema.parse(body)).flatMap(({ operation }) => {
      const { operationId = "", responses } = operation;
      const isPage = Object.hasOwn(responses["200"]?.content ?? {}, "text/html");
      const isRedirect = Object.keys(responses).some((status) => status.startsWith("3"));
      return isPage || isRedirect || hasCall(client, operationId) ? [] : [operationId];
    });
    const advice = "add them to shared/api/calls, and their inputs to shared/api/bodies.ts";
    assert.deepEqual(missing, [], `the client lacks these: ${advice}`);
  }));

function hasCall(client: object, operationId: string): boolean {
  const [resource = "", action = ""] = operationId.split(".");
  const group: unknown = Reflect.get(client, resource);
  return typeof group === "object" && group !== null && Object.hasOwn(group, action);
}

test("the client needs nothing of Node: it can be bundled for a browser", async () => {
  const { outputFiles, warnings } = await build({
    entryPoints: ["shared/client.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  assert.ok(!/\bfrom ?"node:|require\(/.test(outputFiles[0]?.text ?? "require("));
});

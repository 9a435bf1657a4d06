/** Requests made from the API's document: as it asks for them, and broken on purpose. */
import * as fc from "fast-check";
import type { ApiParameter, PlacedOperation } from "../../aggregator/http/openapi/shape.ts";
import { parseJson } from "../../shared/api/problem-error.ts";
import { anyValue, valuesOf } from "./schema-arbitrary.ts";
import type { Schemas } from "./json-schema.ts";

/** One request, ready to be sent. */
export interface MadeRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** What requests are made with. */
export interface RequestParts {
  schemas: Schemas;
  /** What is there, by the path of its collection: ids and names. */
  known: ReadonlyMap<string, readonly string[]>;
}

/** The path of the collection that `{…}` of a path is in, such as `/api/v1/targets`. */
const collectionOf = (path: string): string => path.slice(0, path.indexOf("/{"));

/** Ids that nothing has, and that no program should stumble over. */
const strangeIds = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "%", "%2e", "a b", "*", "null", "0", "-1", "'", '"'),
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  fc.constant("x".repeat(300)),
);

/** Dots alone would be resolved by the address, and lead elsewhere. */
const isAddressable = (id: string): boolean => !/^\.*$/.test(id);

function idsOf(path: string, { known }: RequestParts): fc.Arbitrary<string> {
  const ids = known.get(collectionOf(path)) ?? [];
  const strange = strangeIds.filter(isAddressable);
  if (ids.length === 0) return strange;
  const own = fc.constantFrom(...ids);
  return fc.oneof({ weight: 4, arbitrary: own }, { weight: 1, arbitrary: strange });
}

function pathsOf({ path }: PlacedOperation, parts: RequestParts): fc.Arbitrary<string> {
  const pieces = path.split(/\{\w+\}/);
  if (pieces.length === 1) return fc.constant(path);
  const suffix = path.startsWith("/badge/") ? ".svg" : "";
  return fc
    .array(idsOf(path, parts), { minLength: pieces.length - 1, maxLength: pieces.length - 1 })
    .map((ids) =>
      pieces.reduce((made, piece, at) => {
        return `${made}${encodeURIComponent(well(ids[at - 1] ?? ""))}${suffix}${piece}`;
      }),
    );
}

/** Without lone surrogates, which no address can carry. */
const well = (text: string): string => Buffer.from(text, "utf8").toString("utf8");

function queriesOf(operation: readonly ApiParameter[], { schemas }: RequestParts) {
  const parameters = operation.filter((one) => one.in === "query");
  const model = Object.fromEntries(
    parameters.map(({ name, schema }) => [name, valuesOf(schema, schemas)] as const),
  );
  const requiredKeys = parameters.flatMap(({ name, required }) => (required ? [name] : []));
  return fc.record(model, { requiredKeys }).map((query) => {
    const pairs = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      const values: unknown[] = Array.isArray(value) ? value : [value];
      for (const one of values) pairs.append(name, well(String(one)));
    }
    return pairs.size === 0 ? "" : `?${pairs.toString()}`;
  });
}

const HEADERS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "if-match": fc.constantFrom("*", '"1"', '"2"', '"1", "2"', '"999"'),
  "if-none-match": fc.constantFrom("*", 'W/"x"', '"1", W/"y"'),
  "idempotency-key": fc.stringMatching(/^[a-z]{1,8}$/),
  "last-event-id": fc.nat(99).map(String),
};

function headersOf(parameters: readonly ApiParameter[]): fc.Arbitrary<Record<string, string>> {
  const names = parameters.flatMap((one) => (one.in === "header" ? [one.name] : []));
  const model = Object.fromEntries(names.map((name) => [name, HEADERS[name] ?? fc.constant("1")]));
  return fc
    .tuple(fc.record(model), fc.subarray(names))
    .map(([all, chosen]) => Object.fromEntries(chosen.map((name) => [name, all[name] ?? ""])));
}

/** Addresses of examples are those of nobody; nothing that a test makes may leave this machine. */
const atHome = (text: string): string =>
  text.replaceAll(/https?:\/\/[\w.-]+\.example\b/g, "http://127.0.0.1:9");

/** Bodies as the schema says, half of them with the kind and options of its example. */
function bodiesOf({ operation }: PlacedOperation, { schemas }: RequestParts) {
  const media = operation.requestBody?.content["application/json"];
  if (media === undefined) return null;
  const values = valuesOf(media.schema, schemas);
  const { example } = media;
  if (typeof example !== "object" || example === null) return values;
  const closer = values.map((value) => ({ ...fieldsOf(value), ...fixedOf(example) }));
  return fc.oneof(values, closer, fc.constant(example));
}

const fieldsOf = (value: unknown): object =>
  typeof value === "object" && value !== null ? value : {};

/** What of an example must go together. */
function fixedOf(example: object): Record<string, unknown> {
  const names = ["kind", "options", "matchers", "cron", "durationMs", "timezone", "scope"];
  const entries = Object.entries(example).filter(([name]) => names.includes(name));
  return Object.fromEntries(entries);
}

/** Requests as the document asks for them. */
export function requestsOf(
  placed: PlacedOperation,
  parts: RequestParts,
): fc.Arbitrary<MadeRequest> {
  const parameters = placed.operation.parameters ?? [];
  const bodies = bodiesOf(placed, parts);
  const isOptional = placed.operation.requestBody?.required !== true;
  const texts =
    bodies === null
      ? fc.constant(undefined)
      : fc.option(bodies.map(textOf), { nil: undefined, freq: isOptional ? 3 : 1_000 });
  return fc
    .record({
      path: pathsOf(placed, parts),
      query: queriesOf(parameters, parts),
      headers: headersOf(parameters),
      body: texts,
    })
    .map(({ path, query, headers, body }) => {
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const all = { ...headers, ...type };
      return { method: placed.method.toUpperCase(), path: path + query, headers: all, body };
    });
}

const textOf = (value: unknown): string => atHome(JSON.stringify(value) ?? "null");

/** One way to break a request. */
type Breakage = (request: MadeRequest) => MadeRequest;

/** Broken requests: one that is well, with one to three things wrong. */
export function brokenRequestsOf(
  placed: PlacedOperation,
  parts: RequestParts,
): fc.Arbitrary<MadeRequest> {
  return fc
    .tuple(requestsOf(placed, parts), fc.array(breakages, { minLength: 1, maxLength: 3 }))
    .map(([request, broken]) => broken.reduce((made, change) => change(made), request));
}

const withQuery = (request: MadeRequest, more: string): MadeRequest => {
  const joint = request.path.includes("?") ? "&" : "?";
  return { ...request, path: `${request.path}${joint}${more}` };
};

const withHeader =
  (name: string, value: string): Breakage =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: value } });

/** GET has no body in fetch, so there is none to break. */
const withBody =
  (body: string, type = "application/json"): Breakage =>
  (request) =>
    request.method === "GET"
      ? request
      : { ...request, body, headers: { ...request.headers, "content-type": type } };

/** The body with a part of it put in the place of another. */
const changedBody =
  (name: string, value: unknown): Breakage =>
  (request) => {
    const body = parseJson(request.body ?? "{}");
    if (typeof body !== "object" || body === null) return request;
    const names = Object.keys(body);
    const key = names.length === 0 ? name : (names[name.length % names.length] ?? name);
    return withBody(textOf({ ...body, [key]: value }))(request);
  };

const breakages: fc.Arbitrary<Breakage> = fc.oneof(
  fc.constantFrom<Breakage[]>(
    (request) => withQuery(request, "unknown=1"),
    (request) => withQuery(request, "limit=0"),
    (request) => withQuery(request, "limit=x&limit=2"),
    (request) => withQuery(request, "cursor=%00%F0%9F%92%A9"),
    (request) => withQuery(request, "from=9999999999999999&to=-1"),
    (request) => withQuery(request, "%=%&&=&label=&label==&__proto__=1"),
    withHeader("authorization", "Bearer qrt_read_00000000000000000000000000000000"),
    withHeader("authorization", "Basic Og=="),
    withHeader("cookie", "quorate_session=x; quorate_session=%00"),
    withHeader("if-match", "W/\"1\", 'x'"),
    withHeader("if-none-match", '"1"'),
    withHeader("idempotency-key", "a key with spaces"),
    withHeader("idempotency-key", "k".repeat(2_000)),
    withHeader("last-event-id", "-1e9"),
    withHeader("content-type", "text/plain"),
    withHeader("accept", "image/png;q=0.1, nonsense"),
    withBody(""),
    withBody("{"),
    withBody('{"a":1}{'),
    withBody("\u0000"),
    withBody("[]".repeat(1) + " ".repeat(10)),
    withBody("null"),
    withBody('"text"'),
    withBody("1e999"),
    withBody('{"__proto__":{"admin":true},"constructor":1}'),
    withBody("[".repeat(5_000)),
    withBody(JSON.stringify({ name: "x".repeat(1_100_000) })),
    withBody("a=b", "application/x-www-form-urlencoded"),
  ),
  anyValue.map((value) => withBody(textOf(value))),
  fc.tuple(fc.string(), anyValue).map(([name, value]) => changedBody(name, value)),
  fc.string({ unit: "binary" }).map((text) => (request: MadeRequest) => {
    return withQuery(request, `label=${encodeURIComponent(well(text))}`);
  }),
);

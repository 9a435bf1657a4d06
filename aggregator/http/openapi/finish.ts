/** What every operation of the document gets: an id, its errors, its headers, its examples. */
import { createExamples } from "./examples.ts";
import { operationIdOf } from "./operation-id.ts";
import { problemResponses, problemsOf } from "./problems.ts";
import { apiDocumentSchema, nameOfReference, operationsOf } from "./shape.ts";
import type { ApiDocument, ApiOperation, ApiResponse, PlacedOperation } from "./shape.ts";

/** The document with all that follows from the form of its operations. */
export function finishDocument(given: object): ApiDocument {
  const document = apiDocumentSchema.parse(given);
  const { schemas } = document.components;
  const examples = createExamples(schemas);
  const paths: ApiDocument["paths"] = {};
  for (const placed of operationsOf(document)) {
    const operation = examples.fill(finishOperation(placed, document));
    paths[placed.path] = { ...paths[placed.path], [placed.method]: operation };
  }
  const components = { ...document.components, responses: problemResponses() };
  return { ...document, paths, components };
}

function finishOperation(placed: PlacedOperation, document: ApiDocument): ApiOperation {
  const operation = withCommonHeaders(placed, document);
  const { "x-quorate-fails": _fails, responses, ...rest } = operation;
  const here = { ...placed, operation };
  const told: [string, ApiResponse][] = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, answer]) => [status, withHeaders(answer, { status, placed: here, document })]);
  const all = { ...problemsOf(here), ...Object.fromEntries(told) };
  const operationId = rest.operationId ?? operationIdOf(placed);
  return { ...rest, operationId, responses: all };
}

/** What the middleware reads of every request: repeated POSTs, and reads of what is known. */
function withCommonHeaders(
  { method, path, operation }: PlacedOperation,
  document: ApiDocument,
): ApiOperation {
  if (!path.startsWith("/api/v1/")) return operation;
  const parameters = operation.parameters ?? [];
  const has = (name: string) => parameters.some((one) => one.name === name);
  if (method === "post" && !has(IDEMPOTENCY_KEY.name)) {
    return { ...operation, parameters: [...parameters, IDEMPOTENCY_KEY] };
  }
  if (method !== "get" || !isValidated(operation.responses["200"], document)) return operation;
  const responses = { ...operation.responses, 304: NOT_MODIFIED };
  return { ...operation, parameters: [...parameters, IF_NONE_MATCH], responses };
}

/** Whether an answer has a weak ETag of what it shows; what has a revision has that as its ETag. */
function isValidated(response: ApiResponse | undefined, document: ApiDocument): boolean {
  const isJson = Object.hasOwn(response?.content ?? {}, "application/json");
  return response !== undefined && isJson && !hasRevision(response, document);
}

interface Where {
  status: string;
  placed: PlacedOperation;
  document: ApiDocument;
}

const text = { type: "string" };

const ETAG = {
  description: "The revision in quotes; `If-Match` of a write takes it.",
  required: true,
  schema: { type: "string", pattern: '^"\\d+"$' },
  example: '"3"',
};

const WEAK_ETAG = {
  description: "Changes when what is shown does; `If-None-Match` takes it.",
  required: false,
  schema: { type: "string", pattern: '^W/"[^"]+"$' },
  example: 'W/"9Zb0tQ1n7Wk3"',
};

const NOT_MODIFIED = {
  description: "It is still as `If-None-Match` says: nothing is sent again.",
  headers: { ETag: WEAK_ETAG },
};

const IF_NONE_MATCH = {
  name: "if-none-match",
  in: "header" as const,
  required: false,
  description: "ETags of what is known already: what is one of them is not sent again.",
  schema: text,
  example: WEAK_ETAG.example,
};

const IDEMPOTENCY_KEY = {
  name: "idempotency-key",
  in: "header" as const,
  required: false,
  description: "A repeated request with this key gets the first answer again, for a day.",
  schema: text,
  example: "8b0c2f1e",
};

const LOCATION = { description: "Where it is now.", required: true, schema: text };

const REPLAYED = {
  description: "`true`: the answer to an earlier request with this `Idempotency-Key`.",
  required: false,
  schema: { type: "string", enum: ["true"] },
  example: "true",
};

/** One resource with a revision carries its ETag, and what was created says where it is. */
function withHeaders(response: ApiResponse, { status, placed, document }: Where): ApiResponse {
  if (!status.startsWith("2")) return response;
  const headers: NonNullable<ApiResponse["headers"]> = { ...response.headers };
  const has = (name: string) => placed.operation.parameters?.some((one) => one.name === name);
  // What is only tried has no revision yet.
  const mayBeTrial = status === "200" && has("dryRun") === true;
  if (hasRevision(response, document)) headers["ETag"] = { ...ETAG, required: !mayBeTrial };
  else if (isRead(placed) && isValidated(response, document)) headers["ETag"] = WEAK_ETAG;
  if (status === "201") headers["Location"] = { ...LOCATION, example: placeOf(placed) };
  if (has("idempotency-key") === true) headers["Idempotent-Replayed"] = REPLAYED;
  return Object.keys(headers).length === 0 ? response : { ...response, headers };
}

const isRead = ({ method, path }: PlacedOperation): boolean =>
  method === "get" && path.startsWith("/api/v1/");

function hasRevision({ content }: ApiResponse, { components }: ApiDocument): boolean {
  const reference = content?.["application/json"]?.schema.$ref;
  if (reference === undefined) return false;
  const schema = components.schemas[nameOfReference(reference)];
  return schema?.required?.includes("revision") === true;
}

function placeOf({ path }: PlacedOperation): string {
  return path.includes("{") ? path.slice(0, path.indexOf("{")) + ID : `${path}/${ID}`;
}

/** The end of an id in an example of an address. */
const ID = "tgt_4m2k9x0r7bq1c3ta";

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
  const { operation } = placed;
  const { "x-quorate-fails": _fails, responses, ...rest } = operation;
  const told: [string, ApiResponse][] = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, response]) => [status, withHeaders(response, { status, placed, document })]);
  const all = { ...problemsOf(placed), ...Object.fromEntries(told) };
  const operationId = rest.operationId ?? operationIdOf(placed);
  return { ...rest, operationId, responses: all };
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
  if (hasRevision(response, document)) headers["ETag"] = ETAG;
  if (status === "201") headers["Location"] = { ...LOCATION, example: placeOf(placed) };
  const isRepeatable = placed.operation.parameters?.some(({ name }) => name === "idempotency-key");
  if (isRepeatable === true) headers["Idempotent-Replayed"] = REPLAYED;
  return Object.keys(headers).length === 0 ? response : { ...response, headers };
}

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

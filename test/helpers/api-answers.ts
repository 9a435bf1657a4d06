/** Whether an answer of the API is one that its document promises. */
import type { ApiDocument, ApiResponse } from "../../aggregator/http/openapi/shape.ts";
import { nameOfReference } from "../../aggregator/http/openapi/shape.ts";
import type { PlacedOperation } from "../../aggregator/http/openapi/shape.ts";
import type { MadeRequest } from "./api-requests.ts";
import { violations } from "./json-schema.ts";

/** What was asked of which operation. */
export interface Answered extends PlacedOperation {
  request: Pick<MadeRequest, "path">;
  document: ApiDocument;
}

/** What is wrong with an answer, as sentences; empty when it is as documented. */
export async function answerFindings(
  response: Response,
  { operation, request, document }: Answered,
): Promise<string[]> {
  const { status, headers } = response;
  const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
  const documented = responseOf(operation.responses[String(status)], document);
  if (documented === undefined) {
    return [`${status} is not documented; it said ${await shortText(response)}`];
  }
  if (status === 500) return [`500; it said ${await shortText(response)}`];
  const findings = headerFindings(headers, documented, document);
  if (documented.content === undefined) {
    await response.body?.cancel();
    return type === "" ? findings : [...findings, `${status} should have no body, has ${type}`];
  }
  const media = documented.content[type];
  if (media === undefined) {
    return [...findings, `${status} of type ${type}, which is not documented`];
  }
  if (!type.endsWith("json")) {
    await response.body?.cancel();
    return findings;
  }
  const body: unknown = await response.json();
  // Who asks for some fields gets no more, also of what is always there.
  if (status === 200 && /[?&]fields=/.test(request.path)) return findings;
  const { schemas } = document.components;
  const broken = violations(body, media.schema, { schemas, closed: true });
  return [...findings, ...broken.map((why) => `${status} breaks its schema at ${why}`)];
}

function responseOf(
  response: ApiResponse | undefined,
  { components }: ApiDocument,
): ApiResponse | undefined {
  if (response?.$ref === undefined) return response;
  return components.responses?.[nameOfReference(response.$ref)];
}

function headerFindings(
  headers: Headers,
  documented: ApiResponse,
  { components: { schemas } }: ApiDocument,
): string[] {
  return Object.entries(documented.headers ?? {}).flatMap(([name, { required, schema }]) => {
    const value = headers.get(name);
    if (value === null) return required === true ? [`header ${name} is missing`] : [];
    return violations(value, schema, { schemas }).map((why) => `header ${name}${why}`);
  });
}

const shortText = async (response: Response): Promise<string> =>
  (await response.text()).slice(0, 300);

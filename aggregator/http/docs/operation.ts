/** One operation as people read it: what it does, what it takes, what it answers, and examples. */
import { nameOfReference } from "../openapi/shape.ts";
import type { ApiDocument, ApiOperation, ApiResponse } from "../openapi/shape.ts";
import type { PlacedOperation } from "../openapi/shape.ts";
import { curlLine } from "./curl.ts";
import { fieldList, fieldRow, typeText } from "./fields.ts";
import { html, inline } from "./html.ts";
import type { Html } from "./html.ts";

/** The section of an operation; its anchor is the operation's id. */
export function operationSection(placed: PlacedOperation, document: ApiDocument): Html {
  const { method, path, operation } = placed;
  const id = operation.operationId ?? "";
  return html`<section class="operation" id="${id}">
    <header>
      <h2><a class="anchor" href="#${id}">${operation.summary}</a></h2>
      <p class="where">
        ${methodMark(method)}<code>${path}</code>${scopeMark(operation)} ${clientMark(operation)}
      </p>
    </header>
    <div class="told">
      <p>${inline(operation.description ?? "")}</p>
      ${parameterLists(operation, document)} ${bodyPart(operation, document)}
      ${answerList(operation, document)}
    </div>
    <div class="samples">
      <h3>Request</h3>
      <pre tabindex="0"><code>${curlLine(placed)}</code></pre>
      ${sampleAnswer(operation)}
    </div>
  </section>`;
}

/** The method, in its colour. */
export function methodMark(method: string): Html {
  return html`<span class="method ${method}">${method.toUpperCase()}</span>`;
}

function scopeMark({ security, "x-quorate-scope": scope }: ApiOperation): Html {
  const words = security.length === 0 ? "open to anybody" : `scope ${scope ?? "admin"}`;
  return html`<span class="scope">${words}</span>`;
}

/** What it is called in the client; pages for people are not in it. */
function clientMark({ operationId = "", responses }: ApiOperation): Html | null {
  if (Object.hasOwn(responses["200"]?.content ?? {}, "text/html")) return null;
  return html`<span class="scope">client <code>${operationId}</code></span>`;
}

const PLACES = [
  ["path", "In the path"],
  ["query", "Query"],
  ["header", "Headers"],
] as const;

function parameterLists(
  { parameters = [] }: ApiOperation,
  { components }: ApiDocument,
): (Html | null)[] {
  return PLACES.map(([place, title]) => {
    const rows = parameters
      .filter((one) => one.in === place)
      .map(({ name, schema, required, description: words }) => {
        const field = { name, part: schema, isRequired: required === true, words };
        return fieldRow(field, components.schemas);
      });
    return rows.length === 0
      ? null
      : html`<h3>${title}</h3>
          <ul class="fields">
            ${rows}
          </ul>`;
  });
}

function bodyPart({ requestBody }: ApiOperation, { components }: ApiDocument): Html | null {
  const media = requestBody?.content["application/json"];
  if (requestBody === undefined || media === undefined) return null;
  const { schemas } = components;
  const isOptional = requestBody.required !== true;
  return html`<h3>Body${isOptional ? ", may be left out" : null}</h3>
    <p>
      ${inline(requestBody.description ?? "")}
      <span class="soft">${typeText(media.schema)}</span>
    </p>
    ${fieldList(media.schema, schemas)}`;
}

function answerList({ responses }: ApiOperation, document: ApiDocument): Html {
  const rows = Object.entries(responses).map(([status, given]) => {
    const isGood = status.startsWith("2");
    const response = sharedResponse(given, document);
    return html`<li>
      <span class="status${isGood ? "" : " bad"}">${status}</span>
      <div>
        ${inline(response.description ?? "")} ${isGood ? schemaLink(response) : null}
        ${isGood ? headerNames(response) : null}
      </div>
    </li>`;
  });
  return html`<h3>Answers</h3>
    <ul class="answers">
      ${rows}
    </ul>`;
}

function sharedResponse(response: ApiResponse, { components }: ApiDocument): ApiResponse {
  if (response.$ref === undefined) return response;
  return components.responses?.[nameOfReference(response.$ref)] ?? response;
}

function schemaLink({ content = {} }: ApiResponse): Html {
  const types = Object.entries(content).map(([type, { schema }]) =>
    type === "application/json" ? typeText(schema) : html`<code>${type}</code>`,
  );
  const listed = types.map((type, at) => [at === 0 ? "" : ", ", type]);
  return html`<span class="soft">${listed}</span>`;
}

function headerNames({ headers = {} }: ApiResponse): Html | null {
  const names = Object.keys(headers);
  if (names.length === 0) return null;
  const listed = names.map((name, at) => [at === 0 ? "" : ", ", html`<code>${name}</code>`]);
  return html`<div class="soft">Headers: ${listed}</div>`;
}

/** The usual good answer with an example: the one of what was created before others. */
function sampleAnswer({ responses }: ApiOperation): Html | null {
  const created = Object.entries(responses).filter(([status]) => status === "201");
  for (const [status, { content = {} }] of [...created, ...Object.entries(responses)]) {
    const example = content["application/json"]?.example;
    if (!status.startsWith("2") || example === undefined) continue;
    return html`<h3>Answer ${status}</h3>
      <pre tabindex="0"><code>${JSON.stringify(example, null, 2)}</code></pre>`;
  }
  return null;
}

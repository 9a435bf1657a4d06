/** A schema as a list of fields that people read. */
import { nameOfReference } from "../openapi/shape.ts";
import type { ApiSchema } from "../openapi/shape.ts";
import { html, inline } from "./html.ts";
import type { Html } from "./html.ts";

/** The schemas that references lead to. */
export type Schemas = Readonly<Record<string, ApiSchema>>;

/** How deep fields are shown within fields; what lies deeper is a link. */
const DEPTH_MAX = 2;

/** Longest list of words that is shown whole. */
const WORDS_MAX = 24;

/** The fields of a schema, those of its parts folded in; null when it has none. */
export function fieldList(schema: ApiSchema, schemas: Schemas, depth = 0): Html | null {
  const { properties, required = [] } = plain(schema, schemas);
  if (properties === undefined) return null;
  const rows = Object.entries(properties).map(([name, part]) =>
    fieldRow({ name, part, isRequired: required.includes(name) }, schemas, depth),
  );
  return html`<ul class="fields">
    ${rows}
  </ul>`;
}

/** One field, or one parameter. */
export interface Field {
  name: string;
  part: ApiSchema;
  isRequired: boolean;
  /** In place of the words of the schema. */
  words?: string | undefined;
}

/** One row of a list of fields. */
export function fieldRow(
  { name, part, isRequired, words }: Field,
  schemas: Schemas,
  depth = 0,
): Html {
  const said = words ?? part.description ?? plain(part, schemas).description;
  const bounds = boundsOf(part);
  return html`<li>
    <span class="name">${name}</span>
    <span class="type">${typeText(part)}</span>
    ${isRequired ? html`<span class="must">required</span>` : null}
    ${said === undefined ? null : html`<div class="words">${inline(said)}</div>`}
    ${bounds === "" ? null : html`<div class="bounds">${inline(bounds)}</div>`}
    ${within(part, schemas, depth)}
  </li>`;
}

/** The fields of a field, folded; a link where that would go too deep. */
function within(part: ApiSchema, schemas: Schemas, depth: number): Html | null {
  const inner = part.items ?? mapValue(part) ?? part;
  const name = inner.$ref === undefined ? null : nameOfReference(inner.$ref);
  if (depth >= DEPTH_MAX && name !== null) return null;
  const fields = fieldList(inner, schemas, depth + 1);
  if (fields === null) return null;
  return html`<details>
    <summary>${name ?? "Fields"}</summary>
    ${fields}
  </details>`;
}

const mapValue = ({ additionalProperties: more }: ApiSchema): ApiSchema | undefined =>
  typeof more === "object" ? more : undefined;

/** The schema without references and parts that are to be put together. */
function plain(schema: ApiSchema, schemas: Schemas): ApiSchema {
  if (schema.$ref !== undefined) {
    const found = schemas[nameOfReference(schema.$ref)];
    return found === undefined ? schema : { ...plain(found, schemas) };
  }
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => plain(part, schemas));
  return {
    ...schema,
    description: schema.description ?? parts[0]?.description,
    required: parts.flatMap(({ required }) => required ?? []),
    properties: Object.fromEntries(
      parts.flatMap(({ properties }) => Object.entries(properties ?? {})),
    ),
  };
}

/** The type in words, with links to what has a name. */
export function typeText(schema: ApiSchema): Html {
  if (schema.$ref !== undefined) {
    const name = nameOfReference(schema.$ref);
    return html`<a href="/docs/schemas#${name}">${name}</a>`;
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) {
    const texts = variants.map((variant, at) => [at === 0 ? "" : " or ", typeText(variant)]);
    return html`${texts}`;
  }
  if (schema.allOf !== undefined) return html`${schema.allOf.map((one) => typeText(one))}`;
  if (schema.items !== undefined) return html`list of ${typeText(schema.items)}`;
  const more = mapValue(schema);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["any"]);
  const words = types.map((type) => TYPES[type] ?? type).join(" or ");
  if (schema.properties === undefined && more !== undefined && Object.keys(more).length > 0) {
    return html`map of ${typeText(more)}`;
  }
  return html`${schema.format === "date-time" ? words.replace("text", "time") : words}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  boolean: "true or false",
  object: "object",
  array: "list",
};

/** What a value may be: its words, bounds, form and default. */
function boundsOf(schema: ApiSchema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const words = schema.enum?.map((word) => `\`${String(word)}\``) ?? [];
  const shown = words.length > WORDS_MAX ? [...words.slice(0, WORDS_MAX), "…"] : words;
  const said = [
    shown.length === 0 ? "" : `One of ${shown.join(", ")}.`,
    rangeText(minimum, maximum, ""),
    rangeText(minLength === 1 ? undefined : minLength, maxLength, " characters"),
    rangeText(minItems, maxItems, " rows"),
    schema.default === undefined ? "" : `Default \`${JSON.stringify(schema.default)}\`.`,
  ];
  return said.filter((text) => text !== "").join(" ");
}

function rangeText(min: number | undefined, max: number | undefined, unit: string): string {
  const most = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  if (min !== undefined && most !== undefined) return `${count(min)} to ${count(most)}${unit}.`;
  if (most !== undefined) return `At most ${count(most)}${unit}.`;
  return min === undefined || min === 0 ? "" : `At least ${count(min)}${unit}.`;
}

const count = (value: number): string => value.toLocaleString("en").replaceAll(",", " ");

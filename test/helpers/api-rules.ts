/** The house's own rules for the API's document; each finding says what to do about it. */
import { operationsOf } from "../../aggregator/http/openapi/shape.ts";
import type { ApiDocument, ApiSchema } from "../../aggregator/http/openapi/shape.ts";
import type { ApiParameter, PlacedOperation } from "../../aggregator/http/openapi/shape.ts";
import { violations } from "./json-schema.ts";

/** Everything that breaks a rule, as sentences. */
export function findingsOf(document: ApiDocument): string[] {
  const { schemas } = document.components;
  const operations = operationsOf(document);
  return [
    ...repeatedIds(operations),
    ...tagFindings(document, operations),
    ...operations.flatMap((placed) => operationFindings(placed, schemas)),
    ...operations.flatMap((placed) => bodyFindings(placed, document)),
    ...Object.entries(schemas).flatMap(([name, schema]) => schemaFindings(name, schema)),
  ];
}

type Schemas = Readonly<Record<string, ApiSchema>>;

const placeOf = ({ method, path }: PlacedOperation): string => `${method.toUpperCase()} ${path}`;

function repeatedIds(operations: readonly PlacedOperation[]): string[] {
  const seen = new Map<string, PlacedOperation>();
  return operations.flatMap((placed) => {
    const id = placed.operation.operationId ?? "";
    const first = seen.get(id);
    seen.set(id, placed);
    if (first === undefined) return [];
    const both = `${placeOf(first)} and ${placeOf(placed)}`;
    return [`${both} are both named ${id}: give one of their routes an operationId of its own`];
  });
}

function tagFindings({ tags }: ApiDocument, operations: readonly PlacedOperation[]): string[] {
  const used = new Set(operations.flatMap(({ operation }) => operation.tags));
  const known = new Set(tags.map(({ name }) => name));
  const where = "see TAGS in aggregator/http/openapi.ts";
  return [
    ...[...used].filter((tag) => !known.has(tag)).map((tag) => `tag ${tag} has no words: ${where}`),
    ...[...known].filter((tag) => !used.has(tag)).map((tag) => `nothing has tag ${tag}: ${where}`),
  ];
}

function operationFindings(placed: PlacedOperation, schemas: Schemas): string[] {
  const { operation } = placed;
  const { description = "", summary, security, responses, operationId = "" } = operation;
  const findings: string[] = [];
  if (!/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(operationId)) {
    findings.push(`its operationId ${operationId} is not of the form resource.action`);
  }
  if (operation.tags.length !== 1) findings.push("give it one tag");
  if (summary.endsWith(".") || summary.length < 5)
    findings.push("its summary is a title: no period");
  if (!/^[A-Z\d`].*[.!?]$/.test(description) || description === summary) {
    findings.push("give its route a `description`: a sentence beyond the summary");
  }
  const isGuarded = placed.path.startsWith("/api/v1/") && security.length > 0;
  if (isGuarded && operation["x-quorate-scope"] === undefined) findings.push("it needs(scope)");
  const missing = ["401", "403", "429"].filter((status) => isGuarded && !(status in responses));
  if (missing.length > 0) findings.push(`its answers ${missing.join(", ")} are missing`);
  for (const parameter of operation.parameters ?? []) {
    findings.push(...parameterFindings(parameter, schemas));
  }
  return findings.map((finding) => `${placeOf(placed)} (${operationId}): ${finding}`);
}

function parameterFindings({ name, schema, ...rest }: ApiParameter, schemas: Schemas): string[] {
  const example = rest.example ?? schema.example;
  const what = `${rest.in} parameter ${name}`;
  const findings: string[] = [];
  if ((rest.description ?? schema.description) === undefined) {
    findings.push(`${what}: give it .openapi({ description })`);
  }
  if (rest.in === "path" && example === undefined) {
    findings.push(`${what}: give it .openapi({ example }), or its noun one in describe.ts`);
  }
  if (example !== undefined && schema.type === "string") {
    findings.push(...violations(example, schema, { schemas }).map((why) => `${what}: ${why}`));
  }
  return findings;
}

function bodyFindings(placed: PlacedOperation, { components }: ApiDocument): string[] {
  const { requestBody, responses, operationId } = placed.operation;
  const asked = Object.entries(requestBody?.content ?? {}).map(
    ([type, media]) => ({ what: "its request body", type, media, closed: true }) as const,
  );
  const answered = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(
      ([type, media]) => ({ what: `its ${status} answer`, type, media, closed: true }) as const,
    ),
  );
  return [...asked, ...answered].flatMap(({ what, type, media, closed }) => {
    if (!type.startsWith("application/json")) return [];
    const where = `${placeOf(placed)} (${operationId}): ${what}`;
    if (media.example === undefined) {
      return [`${where} has no example: give its schema .meta({ example })`];
    }
    const { schemas } = components;
    const broken = violations(media.example, media.schema, { schemas, closed });
    return broken.map((why) => {
      const help = "give the property words in aggregator/http/openapi/example-words.ts";
      return `${where}: its example breaks its schema at ${why}; ${help}`;
    });
  });
}

/** A name that ends so says its unit. */
const UNIT = /(?:Ms|Us|S|Bytes|Milli|Percent|Chars|Days|Minute)(?:Max|Min)?$/;

/** A name that begins with one of these words, or has one in it, is of something with a unit. */
const MEASURES = ["interval", "timeout", "duration", "latency", "delay", "age", "wait", "period"];
const MEASURE = new RegExp(
  MEASURES.map((name) => `^${name}|${name.charAt(0).toUpperCase()}${name.slice(1)}`).join("|"),
);

/** Words of a description that tell the unit of its own value. */
const SAYS_UNIT =
  /^(?:Time )?[Ii]n (?:milli|micro)?seconds|\b(?:milli|micro)seconds\b|\bin bytes\b/;

function schemaFindings(name: string, schema: ApiSchema): string[] {
  const own = schema.description === undefined ? [`${name}: give it .meta({ description })`] : [];
  return [...own, ...partFindings(name, schema)];
}

function partFindings(path: string, schema: ApiSchema): string[] {
  const properties = (isMap(schema) ? [] : Object.entries(schema.properties ?? {})).flatMap(
    ([name, property]) => [
      ...propertyFindings(`${path}.${name}`, name, property),
      ...partFindings(`${path}.${name}`, property),
    ],
  );
  const parts = [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const more = schema.additionalProperties;
  if (typeof more === "object") parts.push(more);
  return [
    ...properties,
    ...parts.flatMap((part) => (part === undefined ? [] : partFindings(`${path}[]`, part))),
  ];
}

/** Whether an object has one and the same under each of its names; its own words say what. */
function isMap({ description, properties = {} }: ApiSchema): boolean {
  const forms = new Set(Object.values(properties).map((property) => JSON.stringify(property)));
  return description !== undefined && forms.size === 1 && Object.keys(properties).length > 1;
}

function propertyFindings(path: string, name: string, property: ApiSchema): string[] {
  const findings: string[] = [];
  const isReference = property.$ref !== undefined || property.allOf !== undefined;
  if (property.description === undefined && !isReference) findings.push("give it .describe(…)");
  const types = typeof property.type === "string" ? [property.type] : (property.type ?? []);
  const isNumber = types.includes("number") || types.includes("integer");
  const tellsUnit = MEASURE.test(name) || SAYS_UNIT.test(property.description ?? "");
  if (isNumber && tellsUnit && !UNIT.test(name)) {
    findings.push("a number with a unit says it in its name, such as intervalMs or rssBytes");
  }
  return findings.map((finding) => `${path}: ${finding}`);
}

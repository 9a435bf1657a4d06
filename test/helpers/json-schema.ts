/** A second reading of JSON Schema, as far as the document uses it: what does a value break? */
import { resolveSchema } from "../../aggregator/http/openapi/shape.ts";
import type { ApiSchema } from "../../aggregator/http/openapi/shape.ts";

/** The schemas that references lead to. */
export type Schemas = Readonly<Record<string, ApiSchema>>;

/** How a value is held against its schema. */
export interface SchemaOptions {
  /** Whether a field that the schema does not name is a violation. Default false. */
  closed?: boolean | undefined;
}

interface Checked extends SchemaOptions {
  schemas: Schemas;
}

type Check = (value: unknown, schema: ApiSchema, path: string) => string[];

/** What breaks the schema, each with its path; empty when nothing does. */
export function violations(
  value: unknown,
  schema: ApiSchema,
  { schemas, closed }: Checked,
): string[] {
  const check: Check = (found, given, path) => {
    const rule = resolveSchema(given, schemas);
    return [
      ...variants(found, rule, path),
      ...ofType(found, rule, path),
      ...ofValue(found, rule, path),
      ...(typeof found === "string" ? ofText(found, rule, path) : []),
      ...(typeof found === "number" ? ofNumber(found, rule, path) : []),
      ...(Array.isArray(found) ? ofList(found, rule, path) : []),
      ...(isObject(found) ? ofObject(found, rule, path) : []),
    ];
  };

  function variants(found: unknown, rule: ApiSchema, path: string): string[] {
    const all = (rule.allOf ?? []).flatMap((one) => check(found, one, path));
    const choices = rule.anyOf ?? rule.oneOf;
    if (choices === undefined) return all;
    const broken = choices.map((one) => check(found, one, path));
    if (broken.some((one) => one.length === 0)) return all;
    const least = broken.toSorted((a, b) => a.length - b.length)[0] ?? [];
    return [...all, `${path}: none of ${choices.length} variants fits, the nearest: ${least[0]}`];
  }

  function ofList(found: readonly unknown[], rule: ApiSchema, path: string): string[] {
    const { items, minItems = 0, maxItems = Infinity } = rule;
    const isOfLength = found.length >= minItems && found.length <= maxItems;
    const rows =
      items === undefined ? [] : found.map((row, at) => check(row, items, `${path}/${at}`));
    return [...(isOfLength ? [] : [`${path}: ${found.length} rows`]), ...rows.flat()];
  }

  function ofObject(found: object, rule: ApiSchema, path: string): string[] {
    const { properties = {}, required = [], additionalProperties: more } = rule;
    const missing = required.filter((name) => !Object.hasOwn(found, name));
    const absent = missing.map((name) => `${path}/${name}: is required and not there`);
    const fields = Object.entries(found).flatMap(([name, field]) => {
      const at = `${path}/${name}`;
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (property !== undefined) return check(field, property, at);
      if (typeof more === "object") return check(field, more, at);
      const isOpen = rule.properties === undefined || closed !== true || more === true;
      return more === false || !isOpen ? [`${at}: no schema names this field`] : [];
    });
    return [...absent, ...fields];
  }

  return check(value, schema, "");
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function ofType(found: unknown, { type }: ApiSchema, path: string): string[] {
  const types = typeof type === "string" ? [type] : type;
  if (types === undefined || types.some((one) => IS_TYPE[one]?.(found) === true)) return [];
  return [`${path}: expected ${types.join(" or ")}, found ${short(found)}`];
}

const IS_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  array: Array.isArray,
  object: isObject,
};

function ofValue(found: unknown, rule: ApiSchema, path: string): string[] {
  const allowed = rule.const === undefined ? rule.enum : [rule.const];
  const isNull = found === null && rule.type !== undefined && rule.type.includes("null");
  if (allowed === undefined || isNull || allowed.includes(found)) return [];
  return [`${path}: expected one of ${short(allowed)}, found ${short(found)}`];
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function ofText(found: string, rule: ApiSchema, path: string): string[] {
  const { minLength = 0, maxLength = Infinity, pattern, format } = rule;
  const broken: string[] = [];
  if (found.length < minLength || found.length > maxLength)
    broken.push(`${found.length} characters`);
  if (pattern !== undefined && !new RegExp(pattern, "u").test(found)) broken.push(`not ${pattern}`);
  if (format === "date-time" && !MOMENT.test(found)) broken.push("no RFC 3339 time");
  if (format === "uri" && !URL.canParse(found)) broken.push("no URL");
  return broken.map((why) => `${path}: ${why}: ${short(found)}`);
}

function ofNumber(found: number, rule: ApiSchema, path: string): string[] {
  const { minimum = -Infinity, maximum = Infinity } = rule;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = rule;
  const isWithin = found >= minimum && found <= maximum;
  if (isWithin && found > exclusiveMinimum && found < exclusiveMaximum) return [];
  return [`${path}: ${found} is out of range`];
}

const short = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 120);

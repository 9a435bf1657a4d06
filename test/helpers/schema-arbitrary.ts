/** Values that a JSON Schema of the API's document describes, for property-based tests. */
import * as fc from "fast-check";
import { resolveSchema } from "../../aggregator/http/openapi/shape.ts";
import type { ApiSchema } from "../../aggregator/http/openapi/shape.ts";
import type { Schemas } from "./json-schema.ts";

/** How deep a value may be nested; beyond it, what may be left out is. */
const DEPTH_MAX = 4;

/** Longest text and list that are made, whatever the schema would allow. */
const LENGTH_MAX = 24;

/** A moment between 2026 and 2027. */
const moments = fc
  .integer({ min: 1_767_225_600_000, max: 1_798_761_600_000 })
  .map((atMs) => new Date(atMs).toISOString());

/** Any value at all, small. */
export const anyValue: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 2 });

/** What was made of the schemas of a document, by name and depth: some are asked for often. */
const made = new WeakMap<Schemas, Map<string, fc.Arbitrary<unknown>>>();

/**
 * Values that fit a schema, but for what is said by a pattern and a length at once; addresses among
 * them lead nowhere.
 */
export function valuesOf(schema: ApiSchema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref === undefined) return valuesOfRule(schema, schemas, depth);
  const all = made.get(schemas) ?? new Map<string, fc.Arbitrary<unknown>>();
  made.set(schemas, all);
  const key = `${schema.$ref} ${depth}`;
  const values = all.get(key) ?? valuesOfRule(resolveSchema(schema, schemas), schemas, depth);
  all.set(key, values);
  return values;
}

function valuesOfRule(rule: ApiSchema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  if (rule.const !== undefined) return fc.constant(rule.const);
  if (rule.enum !== undefined) return fc.constantFrom(...rule.enum);
  const variants = rule.anyOf ?? rule.oneOf;
  if (variants !== undefined) {
    return fc.oneof(...variants.map((variant) => valuesOf(variant, schemas, depth)));
  }
  if (rule.allOf !== undefined) return merged(rule.allOf, schemas, depth);
  const types = typeof rule.type === "string" ? [rule.type] : (rule.type ?? []);
  if (types.length === 0) return anyValue;
  return fc.oneof(...types.map((type) => ofType(type, rule, { schemas, depth })));
}

interface Place {
  schemas: Schemas;
  depth: number;
}

function merged(parts: readonly ApiSchema[], schemas: Schemas, depth: number) {
  return fc
    .tuple(...parts.map((part) => valuesOf(part, schemas, depth)))
    .map((values): unknown => Object.assign({}, ...values));
}

function ofType(type: string, rule: ApiSchema, place: Place): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return texts(rule);
    case "integer":
    case "number":
      return numbers(type, rule);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return lists(rule, place);
    default:
      return objects(rule, place);
  }
}

function texts(rule: ApiSchema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = LENGTH_MAX } = rule;
  if (format === "date-time") return moments;
  if (format === "uri") return fc.nat(9).map((number) => `http://127.0.0.1:9/${number}`);
  const longest = Math.max(minLength, Math.min(maxLength, LENGTH_MAX));
  if (format === "email") return fc.constant("ada@127.0.0.1");
  // What looks ahead cannot be made from its pattern: a text is tried, which may not fit.
  const isMakeable = pattern !== undefined && !/\(\?[=!<]/.test(pattern);
  if (!isMakeable) return fc.string({ minLength, maxLength: longest });
  return fc.stringMatching(new RegExp(pattern), { size: minLength > 8 ? "medium" : "xsmall" });
}

function numbers(type: "integer" | "number", rule: ApiSchema): fc.Arbitrary<number> {
  const min = rule.minimum ?? rule.exclusiveMinimum ?? -1_000;
  const max = rule.maximum ?? rule.exclusiveMaximum ?? Math.max(min, 1_000_000);
  if (type === "number") return fc.double({ min, max, noNaN: true });
  const least = rule.minimum === undefined && rule.exclusiveMinimum !== undefined ? min + 1 : min;
  return fc.integer({ min: Math.ceil(least), max: Math.min(Math.floor(max), 2 ** 52) });
}

function lists({ items, minItems = 0, maxItems = 3 }: ApiSchema, { schemas, depth }: Place) {
  const maxLength = depth >= DEPTH_MAX ? minItems : Math.max(minItems, Math.min(maxItems, 3));
  const row = items === undefined ? anyValue : valuesOf(items, schemas, depth + 1);
  return fc.array(row, { minLength: minItems, maxLength });
}

function objects(rule: ApiSchema, { schemas, depth }: Place): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties: more } = rule;
  if (properties === undefined) {
    const value = typeof more === "object" ? valuesOf(more, schemas, depth + 1) : anyValue;
    const key = rule.propertyNames === undefined ? fc.string() : texts(rule.propertyNames);
    return fc.dictionary(key, fc.oneof(value), { maxKeys: 3, noNullPrototype: true });
  }
  const isDeep = depth >= DEPTH_MAX;
  const model = Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !isDeep || required.includes(name))
      .map(([name, part]) => [name, valuesOf(part, schemas, depth + 1)] as const),
  );
  const requiredKeys = required.filter((name) => Object.hasOwn(model, name));
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

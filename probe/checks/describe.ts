/** What every kind says of itself, from its schema: for the docs, the API and forms. */
import { z } from "zod";
import type { CheckKind } from "./check.ts";

/** One option of a kind, or one field of an option. */
export interface OptionDescription {
  /** Such as `url`, `tls.verify`, or `steps[].name`. */
  path: string;
  /** In words, such as "text" or "one of `GET`, `HEAD`". */
  type: string;
  required: boolean;
  /** JSON of the default; null if there is none. */
  default: string | null;
  /** Whether it is never shown again. */
  secret: boolean;
  description: string;
}

/** A kind of check as it describes itself. */
export interface KindDescription {
  kind: string;
  summary: string;
  options: OptionDescription[];
  examples: { title: string; options: Record<string, unknown> }[];
  /** Markdown; may be empty. */
  notes: string;
  /** JSON Schema (2020-12) of the options as a caller writes them. */
  schema: Record<string, unknown>;
}

/** Describes a kind. */
export function describeKind(kind: CheckKind): KindDescription {
  const schema: Record<string, unknown> = { ...z.toJSONSchema(kind.schema, { io: "input" }) };
  const root = resolved(schema, schema);
  const secret = (path: string): boolean =>
    kind.secretOptions.some((secretPath) => isWithin(path, secretPath));
  return {
    kind: kind.kind,
    summary: kind.summary,
    options: fieldsOf(root, { schema, prefix: "", secret }),
    examples: (kind.examples ?? []).map(({ title, options }) => ({
      title,
      options: { ...options },
    })),
    notes: kind.notes ?? "",
    schema,
  };
}

const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

type Node = Readonly<Record<string, unknown>>;

interface Walk {
  /** The whole schema, for references. */
  schema: Node;
  prefix: string;
  secret: (path: string) => boolean;
}

function fieldsOf(node: Node, walk: Walk): OptionDescription[] {
  const required = listOf(node["required"]);
  return Object.entries(nodeOf(node["properties"])).flatMap(([name, value]) => {
    const path = `${walk.prefix}${name}`;
    const field = resolved(nodeOf(value), walk.schema);
    const described: OptionDescription = {
      path,
      type: typeOf(field, walk.schema),
      required: required.includes(name),
      default: defaultOf(field),
      secret: walk.secret(path),
      description: typeof field["description"] === "string" ? field["description"] : "",
    };
    return [described, ...within(field, { ...walk, prefix: path })];
  });
}

/** The fields of an object, or of the elements of a list; none for a plain value. */
function within(field: Node, walk: Walk): OptionDescription[] {
  if (field["properties"] !== undefined) {
    return fieldsOf(field, { ...walk, prefix: `${walk.prefix}.` });
  }
  const items = resolved(nodeOf(field["items"]), walk.schema);
  if (items["properties"] !== undefined) {
    return fieldsOf(items, { ...walk, prefix: `${walk.prefix}[].` });
  }
  const values = resolved(nodeOf(field["additionalProperties"]), walk.schema);
  if (values["properties"] === undefined) return [];
  return fieldsOf(values, { ...walk, prefix: `${walk.prefix}.*.` });
}

/** An empty object or list as a default says nothing. */
function defaultOf(field: Node): string | null {
  const value = field["default"];
  const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value === undefined || empty ? null : JSON.stringify(value);
}

function typeOf(field: Node, schema: Node): string {
  const choices = [...listOf(field["enum"]), ...("const" in field ? [field["const"]] : [])];
  if (choices.length === 1) return `\`${JSON.stringify(choices[0])}\``;
  if (choices.length > 1) {
    return `one of ${choices.map((choice) => `\`${shown(choice)}\``).join(", ")}`;
  }
  const either = [...listOf(field["anyOf"]), ...listOf(field["oneOf"])];
  if (either.length > 0) {
    const types = either.map((one) => typeOf(resolved(nodeOf(one), schema), schema));
    return [...new Set(types)].join(" or ");
  }
  const { minimum, maximum } = field;
  const range = typeof minimum === "number" && typeof maximum === "number";
  switch (field["type"]) {
    case "string":
      return "text";
    case "integer":
      return range ? `whole number, ${minimum} to ${maximum}` : "whole number";
    case "number":
      return range ? `number, ${minimum} to ${maximum}` : "number";
    case "boolean":
      return "true or false";
    case "array":
      return `list of ${typeOf(resolved(nodeOf(field["items"]), schema), schema)}`;
    case "object":
      return field["properties"] === undefined ? "names and values" : "object";
    default:
      return "any JSON";
  }
}

const shown = (choice: unknown): string =>
  typeof choice === "string" ? choice : JSON.stringify(choice);

/** Follows a reference into the definitions of the schema; what is said beside it wins. */
function resolved(node: Node, schema: Node): Node {
  const reference = node["$ref"];
  if (typeof reference !== "string") {
    const [only, ...more] = listOf(node["allOf"]);
    return only === undefined || more.length > 0
      ? node
      : { ...resolved(nodeOf(only), schema), ...node };
  }
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  return { ...resolved(nodeOf(nodeOf(schema["$defs"])[name]), schema), ...node, $ref: undefined };
}

function nodeOf(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a form needs to know of a JSON Schema. */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** How a value is written into a form. */
export type Widget =
  | { kind: "text"; isLong: boolean; isSecret: boolean }
  | { kind: "number"; isInteger: boolean; min: number | undefined; max: number | undefined }
  | { kind: "flag" }
  | { kind: "choice"; values: readonly (string | number)[] }
  | { kind: "lines" }
  | { kind: "pairs" }
  | { kind: "fields"; fields: readonly Field[] }
  | { kind: "json" };

/** A property of an object in a schema. */
export interface Field {
  name: string;
  description: string;
  isRequired: boolean;
  /** Text of the default; empty if there is none. */
  initial: string;
  widget: Widget;
}

/** Texts from this length on get several lines. */
const LONG_CHARS = 8_193;

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined;

/** Follows `$ref` into `$defs`; what stands beside it goes before. */
function resolved(schema: Fields, root: Fields): Fields {
  const name = /^#\/\$defs\/(.+)$/.exec(textOf(schema["$ref"]))?.[1];
  if (name === undefined) return schema;
  const { $ref: _ref, ...own } = schema;
  const definitions = root["$defs"];
  const target = isFields(definitions) ? definitions[name] : undefined;
  return isFields(target) ? { ...resolved(target, root), ...own } : own;
}

function choiceOf(values: unknown): Widget | null {
  if (!Array.isArray(values)) return null;
  const known: unknown[] = values;
  const plain = known.filter((one) => typeof one === "string" || typeof one === "number");
  return plain.length === known.length ? { kind: "choice", values: plain } : null;
}

function widgetOf(schema: Fields, root: Fields, depth: number): Widget {
  const { type, items, properties, additionalProperties: further, description } = schema;
  const choice = choiceOf(schema["enum"]);
  if (choice !== null) return choice;
  if (type === "string") {
    const isSecret = /^(?:Secret|Kept secret)/.test(textOf(description));
    return { kind: "text", isLong: (numberOf(schema["maxLength"]) ?? 0) >= LONG_CHARS, isSecret };
  }
  if (type === "integer" || type === "number") {
    const [min, max] = [numberOf(schema["minimum"]), numberOf(schema["maximum"])];
    return { kind: "number", isInteger: type === "integer", min, max };
  }
  if (type === "boolean") return { kind: "flag" };
  if (type === "array" && isFields(items) && resolved(items, root)["type"] === "string") {
    return { kind: "lines" };
  }
  if (type === "object" && isFields(properties) && depth < 3) {
    return { kind: "fields", fields: fieldsOf(schema, root, depth + 1) };
  }
  const isPairs = isFields(further) && further["type"] === "string";
  return type === "object" && isPairs && !isFields(properties)
    ? { kind: "pairs" }
    : { kind: "json" };
}

/** The fields of an object's schema, those that must be there first. */
export function fieldsOf(schema: Fields, root: Fields = schema, depth = 0): Field[] {
  const { properties, required } = resolved(schema, root);
  if (!isFields(properties)) return [];
  const needed: unknown[] = Array.isArray(required) ? required : [];
  const fields = Object.entries(properties).flatMap(([name, value]): Field[] => {
    if (!isFields(value)) return [];
    const own = resolved(value, root);
    const initial = own["default"] === undefined ? "" : initialText(own["default"]);
    const description = textOf(own["description"]);
    const isRequired = needed.includes(name) && own["default"] === undefined;
    return [{ name, description, isRequired, initial, widget: widgetOf(own, root, depth) }];
  });
  return [...fields.filter((one) => one.isRequired), ...fields.filter((one) => !one.isRequired)];
}

function initialText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Examples of bodies and parameters: as their schemas give them, else put together from parts. */
import { EXAMPLE_WORDS } from "./example-words.ts";
import { nameOfReference, resolveSchema } from "./shape.ts";
import type { ApiOperation, ApiSchema } from "./shape.ts";

type Schemas = Readonly<Record<string, ApiSchema>>;
type Contents = NonNullable<ApiOperation["requestBody"]>["content"];

/** Makes the examples of one document. */
export interface Examples {
  /** The operation with an example for every JSON body and every parameter in its path. */
  fill(operation: ApiOperation): ApiOperation;
}

/** Where a schema stands; its words are looked up by it. */
interface Place {
  component: string;
  property: string;
}

const NOWHERE: Place = { component: "", property: "" };

/**
 * Creates what makes examples. A schema's own `example` goes before the words of its property, and
 * those before its default and what its type allows. A text that nobody has words for is left out,
 * and then the linter says which one it is.
 */
export function createExamples(schemas: Schemas): Examples {
  const filled = (contents: Contents): Contents =>
    Object.fromEntries(
      Object.entries(contents).map(([type, media]) => {
        if (media.example !== undefined || !type.startsWith("application/json")) {
          return [type, media];
        }
        const example = exampleOf(media.schema, schemas);
        return [type, example === undefined ? media : { ...media, example }];
      }),
    );
  return {
    fill: (operation) => {
      const { requestBody, parameters, responses } = operation;
      const answers = Object.entries(responses).map(([status, response]) => {
        if (response.content === undefined) return [status, response] as const;
        return [status, { ...response, content: filled(response.content) }] as const;
      });
      const shown = parameters?.map((parameter) => {
        const example = parameter.example ?? parameter.schema.example;
        return example === undefined ? parameter : { ...parameter, example };
      });
      return {
        ...operation,
        ...(shown === undefined ? {} : { parameters: shown }),
        ...(requestBody === undefined
          ? {}
          : { requestBody: { ...requestBody, content: filled(requestBody.content) } }),
        responses: Object.fromEntries(answers),
      };
    },
  };
}

/** An example of a schema; undefined when there is none. */
function exampleOf(schema: ApiSchema, schemas: Schemas, place: Place = NOWHERE): unknown {
  const own = schema.example ?? schema.examples?.[0];
  if (own !== undefined) return own;
  const word = EXAMPLE_WORDS[`${place.component}.${place.property}`];
  if (word !== undefined) return word;
  const common = EXAMPLE_WORDS[place.property];
  if (common !== undefined && isOfType(common, schema)) return common;
  if (schema.$ref !== undefined) {
    const component = nameOfReference(schema.$ref);
    return exampleOf(resolveSchema(schema, schemas), schemas, { component, property: "" });
  }
  for (const given of [schema.const, schema.default, schema.enum?.[0]]) {
    if (given !== undefined) return given;
  }
  const variant = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (variant !== undefined) return exampleOf(variant, schemas, place);
  return ofType(schema, schemas, place);
}

function ofType(schema: ApiSchema, schemas: Schemas, place: Place): unknown {
  switch (typesOf(schema)[0]) {
    case "object":
      return ofObject(schema, schemas, place);
    case "array": {
      const row = schema.items === undefined ? undefined : exampleOf(schema.items, schemas, place);
      return row === undefined ? [] : [row];
    }
    case "boolean":
      return true;
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 1);
    case "string":
      return schema.format === "date-time" ? MOMENT : undefined;
    default:
      return undefined;
  }
}

function ofObject(schema: ApiSchema, schemas: Schemas, { component }: Place): unknown {
  const rows = Object.entries(schema.properties ?? {}).flatMap(([property, part]) => {
    const example = exampleOf(part, schemas, { component, property });
    return example === undefined ? [] : [[property, example] as const];
  });
  return Object.fromEntries(rows);
}

const MOMENT = "2026-11-21T12:04:31.000Z";

/** The types of a schema, `null` last. */
function typesOf({ type }: ApiSchema): string[] {
  const types = typeof type === "string" ? [type] : (type ?? []);
  return [...types.filter((one) => one !== "null"), ...types.filter((one) => one === "null")];
}

/** Whether words of a property fit a schema of that name: they are for many of them. */
function isOfType(value: unknown, schema: ApiSchema): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(value);
  const types = typesOf(schema);
  if (Array.isArray(value)) return types.includes("array");
  if (value === null) return types.includes("null");
  if (typeof value === "number") return types.includes("number") || types.includes("integer");
  return types.includes(typeof value);
}

/** The parts of an OpenAPI document that its finishing, its page and its tests read. */
import { z } from "zod";

/** A JSON Schema (2020-12), as far as the document uses it. */
export interface ApiSchema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  format?: string | undefined;
  description?: string | undefined;
  properties?: Record<string, ApiSchema> | undefined;
  required?: string[] | undefined;
  additionalProperties?: boolean | ApiSchema | undefined;
  propertyNames?: ApiSchema | undefined;
  items?: ApiSchema | undefined;
  anyOf?: ApiSchema[] | undefined;
  oneOf?: ApiSchema[] | undefined;
  allOf?: ApiSchema[] | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[] | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
}

const schemas = () => z.array(apiSchemaSchema).optional();
const count = z.number().optional();

/** Reads a JSON Schema; keywords that are not known here stay as they are. */
const apiSchemaSchema: z.ZodType<ApiSchema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), apiSchemaSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), apiSchemaSchema]).optional(),
    propertyNames: apiSchemaSchema.optional(),
    items: apiSchemaSchema.optional(),
    anyOf: schemas(),
    oneOf: schemas(),
    allOf: schemas(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    default: z.unknown().optional(),
    example: z.unknown().optional(),
    examples: z.array(z.unknown()).optional(),
    pattern: z.string().optional(),
    minLength: count,
    maxLength: count,
    minimum: count,
    maximum: count,
    exclusiveMinimum: count,
    exclusiveMaximum: count,
    minItems: count,
    maxItems: count,
  }),
);

const mediaSchema = z.looseObject({
  schema: apiSchemaSchema,
  example: z.unknown().optional(),
});

const headerSchema = z.looseObject({
  description: z.string().optional(),
  required: z.boolean().optional(),
  schema: apiSchemaSchema,
  example: z.unknown().optional(),
});

const responseSchema = z.looseObject({
  $ref: z.string().optional(),
  description: z.string().optional(),
  headers: z.record(z.string(), headerSchema).optional(),
  content: z.record(z.string(), mediaSchema).optional(),
});

/** An answer of an operation: its own, or a reference to one that many share. */
export type ApiResponse = z.output<typeof responseSchema>;

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: apiSchemaSchema,
  example: z.unknown().optional(),
});

/** A parameter of an operation. */
export type ApiParameter = z.output<typeof parameterSchema>;

const operationSchema = z.looseObject({
  operationId: z.string().optional(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  "x-quorate-scope": z.string().optional(),
  "x-quorate-fails": z.array(z.string()).optional(),
  parameters: z.array(parameterSchema).optional(),
  requestBody: z
    .looseObject({
      required: z.boolean().optional(),
      description: z.string().optional(),
      content: z.record(z.string(), mediaSchema),
    })
    .optional(),
  responses: z.record(z.string(), responseSchema),
});

/** One operation. */
export type ApiOperation = z.output<typeof operationSchema>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** Reads a document. */
export const apiDocumentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), operationSchema)),
  components: z.looseObject({
    schemas: z.record(z.string(), apiSchemaSchema),
    responses: z.record(z.string(), responseSchema).optional(),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })).optional(),
  }),
});

/** A document. */
export type ApiDocument = z.output<typeof apiDocumentSchema>;

/** An operation with where it is. */
export interface PlacedOperation {
  /** Lower case, such as `get`. */
  method: string;
  path: string;
  operation: ApiOperation;
}

/** Every operation of a document, in its order. */
export function operationsOf({ paths }: Pick<ApiDocument, "paths">): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/** The name at the end of a reference such as `#/components/schemas/Target`. */
export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** The schema itself, where a reference leads. */
export function resolveSchema(
  schema: ApiSchema,
  schemas: Readonly<Record<string, ApiSchema>>,
): ApiSchema {
  if (schema.$ref === undefined) return schema;
  const found = schemas[nameOfReference(schema.$ref)];
  if (found === undefined) throw new Error(`The document has no schema ${schema.$ref}.`);
  return found;
}

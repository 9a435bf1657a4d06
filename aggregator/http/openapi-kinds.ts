/** The options of every kind of check in the OpenAPI document, from the schemas that validate. */
import { z } from "zod";
import type { ApiKind } from "../../shared/api/kind.ts";

const objectSchema = z.record(z.string(), z.unknown());

/** What is read of a document; all else stays as it is. */
const documentSchema = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), objectSchema) }),
});

/** Schemas whose `options` are those of a kind of check. */
const SPECS = ["TargetSpec", "Target"];

/**
 * The document with a schema for the options of each kind, and with the options of a target being
 * those of one of them. `kind` says which, so a client may narrow by it.
 */
export function withKinds(given: object, kinds: readonly ApiKind[]) {
  const document = documentSchema.parse(given);
  const { schemas } = document.components;
  const added: Record<string, Record<string, unknown>> = {};
  const references = kinds.map(({ kind, schema }) => {
    const { $defs, $ref, ...root } = rehomed(schema);
    Object.assign(added, z.record(z.string(), objectSchema).parse($defs ?? {}));
    if (typeof $ref === "string") return { $ref };
    const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Options`;
    added[name] = root;
    return { $ref: `${HOME}${name}` };
  });
  const options = { description: "Options of the kind, see `kind`.", anyOf: references };
  const changed = Object.fromEntries(
    SPECS.flatMap((name) => {
      const spec = schemas[name];
      return spec === undefined ? [] : [[name, withOptions(spec, options)] as const];
    }),
  );
  const all = { ...schemas, ...added, ...changed };
  return { ...document, components: { ...document.components, schemas: all } };
}

const HOME = "#/components/schemas/";

/** A schema whose definitions stand among the components of the document. */
function rehomed(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = schema;
  const text = JSON.stringify(rest).replaceAll('"#/$defs/', `"${HOME}`);
  return objectSchema.parse(JSON.parse(text));
}

function withOptions(spec: Record<string, unknown>, options: object): Record<string, unknown> {
  const properties = objectSchema.safeParse(spec["properties"]);
  if (!properties.success || !("options" in properties.data)) return spec;
  return { ...spec, properties: { ...properties.data, options } };
}

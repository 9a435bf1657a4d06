/** JSON Schema of a configuration file, for editors; made from the schemas that validate. */
import { z } from "zod";
import type { ConfigKinds } from "./check.ts";
import { SECTIONS } from "./sections.ts";
import type { Section } from "./sections.ts";

type Json = Record<string, unknown>;

const jsonSchema = z.record(z.string(), z.unknown());

const FOR = {
  description: "Makes the item once a row: a list of maps, or every combination of lists.",
  oneOf: [
    { type: "array", items: { type: "object" } },
    { type: "object", additionalProperties: { type: "array" } },
  ],
};

/** The schema, with the options of every kind of check. */
export function configJsonSchema(kinds: Pick<ConfigKinds, "checks">): Json {
  const definitions: Json = {};
  const sections = SECTIONS.map((section): [string, Json] => {
    const item = rehomed(itemSchema(section), section.noun, definitions);
    if (section.noun === "routes") return [section.section, item];
    const extra = section.noun === "target" ? optionRules(kinds, definitions) : {};
    return [section.section, { type: "array", items: { ...withTemplate(item), ...extra } }];
  });
  const files = { type: "string" };
  const object = { type: "object" };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "quorate.yaml",
    type: "object",
    additionalProperties: false,
    properties: {
      owner: { ...files, description: "Name under which the file keeps what it makes." },
      include: { anyOf: [files, { type: "array", items: files }] },
      defaults: { ...object, description: "What every item of a section has unless it says else." },
      templates: { ...object, additionalProperties: object },
      ...Object.fromEntries(sections),
    },
    $defs: definitions,
  };
}

function itemSchema({ schema, noun }: Section): Json {
  const { $schema: _dialect, ...made } = jsonSchema.parse(
    z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
  );
  const name = typeof made["$ref"] === "string" ? made["$ref"].replace("#/$defs/", "") : "";
  const definitions = jsonSchema.parse(made["$defs"] ?? {});
  // A tree refers to itself; every other item stands in its list, where more fields may join it.
  if (noun === "routes" || !(name in definitions)) return made;
  return { ...jsonSchema.parse(definitions[name]), $defs: definitions };
}

/** An item may leave to its template what it must have in the end. */
function withTemplate({ required: _required, properties, ...item }: Json): Json {
  const template = { type: "string", description: "Template that the item begins with." };
  const fields = jsonSchema.parse(properties ?? {});
  return { ...item, properties: { ...fields, template, for: FOR } };
}

/** For each kind of check the schema of its options. */
function optionRules({ checks }: Pick<ConfigKinds, "checks">, definitions: Json): Json {
  const allOf = checks.map(({ kind, schema: { $schema: _dialect, ...schema } }) => {
    const options = rehomed(schema, kind, definitions);
    // A map: an object with a field named `then` written out would pass for a promise.
    const rule = new Map<string, Json>();
    rule.set("if", { properties: { kind: { const: kind } }, required: ["kind"] });
    rule.set("then", { properties: { options } });
    return Object.fromEntries(rule);
  });
  return { allOf };
}

/** A schema whose own definitions stand among those of the whole document. */
function rehomed(schema: Json, home: string, definitions: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"#/$defs/${home}.`);
  const { $defs, ...rest } = jsonSchema.parse(JSON.parse(text));
  for (const [name, one] of Object.entries(jsonSchema.parse($defs ?? {}))) {
    definitions[`${home}.${name}`] = one;
  }
  if (!text.includes('"#"')) return rest;
  // A schema that refers to itself as a whole needs a name of its own.
  const self = JSON.stringify(rest).replaceAll('"$ref":"#"', `"$ref":"#/$defs/${home}"`);
  definitions[home] = jsonSchema.parse(JSON.parse(self));
  return { $ref: `#/$defs/${home}` };
}

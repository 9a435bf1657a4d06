/** The page of the kinds of channel, made of their schemas. */
import { z } from "zod";
import { NOTIFIER_KINDS } from "../../aggregator/notifiers/index.ts";
import type { NotifierKind } from "../../aggregator/ports.ts";

const HEAD = `# Kinds of channel

Made of the schemas; rewrite it by \`npx tsx test/golden/notifiers.ts\`. A channel is a name, a
\`kind\`, the \`options\` below, and what every channel has: \`events\` (types it is told of; by
default alerts, their ends, and the mesh), \`enabled\`, and \`delivery\` (\`concurrency\`,
\`perMinute\`, \`fallback\`, \`fallbackAfterMs\`).

Every kind says in the same words what is down, since when, who saw it, who did not, who was set
aside and why, and carries the playbook's link. Redirects are never followed. A message that fails
is tried again if its answer is worth it, under the same id, in order for each target; what a kind
tries again stands beside it. Secrets are write-only: shown they read \`***\`.
`;

/** A property of a JSON schema, as far as the page shows it. */
const propertySchema = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

const objectSchema = z.looseObject({
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).default([]),
});

/** The text of aggregator/notifiers/KINDS.md. */
export function notifierDocs(): string {
  const contents = NOTIFIER_KINDS.map(
    ({ kind, summary }) => `- [\`${kind}\`](#${kind}): ${summary}`,
  ).join("\n");
  return [HEAD, contents, "", ...NOTIFIER_KINDS.map(kindText)].join("\n").trimEnd().concat("\n");
}

function kindText(kind: NotifierKind): string {
  const json: unknown = z.toJSONSchema(kind.schema, { io: "input", unrepresentable: "any" });
  const { properties, required } = objectSchema.parse(json);
  const rows = Object.entries(properties).map(([name, property]) => {
    const secret = kind.secretOptions.includes(name) ? ", **secret**" : "";
    const need = required.includes(name) ? "required" : defaultText(property.default);
    const what = property.description ?? describedBy(property);
    return `- \`${name}\` (${typeText(property)}, ${need}${secret}): ${what}`;
  });
  const needs = kind.needs === undefined ? "" : ` Needs \`--allow-${kind.needs}-channels\`.`;
  return [
    `## ${kind.kind}`,
    "",
    `${kind.summary}${needs} Tried again: ${kind.retries ?? "nothing"}.`,
    "",
    ...rows,
    "",
  ].join("\n");
}

type Property = z.output<typeof propertySchema>;

function typeText({ type = "any", enum: values, items }: Property): string {
  if (values) return values.map((value) => `\`${String(value)}\``).join(" or ");
  return type === "array" ? `list of ${items?.type ?? "any"}` : type;
}

function defaultText(value: unknown): string {
  if (value === undefined) return "optional";
  return `default \`${JSON.stringify(value)}\``;
}

/** Objects are described by what they hold. */
function describedBy({ properties = {} }: Property): string {
  return Object.entries(properties)
    .map(([name, inner]) => `\`${name}\`: ${propertySchema.parse(inner).description ?? ""}`)
    .join(" ");
}

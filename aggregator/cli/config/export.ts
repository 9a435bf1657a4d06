/** Everything that an aggregator has, as a configuration file. */
import { stringify } from "yaml";
import { compareSpecs, isMap, MASK } from "./compare.ts";
import type { PresentItem } from "./present.ts";
import { SECTIONS } from "./sections.ts";
import type { Section } from "./sections.ts";

/** The file, and the variables that it takes its secrets from. */
export interface Exported {
  text: string;
  variables: string[];
}

const HEAD = `# Made by \`quorate export\`; \`quorate apply\` makes it so again.\n`;

/** The text of a file; what is over is left out, and secrets become variables to set. */
export function exportConfig(present: readonly PresentItem[], owner: string): Exported {
  const variables: string[] = [];
  const sections = SECTIONS.flatMap((section): [string, unknown][] => {
    const found = present
      .filter(({ noun, isOver }) => noun === section.noun && !isOver)
      .map((item) => withReferences(item, variables))
      .map((spec) => withoutDefaults(spec, section));
    if (found.length === 0) return [];
    if (section.noun === "routes") return [[section.section, found[0]]];
    // In an order that does not depend on when and where they were made.
    const sorted = section.noun === "silence" ? byText(found) : found;
    return [[section.section, sorted]];
  });
  const document = Object.fromEntries([["owner", owner], ...sections]);
  return { text: HEAD + secretsNote(variables) + stringify(document, { lineWidth: 0 }), variables };
}

function secretsNote(variables: readonly string[]): string {
  if (variables.length === 0) return "";
  const head = "# Secrets are never shown again. Set these variables before it is applied:\n";
  return head + variables.map((name) => `#   ${name}\n`).join("");
}

type Spec = Record<string, unknown>;

function byText(specs: readonly Spec[]): Spec[] {
  const key = (spec: Spec): string => JSON.stringify(spec);
  return [...specs].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function withReferences({ noun, name, spec }: PresentItem, variables: string[]): Spec {
  const prefix = ["quorate", noun, name];
  const fields = Object.entries(spec).map(([field, value]) => {
    const path = field === "options" ? prefix : [...prefix, field];
    return [field, referring(value, path, variables)] as const;
  });
  return Object.fromEntries(fields);
}

/** The value with each secret as a variable, and with what would read as a reference escaped. */
function referring(value: unknown, path: readonly string[], variables: string[]): unknown {
  if (value === MASK) return `\${env:${variableFor(path, variables)}}`;
  if (typeof value === "string") return value.replaceAll(/\$\{(env|file|for):/g, "$$$${$1:");
  if (Array.isArray(value)) {
    return value.map((one, index) => referring(one, [...path, String(index)], variables));
  }
  if (!isMap(value)) return value;
  const fields = Object.entries(value).map(([name, one]) => {
    return [name, referring(one, [...path, name], variables)] as const;
  });
  return Object.fromEntries(fields);
}

/** A name that no other secret of the file has. */
function variableFor(path: readonly string[], variables: string[]): string {
  const name = path
    .join("_")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
  let free = name;
  for (let count = 2; variables.includes(free); count += 1) free = `${name}_${count}`;
  variables.push(free);
  return free;
}

/** The item without the fields that it would have anyway. */
function withoutDefaults(spec: Spec, { schema }: Section): Spec {
  const whole = schema.safeParse(spec);
  if (!whole.success || !isMap(whole.data)) return spec;
  let short = spec;
  for (const field of Object.keys(spec)) {
    const { [field]: _left, ...rest } = short;
    const parsed = schema.safeParse(rest);
    if (!parsed.success || !isMap(parsed.data)) continue;
    if (compareSpecs(parsed.data, whole.data).changed.length === 0) short = rest;
  }
  return short;
}

/** The forms in which a verb can say what it found: `--output table|wide|json|yaml|name`. */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";

/** The forms; `--json` is short for `--output json`. */
export const OUTPUT_FORMS = ["table", "wide", "json", "yaml", "name"] as const;

/** A form of output. */
export type OutputForm = (typeof OUTPUT_FORMS)[number];

/** Whether a form is for machines: the API's own answer instead of words for people. */
export function isForMachines(form: OutputForm): boolean {
  return form !== "table" && form !== "wide";
}

/** An answer of the API as a whole document, with a line break at its end. */
export function documentText(value: unknown, form: OutputForm): string {
  if (form === "yaml") return yaml().stringify(value, { lineWidth: 0 });
  if (form === "name") return namesOf(value).map(lineOf).join("");
  return lineOf(JSON.stringify(value, null, 2));
}

/** An answer as one of many that follow each other. */
export function streamedText(value: unknown, form: OutputForm): string {
  if (form === "yaml") return `---\n${documentText(value, form)}`;
  return form === "name" ? documentText(value, form) : lineOf(JSON.stringify(value));
}

/**
 * Guarantee: the package is CommonJS with the exports that its types name. It is loaded by those
 * alone who ask for YAML: the programs would keep its 2 MiB for as long as they run.
 */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)("yaml") as typeof Yaml;
}

const lineOf = (text: string): string => `${text}\n`;

/** Fields that name a thing, the one that other verbs take first. */
const NAMING = ["name", "target", "targetName", "kind", "id", "number"];

/** What is named: each item of a list, or the thing itself. */
function namesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = new Map<string, unknown>(Object.entries(value));
  const items = fields.get("items");
  if (Array.isArray(items)) return items.flatMap((item: unknown) => namesOf(item));
  for (const field of NAMING) {
    const name = fields.get(field);
    if (typeof name === "string" || typeof name === "number") return [String(name)];
  }
  // An answer that wraps what it made: a probe with its token.
  return Object.values(value).flatMap(namesOf).slice(0, 1);
}

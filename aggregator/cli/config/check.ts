/** Checks one item: by the schema of the API, and by that of its kind; every mistake is told. */
import { z } from "zod";
import { QuorateError } from "../../../shared/errors.ts";
import { findNode, fieldsOf, isHidden, plainOf, textOf } from "./node.ts";
import type { ConfigNode, ConfigProblems, MapNode, Place } from "./node.ts";
import { OWNER_LABEL } from "./sections.ts";
import type { ConfigItem, ConfigNoun, Section } from "./sections.ts";

/** Validates options by their kind; throws QuorateError "invalid" with issues. */
export type OptionsCheck = (kind: string, options: unknown) => unknown;

/** The kinds that options are checked by. */
export interface ConfigKinds {
  target: OptionsCheck;
  channel: OptionsCheck;
  /** Every kind of check with the JSON Schema of its options. */
  checks: readonly { kind: string; schema: Record<string, unknown> }[];
}

/** What an item is checked with. */
export interface CheckDeps {
  section: Section;
  kinds: ConfigKinds;
  problems: ConfigProblems;
}

const VALUE_CHARS_MAX = 60;

const specSchema = z.record(z.string(), z.unknown());

/** The item that a node says; null when something is wrong with it. */
export function checkItem(node: MapNode, deps: CheckDeps): ConfigItem | null {
  const { section, problems } = deps;
  const { noun } = section;
  const named = nameNode(node, noun);
  const name = noun === "routes" ? "routes" : (textOf(named) ?? "");
  const isShown = named !== undefined && name !== "" && !isHidden(named);
  const who = isShown ? `${noun} ${name}` : noun;
  const found = createTeller({ node, who, problems });
  const input = plainOf(node);
  const parsed = section.schema.safeParse(input);
  if (!parsed.success) for (const issue of parsed.error.issues) found.schemaIssue(issue);
  checkMark(node, found);
  checkOptions(node, deps, found);
  if (!parsed.success || found.count() > 0) return null;
  return { noun, name, spec: specSchema.parse(parsed.data) };
}

/** What stands for the name of an item. */
function nameNode(node: MapNode, noun: ConfigNoun): ConfigNode | undefined {
  if (noun === "routes") return undefined;
  return node.fields.get(noun === "silence" ? "comment" : "name")?.node;
}

/** Says what is wrong with one item, where it stands. */
interface Teller {
  schemaIssue(issue: z.core.$ZodIssue): void;
  /** `message` of a value that shows what was found. */
  issue(path: readonly PropertyKey[], message: string): void;
  at(at: Place, message: string): void;
  count(): number;
}

interface TellerDeps {
  node: MapNode;
  who: string;
  problems: ConfigProblems;
}

function createTeller({ node, who, problems }: TellerDeps): Teller {
  let count = 0;
  const at = (place: Place, message: string): void => {
    count += 1;
    problems.add(place, `${who}: ${message}`);
  };
  const issue: Teller["issue"] = (path, message) => {
    const found = findNode(node, path);
    // A value from a variable or a file may be a secret wherever it stands.
    const shown = isHidden(found.node) ? message.replace(/, (?:found|received) .*$/s, "") : message;
    at(found.at, path.length === 0 ? shown : `${path.map(String).join(".")}: ${shown}`);
  };
  return {
    at,
    issue,
    count: () => count,
    schemaIssue: (zodIssue) => {
      if (zodIssue.code === "unrecognized_keys") {
        const within = findNode(node, zodIssue.path).node ?? node;
        for (const key of zodIssue.keys) {
          const place = fieldsOf(within).get(key)?.at ?? within.at;
          at(place, `${[...zodIssue.path, key].map(String).join(".")}: there is no such field`);
        }
        return;
      }
      const told = zodIssue.code === "invalid_key" ? (zodIssue.issues[0] ?? zodIssue) : zodIssue;
      const text = told.message.replace(/^Invalid (?:input|option): /, "");
      const message = text.charAt(0).toLowerCase() + text.slice(1);
      issue(zodIssue.path, withFound(message, findNode(node, zodIssue.path).node));
    },
  };
}

/** The message with what was found; of maps and lists only what they are. */
function withFound(message: string, node: ReturnType<typeof findNode>["node"]): string {
  if (node === null) return `${message.replace(/, received undefined$/, "")}, found nothing`;
  if (node.kind !== "scalar" || /received|found/.test(message)) return message;
  const text = JSON.stringify(node.value);
  const cut = text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX - 1)}…`;
  return `${message}, found ${cut}`;
}

/** The mark of ownership is set by apply; a file that sets it could claim what is another's. */
function checkMark(node: MapNode, found: Teller): void {
  const label = fieldsOf(node.fields.get("labels")?.node).get(OWNER_LABEL);
  const field = node.fields.get("owner");
  for (const mark of [label, field]) {
    if (mark !== undefined) found.at(mark.at, "the mark of the owner is set by apply; take it out");
  }
}

function checkOptions(node: MapNode, { section, kinds }: CheckDeps, found: Teller): void {
  const { noun } = section;
  if (noun !== "target" && noun !== "channel") return;
  const kind = textOf(node.fields.get("kind")?.node);
  const options = node.fields.get("options")?.node;
  if (kind === null || options?.kind !== "map") return;
  try {
    kinds[noun](kind, plainOf(options));
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    for (const { path, message } of error.issues) found.issue(path.split("."), message);
    if (error.issues.length === 0) found.issue(["options"], error.message);
  }
}

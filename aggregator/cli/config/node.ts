/** Values of a configuration file that know where they stand, and what is wrong with them. */

/** Where a value stands; lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A text, number, truth value or nothing. */
export interface ScalarNode {
  kind: "scalar";
  at: Place;
  value: string | number | boolean | null;
  /** True: it came from a variable or a file, so no message shows it. */
  hidden: boolean;
}

/** A list. */
export interface ListNode {
  kind: "list";
  at: Place;
  items: readonly ConfigNode[];
}

/** One field of a map; `at` is where its name stands. */
export interface ConfigField {
  at: Place;
  node: ConfigNode;
}

/** A map. */
export interface MapNode {
  kind: "map";
  at: Place;
  fields: ReadonlyMap<string, ConfigField>;
}

/** A value that knows where it stands. */
export type ConfigNode = ScalarNode | ListNode | MapNode;

/** One mistake: where it is, and a sentence of what was expected. */
export interface ConfigProblem {
  at: Place;
  message: string;
}

/** Collects mistakes; the same one at the same place counts once. */
export interface ConfigProblems {
  add(at: Place, message: string): void;
  /** The same, and nothing else is told of this place: it would only follow from this mistake. */
  addLast(at: Place, message: string): void;
  /** In the order of files as first met, lines and columns. */
  all(): ConfigProblem[];
}

/** Creates an empty collection; files are told in the order of `files` as it is in the end. */
export function createProblems(files: readonly string[]): ConfigProblems {
  const found = new Map<string, ConfigProblem>();
  const closed = new Set<string>();
  const add = (at: Place, message: string): void => {
    const problem = { at, message };
    const key = formatProblem(problem);
    if (!closed.has(placeText(at)) && !found.has(key)) found.set(key, problem);
  };
  return {
    add,
    addLast: (at, message) => {
      add(at, message);
      closed.add(placeText(at));
    },
    all: () =>
      [...found.values()].sort(
        (a, b) =>
          files.indexOf(a.at.file) - files.indexOf(b.at.file) ||
          a.at.line - b.at.line ||
          a.at.column - b.at.column,
      ),
  };
}

/** `file:line:column: message`, as compilers write it, so that editors can jump there. */
export function formatProblem({ at, message }: ConfigProblem): string {
  return `${placeText(at)}: ${message}`;
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** The plain value of a node. */
export function plainOf(node: ConfigNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainOf);
  // fromEntries defines each field, so that one named __proto__ is a field like any other.
  return Object.fromEntries(
    [...node.fields].map(([name, { node: value }]) => [name, plainOf(value)]),
  );
}

/** What stands at a path, or the nearest there is above it. */
export interface Found {
  /** Where a message about the path points to. */
  at: Place;
  /** Null: nothing stands at the path itself. */
  node: ConfigNode | null;
}

/** Looks a path up. */
export function findNode(root: ConfigNode, path: readonly PropertyKey[]): Found {
  let node: ConfigNode = root;
  for (const key of path) {
    const next: ConfigNode | undefined = childOf(node, key);
    if (next === undefined) return { at: node.at, node: null };
    node = next;
  }
  return { at: node.at, node };
}

function childOf(node: ConfigNode, key: PropertyKey): ConfigNode | undefined {
  if (node.kind === "map") return node.fields.get(String(key))?.node;
  return node.kind === "list" ? node.items[Number(key)] : undefined;
}

/** The fields of a map; none of anything else. */
export function fieldsOf(node: ConfigNode | undefined): ReadonlyMap<string, ConfigField> {
  return node?.kind === "map" ? node.fields : new Map();
}

/** The text of a field, if it is one. */
export function textOf(node: ConfigNode | undefined): string | null {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : null;
}

/** Whether anything in it came from a variable or a file. */
export function isHidden(node: ConfigNode | null): boolean {
  if (node === null) return false;
  if (node.kind === "scalar") return node.hidden;
  if (node.kind === "list") return node.items.some(isHidden);
  return [...node.fields.values()].some((field) => isHidden(field.node));
}

/** What a node is, in a word for a message. */
export function nounOf(node: ConfigNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? "a text" : `a ${typeof node.value}`;
}

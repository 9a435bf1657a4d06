/** One YAML file as values that know where they stand; every mistake of the file is told. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { ParsedNode } from "yaml";
import { LIMITS } from "../../../shared/limits.ts";
import type { ConfigField, ConfigNode, ConfigProblems, Place } from "./node.ts";

/** What a file is read with. */
export interface YamlFile {
  file: string;
  text: string;
  problems: ConfigProblems;
}

/** Reads a file; null when it is empty or nothing of it can be used. */
export function parseYaml({ file, text, problems }: YamlFile): ConfigNode | null {
  const lines = new LineCounter();
  // The core schema of YAML 1.2: `no` is a text and a time is a text, as in JSON.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    version: "1.2",
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const { code, message, pos } of document.errors) {
    problems.add(placeOf(pos[0]), SENTENCES.get(code) ?? `this is no YAML: ${lowerFirst(message)}`);
  }
  for (const { message, pos } of document.warnings) problems.add(placeOf(pos[0]), message);
  const { contents } = document;
  if (contents === null) return null;
  return nodeOf(contents, { placeOf, problems, depth: 0 });
}

/** What the parser says in words of its own. */
const SENTENCES = new Map<string, string>([
  ["DUPLICATE_KEY", "this name stands twice in the same map; take one out"],
  ["TAB_AS_INDENT", "tabs cannot indent YAML; use spaces"],
  ["MULTIPLE_DOCS", "a file holds one document; put the second into a file of its own"],
]);

interface Walk {
  placeOf: (offset: number) => Place;
  problems: ConfigProblems;
  depth: number;
}

function nodeOf(found: ParsedNode, walk: Walk): ConfigNode | null {
  const at = walk.placeOf(found.range[0]);
  // What is repeated by reference could grow without bound; templates say the same in the open.
  if (isAlias(found)) {
    walk.problems.add(at, "aliases (*name) are not read; use templates instead");
    return null;
  }
  if (walk.depth > LIMITS.jsonDepthMax) {
    walk.problems.add(at, `expected at most ${LIMITS.jsonDepthMax} levels within each other`);
    return null;
  }
  const within = { ...walk, depth: walk.depth + 1 };
  if (isSeq(found)) {
    const items = found.items.flatMap((item) => nodeOf(item, within) ?? []);
    return { kind: "list", at, items };
  }
  if (isMap(found)) {
    const fields = new Map<string, ConfigField>();
    for (const { key, value } of found.items) {
      const name = isScalar(key) ? String(key.value) : "";
      const place = walk.placeOf(key.range[0]);
      const empty = { kind: "scalar", at: place, value: null, hidden: false } as const;
      const node = value === null ? empty : nodeOf(value, within);
      // The first of two of the same name counts; the second was told by the parser.
      if (node !== null && !fields.has(name)) fields.set(name, { at: place, node });
    }
    return { kind: "map", at, fields };
  }
  const { value } = found;
  if (["string", "number", "boolean"].includes(typeof value) || value === null) {
    return { kind: "scalar", at, value: scalarOf(value), hidden: false };
  }
  walk.problems.add(at, "expected a text, a number, true, false or nothing");
  return null;
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? value : null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

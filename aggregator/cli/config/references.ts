/** References in texts: `${env:NAME}`, `${file:path}` and `${for:name}`; `$${` is a plain `${`. */
import { dirname, resolve } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import type { ConfigField, ConfigNode, ConfigProblems, ScalarNode } from "./node.ts";

/** Where a configuration comes from. */
export interface ConfigSources {
  /** The text of a file; throws. */
  readText(path: string): string;
  /** Names of the files in a folder; throws. */
  list(folder: string): string[];
  /** A variable of the environment; undefined when it is not set. */
  variable(name: string): string | undefined;
}

/** What stands for each `${for:name}`. */
export type ForRow = ReadonlyMap<string, ScalarNode>;

/** What references are resolved with. */
export interface ReferenceDeps {
  sources: ConfigSources;
  problems: ConfigProblems;
  row: ForRow;
}

/** References that are resolved here; `${secret:name}` is left to the probes. */
const REFERENCE = /\$?\$\{(env|file|for):([^}]*)\}/g;

const ONLY_FOR = /^\$\{for:([^}]*)\}$/;

/** The node with every reference replaced by what it stands for. */
export function resolveReferences(node: ConfigNode, deps: ReferenceDeps): ConfigNode {
  if (node.kind === "scalar") return resolveScalar(node, deps);
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item) => resolveReferences(item, deps)) };
  }
  const fields = [...node.fields].map(([name, field]): [string, ConfigField] => {
    return [name, { at: field.at, node: resolveReferences(field.node, deps) }];
  });
  return { ...node, fields: new Map(fields) };
}

function resolveScalar(node: ScalarNode, deps: ReferenceDeps): ScalarNode {
  const { value, at } = node;
  if (typeof value !== "string" || !value.includes("${")) return node;
  // Alone, it keeps its type, so that a port stays a number.
  const alone = deps.row.get(ONLY_FOR.exec(value)?.[1] ?? "");
  if (alone !== undefined) return { ...alone, at };
  let hidden = node.hidden;
  const text = value.replaceAll(REFERENCE, (whole: string, kind: string, name: string) => {
    if (whole.startsWith("$$")) return whole.slice(1);
    if (kind !== "for") hidden = true;
    return referred(node, { kind, name }, deps);
  });
  return { ...node, value: text, hidden };
}

function referred(
  { at }: ScalarNode,
  { kind, name }: { kind: string; name: string },
  { sources, problems, row }: ReferenceDeps,
): string {
  if (kind === "env") {
    const value = sources.variable(name);
    if (value !== undefined && value !== "") return value;
    problems.addLast(
      at,
      `the variable ${name} is not set; set it, or write $\${env:…} for this text`,
    );
    return "";
  }
  if (kind === "file") {
    try {
      return sources.readText(resolve(dirname(at.file), name)).replace(/\r?\n$/, "");
    } catch (error) {
      problems.addLast(at, `the file ${name} cannot be read: ${messageOf(error)}`);
      return "";
    }
  }
  const found = row.get(name);
  if (found !== undefined) return String(found.value);
  const known = [...row.keys()].join(", ");
  const expected = known === "" ? "there is no `for` here" : `expected one of ${known}`;
  problems.addLast(at, `nothing is named ${name} in \`for\`; ${expected}`);
  return "";
}

/** What an import has found so far: what is to be written, and what could not be carried. */
import { LIMITS } from "../../../shared/limits.ts";
import type { Tell } from "./fields.ts";
import { hasMark, markOf, variablesIn } from "./marks.ts";

/** A line of the report. */
export interface ImportRow {
  /** What it is about, such as `endpoint core/website`. */
  item: string;
  field: string;
  /** `left out`: it was not carried; `changed`: it was carried otherwise. */
  outcome: "left out" | "changed";
  /** Why; holds no secret. */
  reason: string;
}

/** An item of the file to be, with marks in its texts. */
export interface Draft {
  noun: "target" | "channel";
  item: string;
  spec: Readonly<Record<string, unknown>>;
}

/** What was imported so far. */
export interface ImportBook {
  readonly rows: readonly ImportRow[];
  readonly drafts: readonly Draft[];
  /** Variables with their values; null: the environment of the other tool has them. */
  readonly variables: ReadonlyMap<string, string | null>;
  add(draft: Draft): void;
  /** Tells what could not be carried of an item. */
  left(item: string): Tell;
  /** Tells what was carried otherwise. */
  changed(item: string): Tell;
  /** What stands for a secret: a variable, or the secret itself where that is wanted. */
  secret(path: readonly string[], value: string): string;
  /** What stands for a variable of the other tool. */
  variable(name: string): string;
  /** A name of the house for a text, that no other item of the noun has. */
  nameFor(noun: Draft["noun"], text: string, item: string): string;
}

/** Creates an empty book; `withSecrets`: secrets are copied in clear. */
export function createBook({ withSecrets }: { withSecrets: boolean }): ImportBook {
  const rows: ImportRow[] = [];
  const drafts: Draft[] = [];
  const variables = new Map<string, string | null>();
  const names = new Map<string, Set<string>>();
  const tell = (item: string, outcome: ImportRow["outcome"]): Tell => {
    return (field, reason) => void rows.push({ item, field, outcome, reason });
  };
  return {
    rows,
    drafts,
    variables,
    add: (draft) => void drafts.push(draft),
    left: (item) => tell(item, "left out"),
    changed: (item) => tell(item, "changed"),
    secret: (path, value) => {
      // What the other tool took from a variable stays in one.
      if (withSecrets || hasMark(value)) return value;
      const name = freeName(path, variables);
      variables.set(name, value);
      return markOf("env", name);
    },
    variable: (name) => {
      if (!variables.has(name)) variables.set(name, null);
      return markOf("env", name);
    },
    nameFor: (noun, text, item) => {
      const taken = names.get(noun) ?? new Set();
      names.set(noun, taken);
      const name = uniqueName(sanitized(text, noun), taken);
      taken.add(name);
      if (name !== text) tell(item, "changed")("name", `it is written ${name}`);
      return name;
    },
  };
}

function freeName(path: readonly string[], taken: ReadonlyMap<string, unknown>): string {
  const words = path.join("_").replaceAll(/[^A-Za-z0-9]+/g, "_");
  const name = `QUORATE_${words.replaceAll(/^_+|_+$/g, "").toUpperCase()}`.slice(0, 200);
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}_${count}`;
  return free;
}

function sanitized(text: string, noun: string): string {
  const shown = variablesIn(text).reduce(
    (left, name) => left.replaceAll(markOf("env", name), name),
    text,
  );
  const plain = shown.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  const safe = plain.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[^A-Za-z0-9]+|-+$/g, "");
  return safe.slice(0, LIMITS.nameCharsMax) || noun;
}

function uniqueName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) {
    const end = `-${count}`;
    free = name.slice(0, LIMITS.nameCharsMax - end.length) + end;
  }
  return free;
}

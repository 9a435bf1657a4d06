/**
 * Label selectors in one line of text, as Kubernetes writes them: `team=shop,env!=test,
 * rack in (r1,r2),critical,!old`. Every condition must hold.
 */
import { LIMITS } from "./limits.ts";

/** One condition on the labels of something. */
export interface LabelCondition {
  key: string;
  /** `in`: the label is there and has one of the values; `notin`: it is absent, or has another. */
  op: "in" | "notin" | "exists" | "absent";
  values: readonly string[];
}

/** What is wrong with a selector: at which character, from 1, and what was expected there. */
export interface SelectorFault {
  position: number;
  expected: string;
}

/** Characters that end a key or a value. */
const WORD = /[^\s,=!()]+/y;
const SPACE = /\s*/y;

/**
 * The conditions of a selector; a fault when it is none.
 *
 * | text | holds when |
 * |---|---|
 * | `a=b`, `a==b` | label a is b |
 * | `a!=b` | label a is absent, or not b |
 * | `a in (b,c)` | label a is b or c |
 * | `a notin (b,c)` | label a is absent, or neither |
 * | `a` | there is a label a |
 * | `!a` | there is no label a |
 */
export function readSelector(text: string): LabelCondition[] | SelectorFault {
  const reader = createReader(text);
  const conditions: LabelCondition[] = [];
  for (;;) {
    const condition = readCondition(reader);
    if (condition === null) return reader.fault();
    conditions.push(condition);
    if (conditions.length > LIMITS.selectorConditionsMax) {
      return { position: 1, expected: `at most ${LIMITS.selectorConditionsMax} conditions` };
    }
    if (reader.atEnd()) return conditions;
    if (!reader.take(",")) return reader.fault('"," or the end');
  }
}

/** Whether labels meet every condition. */
export function meetsConditions(
  labels: Readonly<Record<string, string>>,
  conditions: readonly LabelCondition[],
): boolean {
  return conditions.every(({ key, op, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (op === "exists") return value !== undefined;
    if (op === "absent") return value === undefined;
    return (value !== undefined && values.includes(value)) === (op === "in");
  });
}

type Reader = ReturnType<typeof createReader>;

function createReader(text: string) {
  let at = 0;
  let expected = "a label";
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  return {
    atEnd: (): boolean => {
      match(SPACE);
      return at >= text.length;
    },
    /** Takes this text if it comes next. */
    take: (wanted: string): boolean => {
      match(SPACE);
      const found = text.startsWith(wanted, at);
      if (found) at += wanted.length;
      return found;
    },
    /** The next word; empty, and remembered as a fault, when there is none. */
    word: (what: string): string => {
      match(SPACE);
      expected = what;
      return match(WORD);
    },
    /** Remembers what should have come here. */
    miss: (what: string): null => {
      expected = what;
      return null;
    },
    fault: (what = expected): SelectorFault => ({ position: at + 1, expected: what }),
  };
}

function readCondition(reader: Reader): LabelCondition | null {
  const isAbsent = reader.take("!");
  const key = reader.word("a label");
  if (key === "") return null;
  if (isAbsent) return { key, op: "absent", values: [] };
  if (reader.take("!=")) return readValue(reader, key, "notin");
  if (reader.take("==") || reader.take("=")) return readValue(reader, key, "in");
  if (reader.take("notin")) return readValues(reader, key, "notin");
  if (reader.take("in")) return readValues(reader, key, "in");
  return { key, op: "exists", values: [] };
}

/** An empty value is one, too: `a=` asks for a label that is there and empty. */
function readValue(reader: Reader, key: string, op: "in" | "notin"): LabelCondition {
  return { key, op, values: [reader.word("a value")] };
}

function readValues(reader: Reader, key: string, op: "in" | "notin"): LabelCondition | null {
  const values: string[] = [];
  if (!reader.take("(")) return reader.miss('"("');
  do {
    values.push(reader.word("a value"));
    if (values.length > LIMITS.selectorConditionsMax) return reader.miss("fewer values");
  } while (reader.take(","));
  return reader.take(")") ? { key, op, values } : reader.miss('"," or ")"');
}

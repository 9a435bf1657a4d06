/** Says where a text stops being JSON, without showing the text. */

/** Deepest nesting of objects and lists in a text, without parsing it. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === BRACE_OPEN || code === BRACKET_OPEN) deepest = Math.max(deepest, ++depth);
    else if (code === BRACE_CLOSE || code === BRACKET_CLOSE) depth -= 1;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** Where a text stops being JSON, and what was expected there. */
interface JsonFault {
  at: number;
  expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

/** A sentence on the first place where a text that JSON.parse refused breaks the grammar. */
export function jsonFaultSentence(text: string): string {
  const fault = findFault(text);
  const before = text.slice(0, fault.at);
  const line = before.split("\n").length;
  const column = fault.at - before.lastIndexOf("\n");
  const found = fault.at >= text.length ? "the end" : JSON.stringify(text.charAt(fault.at));
  const where = `line ${line}, column ${column} (position ${fault.at})`;
  return `${where}: expected ${fault.expected}, found ${found}`;
}

function findFault(text: string): JsonFault {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match !== null;
  };
  const see = (wanted: string): boolean => {
    take(SPACE);
    if (text.charAt(at) !== wanted) return false;
    at += 1;
    return true;
  };
  const list = (close: string, item: () => JsonFault | null): JsonFault | null => {
    if (see(close)) return null;
    for (;;) {
      const fault = item();
      if (fault !== null) return fault;
      if (see(close)) return null;
      if (!see(",")) return { at, expected: `"," or "${close}"` };
    }
  };
  const field = (): JsonFault | null => {
    take(SPACE);
    if (!take(STRING)) return { at, expected: "a field name in double quotes" };
    return see(":") ? value() : { at, expected: '":"' };
  };
  const value = (): JsonFault | null => {
    if (see("{")) return list("}", field);
    if (see("[")) return list("]", value);
    return take(STRING) || take(NUMBER) || take(WORD) ? null : { at, expected: "a value" };
  };
  const fault = value();
  if (fault !== null) return fault;
  take(SPACE);
  return { at, expected: "the end" };
}

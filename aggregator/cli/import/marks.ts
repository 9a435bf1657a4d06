/** Marks within texts that stand for references, until the file is written. */

/** Characters of no meaning (private use), which no text that is read keeps. */
const [OPEN, GAP, CLOSE] = ["\uE000", "\uE001", "\uE002"];
const MARK = /\uE000(env|file)\uE001([^\uE002]*)\uE002/g;

/** A mark for a variable of the environment, or for the text of a file. */
export function markOf(kind: "env" | "file", name: string): string {
  return `${OPEN}${kind}${GAP}${name}${CLOSE}`;
}

/** The text without anything that would read as a mark. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/[\uE000-\uE002]/g, "");
}

/** Whether a text holds a mark. */
export function hasMark(text: string): boolean {
  return text.includes(OPEN);
}

/** Names of the variables that a text stands for. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(MARK)].flatMap(([, kind, name]) => (kind === "env" ? (name ?? "") : []));
}

/** The text as a configuration file says it: references for marks, and plain text escaped. */
export function withReferences(text: string): string {
  const escaped = text.replaceAll(/\$\{(env|file|for):/g, "$$$${$1:");
  return escaped.replaceAll(MARK, (_, kind: string, name: string) => `\${${kind}:${name}}`);
}

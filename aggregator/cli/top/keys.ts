/** What a terminal sends for each key. */

/** A key that was pressed: a name, or the character it writes. */
export type Key =
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "interrupt"
  | "suspend"
  | { character: string };

/** Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (PC-style function keys). */
const SEQUENCES: readonly (readonly [string, Key])[] = [
  ["\u001b[A", "up"],
  ["\u001bOA", "up"],
  ["\u001b[B", "down"],
  ["\u001bOB", "down"],
  ["\u001b[5~", "pageUp"],
  ["\u001b[6~", "pageDown"],
  ["\u001b[H", "home"],
  ["\u001bOH", "home"],
  ["\u001b[1~", "home"],
  ["\u001b[F", "end"],
  ["\u001bOF", "end"],
  ["\u001b[4~", "end"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\u007f", "backspace"],
  ["\b", "backspace"],
  ["\u0003", "interrupt"],
  ["\u0004", "interrupt"],
  ["\u001a", "suspend"],
];

/** A sequence of a key that means nothing here, such as F5 or a mouse click. */
const UNKNOWN = /^\u001b(?:\[[\d;<?]*[ -/]*[@-~]|O.)/;

/** The keys in what was read; keys that mean nothing are left out. */
export function readKeys(text: string): Key[] {
  const keys: Key[] = [];
  for (let rest = text; rest !== "";) {
    const known = SEQUENCES.find(([sequence]) => rest.startsWith(sequence));
    const unknown = UNKNOWN.exec(rest)?.[0];
    const [character = ""] = rest;
    if (known !== undefined) keys.push(known[1]);
    else if (unknown === undefined && character === "\u001b") keys.push("escape");
    else if (unknown === undefined && /^[^\p{Cc}]$/u.test(character)) keys.push({ character });
    rest = rest.slice((known?.[0] ?? unknown ?? character).length);
  }
  return keys;
}

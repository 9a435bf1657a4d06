/** Words that no file may contain, and lines that are too long. */
import { type Finding, findingAt, isTypeScript, type TextFile } from "../source.ts";

interface BannedWord {
  /** Bracketed letters keep the pattern from finding itself. */
  pattern: RegExp;
  instead: string;
}

const BANNED_WORDS: readonly BannedWord[] = [
  { pattern: /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/g, instead: "do it now, or leave it out" },
  {
    pattern: /\/[/*]\s*(?:oxlint|eslint|oxfmt|prettier)-(?:disable|ignore)[\w-]*/g,
    instead: "mend what the tool found; no rule has exceptions",
  },
  {
    pattern: /@ts-(?:ignore|nocheck|expect-error)/g,
    instead: "mend what the tool found; no rule has exceptions",
  },
  {
    pattern: /(?<![\w.:/-])\/(?:hom[e]|roo[t]|wor[k]|User[s])\/[\w.-]+/g,
    instead: "a path of one machine: use a path from the project's root, or tmpdir()",
  },
  {
    pattern: /registr[y]\.[a-z]+js\.org|registr[y]\.yarnpkg\.com/g,
    instead: "no registry's host in the project; npm knows its own",
  },
];

/** No marks of unfinished work, no switched-off rules, no paths of a machine. */
export function checkWords(file: TextFile): Finding[] {
  if (file.path === "LICENSE") return [];
  return BANNED_WORDS.flatMap(({ pattern, instead }) =>
    [...file.text.matchAll(pattern)].map((match) =>
      findingAt(file, match.index, `"${match[0]}" is banned: ${instead}`),
    ),
  );
}

/** Longest line of a TypeScript file; the formatter leaves long texts and comments as they are. */
const LINE_CHARS_MAX = 100;

/** No line of code, comment or text is longer than fits beside another file. */
export function checkLineLength(file: TextFile): Finding[] {
  if (!isTypeScript(file.path)) return [];
  return file.text.split("\n").flatMap((line, index) => {
    if (line.length <= LINE_CHARS_MAX) return [];
    const message = `${line.length} characters, at most ${LINE_CHARS_MAX}: break the line`;
    return [{ path: file.path, line: index + 1, message }];
  });
}

/** How many columns of a terminal a text takes, and how a text is cut to them. */

/**
 * Characters of two columns: emoji that are shown as such, and what Unicode calls wide or full
 * width. Source: https://www.unicode.org/reports/tr11/ (East Asian Width W and F).
 */
const WIDE_RANGES = [
  String.raw`\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf`,
  String.raw`\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60`,
  String.raw`\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}`,
  String.raw`\u{20000}-\u{3fffd}`,
];
const WIDE = new RegExp(`[${WIDE_RANGES.join("")}]`, "u");

/** A flag is two of these, each one column. */
const REGIONAL = /\p{Regional_Indicator}/u;

/** Marks that are drawn over the character before them. */
const OVER = /[\p{Mn}\p{Me}\u1160-\u11ff]/u;

/** What terminals disagree about the width of: variation selectors and skin tones. */
const DISPUTED = /[\p{Emoji_Modifier}\p{Variation_Selector}]/gu;

/** Marks on one character beyond the third: they would be drawn over other lines. */
const STACKED = /(\p{M}{3})\p{M}+/gu;

const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu;

/** A sequence that sets colours; the only kind that the CLI itself writes into a line. */
const PAINTING = /^\u001b\[[\d;]*m/;

/**
 * Text that cannot steer a terminal, of a width on which terminals agree: control characters,
 * directions and joiners are blanks; skin tones and variation selectors are left out.
 */
export function cleanText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replaceAll(CONTROLS, " ").replaceAll(DISPUTED, "").replaceAll(STACKED, "$1");
}

/** Columns that a text without control characters takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

function widthOfCharacter(character: string): number {
  if (character < "\u0300") return 1;
  if (OVER.test(character)) return 0;
  return WIDE.test(character) && !REGIONAL.test(character) ? 2 : 1;
}

/** Cuts a text to `width` columns, the last one an ellipsis. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Cuts a text and fills it with blanks, to exactly `width` columns. */
export function fitText(text: string, width: number): string {
  const cut = cutText(text, width);
  return cut + " ".repeat(Math.max(0, width - widthOf(cut)));
}

/** Cuts a line with colours in it to `width` columns; colours that were begun are ended. */
export function cutPainted(line: string, width: number): string {
  const plain = line.replaceAll(/\u001b\[[\d;]*m/g, "");
  if (widthOf(plain) <= width) return line;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (let rest = line; rest !== "";) {
    const [painting] = PAINTING.exec(rest) ?? [];
    const [character = ""] = rest;
    const part = painting ?? character;
    if (painting === undefined) used += widthOfCharacter(character);
    if (used > width - 1) break;
    kept += part;
    rest = rest.slice(part.length);
  }
  return `${kept}…${kept.includes("\u001b[") ? "\u001b[0m" : ""}`;
}

/** Breaks a text between words into lines of at most `width` columns; longer words are cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = cutText(word, width);
  }
  return [...lines, line];
}

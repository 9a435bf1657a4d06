/** A badge: a name and a word beside it, as an SVG that needs no font, script or style sheet. */

/** What a badge shows. */
export interface Badge {
  /** Left; longer than CHARS_MAX is cut with an ellipsis. */
  label: string;
  /** Right. */
  word: string;
  /** Colour behind the word, as #rrggbb. */
  colour: string;
}

const CHARS_MAX = 60;
/** Width of one character at 11 px, on average; textLength makes the text fit what was guessed. */
const CHAR_PX = 6.6;
const PAD_PX = 6;
const HEIGHT_PX = 20;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that XML 1.0 has no way to write: https://www.w3.org/TR/xml/#charsets */
const UNWRITABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;

const escapeXml = (text: string): string =>
  text.replaceAll(UNWRITABLE, "\uFFFD").replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? "");

function cut(text: string): string {
  const chars = [...text];
  return chars.length <= CHARS_MAX ? text : `${chars.slice(0, CHARS_MAX - 1).join("")}…`;
}

interface Part {
  x: number;
  text: string;
  fill: string;
}

const textPx = (text: string): number => Math.round([...text].length * CHAR_PX);
const partPx = (text: string): number => textPx(text) + 2 * PAD_PX;

function partSvg({ x, text, fill }: Part): string {
  const rect = `<rect x="${x}" width="${partPx(text)}" height="${HEIGHT_PX}" fill="${fill}"/>`;
  const place = `x="${x + PAD_PX}" y="14" textLength="${textPx(text)}"`;
  return `${rect}<text ${place} fill="#fff">${escapeXml(text)}</text>`;
}

/** The badge as SVG. */
export function badgeSvg({ label, word, colour }: Badge): string {
  const left = cut(label);
  const widthPx = partPx(left) + partPx(word);
  const title = escapeXml(`${left}: ${word}`);
  const font = 'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${HEIGHT_PX}"`,
    ` role="img" aria-label="${title}"><title>${title}</title><g ${font}>`,
    partSvg({ x: 0, text: left, fill: "#444" }),
    partSvg({ x: partPx(left), text: word, fill: colour }),
    "</g></svg>\n",
  ].join("");
}

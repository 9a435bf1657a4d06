/** HTML from templates in which every value is escaped unless it is markup already. */

/** Text that was made by a template of this file, so that nothing in it is foreign. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template; nothing is shown for null, undefined and false. */
export type Piece = string | number | Markup | null | undefined | false | readonly Piece[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that XML has no way to write, and those that turn the direction of text around. */
const UNWRITABLE =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]|\p{Cs}/gu;

/** The text for HTML and XML, inside of elements and of quoted attributes. */
export function escapeText(text: string): string {
  return text.replaceAll(UNWRITABLE, "\uFFFD").replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? "");
}

/** A template: its own text is markup, each value is escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  let markup = parts[0] ?? "";
  values.forEach((value, index) => {
    markup += textOf(value) + (parts[index + 1] ?? "");
  });
  return { markup };
}

/** Pieces one after the other. */
export function joined(pieces: readonly Piece[]): Markup {
  return { markup: pieces.map(textOf).join("") };
}

function textOf(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return "";
  if (typeof piece === "string") return escapeText(piece);
  if (typeof piece === "number") return String(piece);
  return isMarkup(piece) ? piece.markup : piece.map(textOf).join("");
}

function isMarkup(piece: Markup | readonly Piece[]): piece is Markup {
  return "markup" in piece;
}

/** HTML as values: what is put into a template is escaped, unless it is HTML itself. */

/** A piece of HTML. */
export interface Html {
  /** Safe to be put into a page as it is. */
  readonly html: string;
}

/** What may stand in a template; null leaves nothing. */
export type HtmlPart = Html | string | number | null | readonly HtmlPart[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? "");

function textOf(part: HtmlPart): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(textOf).join("");
}

/** A template: html`<p>${text}</p>`. */
export function html(pieces: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const text = pieces.map((piece, at) => `${piece}${textOf(parts[at] ?? null)}`).join("");
  return { html: text };
}

/** A sentence in which what stands in backticks is code. */
export function inline(text: string): Html {
  const pieces = text.split("`");
  return html`${pieces.map((piece, at) => (at % 2 === 0 ? piece : html`<code>${piece}</code>`))}`;
}

/**
 * Markdown of operators as HTML that can do no harm. The text is only taken apart by marked; what
 * is written is written here, from a short list of elements, with every text escaped. HTML in it is
 * left out, pictures become their text, and links lead to http, https and mailto only.
 */
import { marked } from "marked";
import type { Token, Tokens } from "marked";
import { LIMITS } from "../../../shared/limits.ts";
import { html, joined } from "./html.ts";
import type { Markup } from "./html.ts";

/** Elements within each other; what lies deeper is left out. */
const DEPTH_MAX = 12;

/** The markup of a text. */
export function renderMarkdown(text: string): Markup {
  const cut = text.slice(0, LIMITS.statusTextCharsMax);
  try {
    return blocks(marked.lexer(cut, { gfm: true, async: false }), 0);
  } catch {
    // What is nested without end is no Markdown to anybody; it is shown as it was written.
    return html`<p>${cut}</p>`;
  }
}

/** The text of Markdown without its marks, for feeds and descriptions. */
export function plainText(text: string): string {
  const { markup } = renderMarkdown(text);
  const bare = markup
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return bare.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => UNESCAPED[name] ?? "");
}

const UNESCAPED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
};

function blocks(tokens: readonly Token[], depth: number): Markup {
  if (depth > DEPTH_MAX) return html``;
  return joined(tokens.map((token) => block(token, depth + 1)));
}

function block(token: Token, depth: number): Markup {
  switch (token.type) {
    case "paragraph":
      return html`<p>${inlines(token.tokens ?? [], depth)}</p>`;
    case "heading":
      // The page's own headings are above these.
      return html`<h4>${inlines(token.tokens ?? [], depth)}</h4>`;
    case "blockquote":
      return html`<blockquote>${blocks(token.tokens ?? [], depth)}</blockquote>`;
    case "code":
      return html`<pre><code>${stringOf(token, "text")}</code></pre>`;
    case "hr":
      return html`<hr />`;
    case "list":
      return list(token, depth);
    case "text":
      return token.tokens
        ? inlines(token.tokens, depth)
        : html`${unescaped(stringOf(token, "text"))}`;
    case "table":
      return html`<pre>${stringOf(token, "raw")}</pre>`;
    default:
      // space, html, def and whatever a later version of marked adds.
      return html``;
  }
}

function list(token: Token, depth: number): Markup {
  if (!isList(token)) return html``;
  const items = token.items.map((item) => html`<li>${blocks(item.tokens, depth)}</li>`);
  return token.ordered
    ? html`<ol>
        ${items}
      </ol>`
    : html`<ul>
        ${items}
      </ul>`;
}

function isList(token: Token): token is Tokens.List {
  return token.type === "list" && "items" in token && Array.isArray(token.items);
}

function inlines(tokens: readonly Token[], depth: number): Markup {
  if (depth > DEPTH_MAX) return html``;
  return joined(tokens.map((token) => inline(token, depth + 1)));
}

function inline(token: Token, depth: number): Markup {
  const within = (): Markup => inlines(("tokens" in token && token.tokens) || [], depth);
  switch (token.type) {
    case "strong":
      return html`<strong>${within()}</strong>`;
    case "em":
      return html`<em>${within()}</em>`;
    case "del":
      return html`<s>${within()}</s>`;
    case "codespan":
      return html`<code>${stringOf(token, "text")}</code>`;
    case "br":
      return html`<br />`;
    case "link": {
      const address = safeAddress(stringOf(token, "href"));
      if (address === null) return within();
      return html`<a href="${address}" rel="noopener noreferrer nofollow">${within()}</a>`;
    }
    case "image":
      return html`${stringOf(token, "text")}`;
    case "escape":
    case "text":
      return "tokens" in token && token.tokens
        ? within()
        : html`${unescaped(stringOf(token, "text"))}`;
    default:
      return html``;
  }
}

function stringOf(token: Token, name: string): string {
  const found: unknown = Object.entries(token).find(([key]) => key === name)?.[1];
  return typeof found === "string" ? found : "";
}

/** Entities such as `&amp;` stand in the text as they were written; here they become characters. */
function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => UNESCAPED[name] ?? "");
}

/** An address that a link may lead to; null for all else, such as `javascript:` and `data:`. */
function safeAddress(href: string): string | null {
  if (!URL.canParse(href)) return null;
  const url = new URL(href);
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return null;
  // A sign-in within an address makes it look like one of another host.
  return url.username === "" && url.password === "" ? url.href : null;
}

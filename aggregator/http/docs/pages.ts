/** The pages of the docs, made from the API's document: no script, and nothing from elsewhere. */
import { createHash } from "node:crypto";
import { operationsOf } from "../openapi/shape.ts";
import type { ApiDocument, PlacedOperation } from "../openapi/shape.ts";
import { fieldList, typeText } from "./fields.ts";
import { html, inline } from "./html.ts";
import type { Html } from "./html.ts";
import { NOTES } from "./notes.ts";
import { methodMark, operationSection } from "./operation.ts";
import { STYLE } from "./style.ts";

/** The pages of the docs. */
export interface DocsPages {
  /** The page that all others are linked from. */
  overview(): string;
  /** The operations of a tag, or all schemas; null when there is no such page. */
  page(name: string): string | null;
}

/** Depth at which schemas with a name are links: each stands on the same page. */
const LINKS_ONLY = 2;

/** Name of the page of all schemas; no tag is called so. */
const SCHEMAS = "schemas";

/** Creates the pages of a document; each is made once, when it is first asked for. */
export function createDocsPages(document: ApiDocument): DocsPages {
  const made = new Map<string, string>();
  const once = (name: string, make: () => string): string => {
    const page = made.get(name) ?? make();
    made.set(name, page);
    return page;
  };
  const operations = operationsOf(document);
  const of = (tag: string) => operations.filter(({ operation }) => operation.tags.includes(tag));
  return {
    overview: () => once("", () => frame(document, "", overviewOf(document, of))),
    page: (name) => {
      if (name === SCHEMAS) return once(name, () => frame(document, name, schemasOf(document)));
      const tag = document.tags.find((one) => slugOf(one.name) === name);
      if (tag === undefined) return null;
      return once(name, () => frame(document, name, tagPage(tag, of(tag.name), document)));
    },
  };
}

type OperationsOf = (tag: string) => PlacedOperation[];

function overviewOf({ info, tags }: ApiDocument, of: OperationsOf): Html {
  const notes = NOTES.map(
    ({ title, words, code }) =>
      html`<section>
        <h2>${title}</h2>
        <p>${inline(words)}</p>
        ${code === undefined ? null : html`<pre tabindex="0"><code>${code}</code></pre>`}
      </section>`,
  );
  const groups = tags.map(
    ({ name, description }) =>
      html`<section class="group">
        <h2><a class="anchor" href="/docs/${slugOf(name)}">${titled(name)}</a></h2>
        <p>${inline(description)}</p>
        <ul class="index">
          ${of(name).map((placed) => indexRow(name, placed))}
        </ul>
      </section>`,
  );
  return html`<h1>The API of Quorate</h1>
    <p class="lead">
      ${FIRST} Version ${info.version}; as a document:
      <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).
    </p>
    <div class="notes">${notes}</div>
    ${groups}`;
}

const FIRST =
  "Everything that the dashboard and the command line do goes through it: REST with JSON under " +
  "/api/v1, and a stream of events.";

function indexRow(tag: string, { method, path, operation }: PlacedOperation): Html {
  return html`<li>
    <a href="/docs/${slugOf(tag)}#${operation.operationId ?? ""}"
      >${methodMark(method)} <code>${path}</code><span class="what">${operation.summary}</span></a
    >
  </li>`;
}

function tagPage(
  { name, description }: ApiDocument["tags"][number],
  operations: readonly PlacedOperation[],
  document: ApiDocument,
): Html {
  const rows = operations.map((placed) => indexRow(name, placed));
  return html`<h1>${titled(name)}</h1>
    <p class="lead">${inline(description)}</p>
    <ul class="index contents">
      ${rows}
    </ul>
    ${operations.map((placed) => operationSection(placed, document))}`;
}

function schemasOf({ components: { schemas } }: ApiDocument): Html {
  const sections = Object.keys(schemas)
    .toSorted()
    .map((name) => {
      const schema = schemas[name] ?? {};
      const fields = fieldList(schema, schemas, LINKS_ONLY);
      return html`<section class="schema" id="${name}">
        <h2><a class="anchor" href="#${name}">${name}</a></h2>
        <p class="soft">${inline(schema.description ?? "")}</p>
        ${fields ?? html`<p>${typeText(schema)}</p>`}
      </section>`;
    });
  return html`<h1>Schemas</h1>
    <p class="lead">What requests and answers are made of, by name.</p>
    ${sections}`;
}

function frame({ tags }: ApiDocument, current: string, content: Html): string {
  const link = (name: string, title: string): Html => {
    const here = name === current ? html` aria-current="page"` : null;
    return html`<li><a href="/docs${name === "" ? "" : `/${name}`}" ${here}>${title}</a></li>`;
  };
  const title = current === "" ? "Quorate API" : `${titled(current)} · Quorate API`;
  const links = tags.map(({ name }) => link(slugOf(name), titled(name)));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="${ICON}" />
        ${SHEET}
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <div class="frame">
          <nav aria-label="Parts of the API">
            <a class="home" href="/docs">Quorate <span>API</span></a>
            <ul>
              ${link("", "Overview")}${links}
            </ul>
            <ul>
              ${link(SCHEMAS, "Schemas")}
              <li><a href="/openapi.json">OpenAPI</a></li>
              <li><a href="/">Dashboard</a></li>
            </ul>
          </nav>
          <main id="content">${content}</main>
        </div>
      </body>
    </html> `;
  return page.html;
}

/** A tag as it stands in an address. */
const slugOf = (tag: string): string => tag.replaceAll(" ", "-");

const titled = (name: string): string => {
  const words = name.replaceAll("-", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

/**
 * The style sheet as the policy has its hash: not one space more.
 * Guarantee: it is a constant of this program, and holds no `</style>`.
 */
const SHEET: Html = { html: `<style>${STYLE}</style>` };

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#1f7a4d">' +
  '<circle cx="8" cy="3.5" r="2.5"/><circle cx="3.5" cy="11.5" r="2.5"/>' +
  '<circle cx="12.5" cy="11.5" r="2.5"/></g></svg>';

const ICON = `data:image/svg+xml,${encodeURIComponent(DRAWING)}`;

/** What the pages may load: their own style sheet, and the picture in their head. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

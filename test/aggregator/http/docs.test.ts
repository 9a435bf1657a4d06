/** /docs: every operation for people, without scripts and without anything from elsewhere. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { createDocsPages } from "../../../aggregator/http/docs/pages.ts";
import { apiDocumentSchema, operationsOf } from "../../../aggregator/http/openapi/shape.ts";
import type { ApiDocument } from "../../../aggregator/http/openapi/shape.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const OPEN = { token: null };

/** The document, and every page by its path. */
async function readDocs(room: HttpRoom) {
  const { body } = await room.expect(200, "GET /openapi.json", OPEN);
  const document = apiDocumentSchema.parse(body);
  const pages = new Map<string, string>();
  for (const name of ["", "/schemas", ...document.tags.map((tag) => `/${slugOf(tag.name)}`)]) {
    const answer = await room.expect(200, `GET /docs${name}`, OPEN);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
    pages.set(`/docs${name}`, String(answer.body));
  }
  return { document, pages };
}

const slugOf = (tag: string): string => tag.replaceAll(" ", "-");

const hrefsOf = (page: string): string[] =>
  [...page.matchAll(/<(?:a|link)\b[^>]*? href="([^"]*)"/g)].map((match) => match[1] ?? "");

test("every operation has its section with a line of curl, and is linked from the first page", () =>
  withHttpRoom(async (room) => {
    const { document, pages } = await readDocs(room);
    const first = hrefsOf(pages.get("/docs") ?? "");
    for (const { path, operation } of operationsOf(document)) {
      const id = operation.operationId ?? "";
      const place = `/docs/${slugOf(operation.tags[0] ?? "")}`;
      const page = pages.get(place) ?? "";
      assert.ok(first.includes(`${place}#${id}`), id);
      const section = page.split(`id="${id}"`)[1]?.split("</section>")[0] ?? "";
      assert.ok(section.includes(`<code>${path}</code>`), id);
      assert.match(section, /curl -s/, id);
      assert.match(section, /\$QUORATE_URL\//, id);
    }
  }));

test("every link leads to a page that is there, and to an anchor that it has", () =>
  withHttpRoom(async (room) => {
    const { pages } = await readDocs(room);
    for (const [place, page] of pages) {
      for (const href of hrefsOf(page)) {
        if (href.startsWith("data:") || ["/", "/openapi.json"].includes(href)) continue;
        const [path = "", anchor] = href.startsWith("#") ? [place, href.slice(1)] : href.split("#");
        const target = pages.get(path);
        assert.ok(target !== undefined, `${place} links to ${href}`);
        const isThere = anchor === undefined || target.includes(` id="${anchor}"`);
        assert.ok(isThere, `${place} links to ${href}`);
      }
    }
  }));

test("a page runs no script and loads nothing: its policy allows its own style sheet only", () =>
  withHttpRoom(async (room) => {
    const { pages } = await readDocs(room);
    const { headers } = await room.expect(200, "GET /docs", OPEN);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^ ]+'; img-src data:;/);
    assert.ok(!policy.includes("unsafe"));
    for (const page of pages.values()) {
      const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";
      assert.ok(policy.includes(createHash("sha256").update(style).digest("base64")));
      assert.ok(!/<script|<img|<iframe| style=| on\w+=|@import|url\(/.test(page));
      assert.ok(!/(?:href|src)="(?:https?:)?\/\//.test(page));
    }
  }));

test("a page that the docs do not have is 404, and says where those are that they have", () =>
  withHttpRoom(async (room) => {
    const problem = await room.refused(404, "GET /docs/nothing", OPEN);
    assert.match(problem.detail, /See \/docs/);
  }));

test("what a document says stays text, whatever it says", () => {
  const evil = '<script>alert("1")</script>`<b>`';
  const operation = {
    operationId: "evil.get",
    tags: ["evil"],
    summary: evil,
    description: evil,
    security: [],
    parameters: [{ name: evil, in: "query", schema: { type: "string", description: evil } }],
    responses: { 200: { description: evil } },
  };
  const document: ApiDocument = apiDocumentSchema.parse({
    openapi: "3.1.0",
    info: { title: evil, version: evil, description: evil },
    tags: [{ name: "evil", description: evil }],
    paths: { "/evil": { get: operation } },
    components: { schemas: { Evil: { type: "object", description: evil } } },
  });
  const docs = createDocsPages(document);
  for (const page of [docs.overview(), docs.page("evil"), docs.page("schemas")]) {
    assert.ok(page !== null && !/<script|<b>/.test(page));
    assert.match(page, /&lt;b&gt;/);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, property } from "fast-check";
import { escapeText, html } from "../../../../aggregator/web/status/html.ts";
import { plainText, renderMarkdown } from "../../../../aggregator/web/status/markdown.ts";

/** Blanks between elements say nothing. */
const shown = (text: string): string => renderMarkdown(text).markup.replaceAll(/>\s+</g, "><");

test("what operators write is shown as they mean it", () => {
  const text = "# Move\n\nWe **move** on *Monday*, `01:00`.\n\n1. one\n2. two\n\n> quoted ~~not~~";
  assert.equal(
    shown(text),
    "<h4>Move</h4><p>We <strong>move</strong> on <em>Monday</em>, <code>01:00</code>.</p>" +
      "<ol><li>one</li><li>two</li></ol><blockquote><p>quoted <s>not</s></p></blockquote>",
  );
});

test("links lead to http, https and mailto, and to nothing else", () => {
  const link = (address: string): string => shown(`[x](${address})`);
  assert.match(link("https://a.example/b?c=d&e=f"), /href="https:\/\/a\.example\/b\?c=d&amp;e=f"/);
  assert.match(link("http://a.example/"), /<a href=/);
  assert.match(link("mailto:a@b.example"), /<a href=/);
  const bad = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//a.example",

    "/status/x",
    "#x",
    "file:///etc/passwd",
    "blob:x",
    "&#106;avascript:alert(1)",
    "java\tscript:x",
    "https://bank.example@evil.example/",
    "<javascript:alert(1)>",
    "jav&#x0A;ascript:alert(1)",
  ];
  for (const address of bad) assert.doesNotMatch(link(address), /<a|href/, address);
  assert.doesNotMatch(shown("[x]: javascript:alert(1)\n\n[x]"), /<a|href/);
  assert.doesNotMatch(shown("<javascript:alert(1)>"), /<a|href/);
});

test("HTML in Markdown is left out, whole or within a line", () => {
  assert.equal(shown("<script>alert(1)</script>"), "");
  assert.equal(shown("a <b onclick=alert(1)>bold</b> c"), "<p>a bold c</p>");
  assert.equal(shown("<!-- x -->"), "");
  assert.doesNotMatch(shown("<img src=x onerror=alert(1)>"), /</);
  assert.equal(shown('![a "pic](https://a.example/x.png)'), "<p>a &quot;pic</p>");
  assert.equal(
    shown("```html\n<script>x</script>\n```"),
    "<pre><code>&lt;script&gt;x&lt;/script&gt;</code></pre>",
  );
  assert.equal(shown("`<b>`"), "<p><code>&lt;b&gt;</code></p>");
});

test("text that is nested without end is cut, and takes no time", () => {
  for (const text of [
    ">".repeat(10_000),
    "- ".repeat(5_000),
    "[".repeat(10_000),
    "*".repeat(9_999),
  ]) {
    assert.ok(shown(text).length < 200_000);
  }
});

const TAGS = /^(?:p|h4|blockquote|pre|code|hr|ul|ol|li|strong|em|s|br|a)$/;

test("whatever is written, only known elements come out, and attributes only of links", () => {
  const words = constantFrom(
    "<script>",
    "</p>",
    "<img src=x onerror=y>",
    "](",
    "[",
    "javascript:",
    "`",
    "**",
    "\n\n",

    "- ",
    "> ",
    "# ",
    "&lt;",
    "&#60;",
    '"',
    "'",
    "<",
    ">",
    "a",
    "https://x.example/",
    "\\",
    "|",
    "```",
  );
  check(
    property(array(words, { maxLength: 40 }), (parts) => {
      const markup = shown(parts.join(""));
      for (const [, close, tag = "", rest = ""] of markup.matchAll(/<(\/?)([a-z0-9]*)([^>]*)>/gi)) {
        assert.match(tag, TAGS, markup);
        if (tag === "a" && close === "") {
          assert.match(
            rest,
            /^ href="(?:https?|mailto):[^"<>]*" rel="noopener noreferrer nofollow"$/,
          );
        } else assert.equal(rest, /^[bh]r$/.test(tag) ? " /" : "", markup);
      }
      assert.equal(
        markup.replaceAll(/<\/?[a-z0-9]+(?: [a-z]+="[^"<>]*")*(?: \/)?>/gi, "").includes("<"),
        false,
      );
    }),
    { numRuns: 500 },
  );
});

test("templates escape every value that is no markup, and what turns text around", () => {
  const evil = `<script>"'&`;
  assert.equal(
    html`<p title="${evil}">${[evil, html`<b>${1}</b>`, null, false]}</p>`.markup,
    '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;<b>1</b></p>',
  );
  assert.equal(escapeText("a\u202Eb\u0000c\uD800d\u{1F600}"), "a\uFFFDb\uFFFDc\uFFFDd\u{1F600}");
});

test("the plain text of Markdown has no marks", () => {
  assert.equal(plainText("**a** & [b](https://c.example)\n\n- d < e"), "a & b d < e");
});

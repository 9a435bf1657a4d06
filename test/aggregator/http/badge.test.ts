/** The badge's picture. */
import assert from "node:assert/strict";
import test from "node:test";
import { badgeSvg } from "../../../aggregator/http/badge.ts";

const grey = { word: "unknown", colour: "#6b6b6b" };

test("whatever a name holds, it stays text", () => {
  const svg = badgeSvg({ label: `<script>"x" & 'y'\u0000</script>`, ...grey });
  assert.ok(svg.includes("&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;\uFFFD&lt;/script&gt;"));
  assert.ok(!svg.includes("<script"));
});

test("a long name is cut, between characters", () => {
  const svg = badgeSvg({ label: "😀".repeat(100), ...grey });
  assert.match(svg, new RegExp(`>${"😀".repeat(59)}…</text>`, "u"));
});

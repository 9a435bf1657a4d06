import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanText, cutPainted, cutText, fitText } from "../../../aggregator/cli/width.ts";
import { widthOf, wrapText } from "../../../aggregator/cli/width.ts";

test("wide characters take two columns, marks over them none", () => {
  const widths = ["abc", "東京", "한글", "ｆｕ", "🚀", "é", "e\u0301", "●✖◐○", "🇩🇪", "…"].map(
    widthOf,
  );
  assert.deepEqual(widths, [3, 4, 4, 4, 2, 1, 1, 4, 2, 1]);
});

test("a text is cut between characters, with an ellipsis, and never wider than asked", () => {
  assert.equal(cutText("東京都", 6), "東京都");
  assert.equal(cutText("東京都", 5), "東京…");
  assert.equal(cutText("東京都", 4), "東…");
  assert.equal(fitText("東京都", 4), "東… ");
  assert.equal(cutText("abc", 0), "");
});

test("what terminals disagree about is left out, and what could steer them is a blank", () => {
  assert.equal(cleanText("\u001b]0;pwned\u0007 a\u202eb\r\n"), " ]0;pwned  a b ");
  assert.equal(cleanText("👍🏽 ❤\ufe0f"), "👍 ❤");
  assert.equal(cleanText("👩\u200d💻"), "👩 💻");
  assert.equal(cleanText(`z${"\u0301".repeat(50)}`), `z${"\u0301".repeat(3)}`);
});

test("a painted line is cut by what is seen of it, and its colours end", () => {
  const red = "\u001b[31m東京都\u001b[39m!";
  assert.equal(cutPainted(red, 7), red);
  assert.equal(cutPainted(red, 5), "\u001b[31m東京…\u001b[0m");
  assert.equal(cutPainted("plain words", 6), "plain…");
});

test("a sentence is broken between its words", () => {
  assert.deepEqual(wrapText("down since noon, says nobody", 12), [
    "down since",
    "noon, says",
    "nobody",
  ]);
  assert.deepEqual(wrapText("internationalization is", 8), ["interna…", "is"]);
});

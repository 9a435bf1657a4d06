/** Every language has every word. */
import assert from "node:assert/strict";
import test from "node:test";
import { DE } from "../../../aggregator/web/app/words/de.ts";
import { EN } from "../../../aggregator/web/app/words/en.ts";
import { ZH } from "../../../aggregator/web/app/words/zh.ts";

/** Paths of all words, with what each of them is. */
function pathsOf(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([name, word]: [string, unknown]) => {
    const here = `${path}.${name}`;
    if (typeof word === "object" && word !== null) return pathsOf(word, here);
    return typeof word === "function" ? `${here}(${word.length})` : here;
  });
}

/** Words that are the same in each language: names and codes. */
const SAME = [".nav.apiDocs", ".signIn.placeholder"];

test("German and Chinese have the words that English has, and say them in their own way", () => {
  for (const other of [DE, ZH]) assert.deepEqual(pathsOf(other).sort(), pathsOf(EN).sort());
  const english = new Map(Object.entries(flat(EN)));
  const untranslated = Object.entries(flat(ZH)).filter(
    ([path, word]) => english.get(path) === word && !SAME.includes(path) && /[a-z]{4}/.test(word),
  );
  assert.deepEqual(untranslated, []);
});

function flat(words: object, path = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([name, word]: [string, unknown]): [string, string][] => {
      const here = `${path}.${name}`;
      if (typeof word === "object" && word !== null) return Object.entries(flat(word, here));
      return typeof word === "string" ? [[here, word]] : [];
    }),
  );
}

/** The words in the language of whoever looks. */
import { effect, signal } from "@preact/signals";
import { remembered } from "../settings.ts";
import { EN } from "./en.ts";
import type { Words } from "./en.ts";

/** Languages that there are, by their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch", zh: "中文" } as const;

/** A language that there is. */
export type Language = keyof typeof LANGUAGES;

const CODES = ["en", "de", "zh"] as const;

/** The language of the browser, as far as there are words for it. */
function languageOfBrowser(): Language {
  for (const wanted of navigator.languages) {
    const found = CODES.find((code) => wanted.toLowerCase().startsWith(code));
    if (found !== undefined) return found;
  }
  return "en";
}

/** The chosen language. */
export const language = remembered("language", CODES, languageOfBrowser());

/** The words; English until those of another language have come. */
export const words = signal<Words>(EN);

async function wordsOf(code: Language): Promise<Words> {
  if (code === "de") return (await import("./de.ts")).DE;
  return code === "zh" ? (await import("./zh.ts")).ZH : EN;
}

/** Loads the words of the chosen language, now and whenever it changes. */
export function startWords(): void {
  effect(() => {
    const code = language.value;
    void wordsOf(code).then((loaded) => {
      if (language.peek() !== code) return;
      words.value = loaded;
      document.documentElement.lang = code;
    });
  });
}

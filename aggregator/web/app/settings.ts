/** What this browser remembers of its person: theme, language, and how lists are shown. */
import { effect, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";

const PREFIX = "quorate.";

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // Storage may be switched off; then nothing is remembered.
    return null;
  }
}

/** A text that outlives the page; one that is none of `choices` is forgotten. */
export function remembered<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  initial: Choice,
): Signal<Choice> {
  const stored = read(name);
  const kept = signal(choices.find((choice) => choice === stored) ?? initial);
  effect(() => {
    try {
      localStorage.setItem(PREFIX + name, kept.value);
    } catch {
      // Storage may be full or switched off; the choice holds until the page is closed.
      return;
    }
  });
  return kept;
}

/** Which colours are shown. */
export const theme = remembered("theme", ["auto", "light", "dark"], "auto");

/** Keeps the page in the colours that were chosen. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
  });
}

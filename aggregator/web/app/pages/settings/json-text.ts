/** JSON as a person writes it. */
import { words } from "../../words/words.ts";

/** A value as indented JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Reads JSON; throws a sentence that says what is wrong. */
export function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${words.value.form.badJson}: ${why}`, { cause: error });
  }
}

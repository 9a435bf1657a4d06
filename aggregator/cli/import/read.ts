/** Foreign files as plain values: bounded, whatever they hold. */
import { readFileSync, statSync } from "node:fs";
import { parseDocument } from "yaml";
import { messageOf, QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";

/** Aliases that one YAML file may use; each counts once for every alias within it. */
const ALIASES_MAX = 10_000;

/** The text of a file that a caller named; a larger one is refused with a sentence. */
export function readImportFile(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LIMITS.configFileBytesMax) {
      throw new Error(`it has ${size} bytes, and at most ${LIMITS.configFileBytesMax} are read`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new QuorateError("invalid", `Cannot read the file ${path}: ${messageOf(error)}.`);
  }
}

/** The value of a JSON text. */
export function parseJsonFile(path: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return bounded(path, value);
  } catch (error) {
    throw refused(path, "JSON", error);
  }
}

/** The value of a YAML text, aliases and merge keys resolved. */
export function parseYamlFile(path: string, text: string): unknown {
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: true, logLevel: "error" });
    const [first] = document.errors;
    if (first !== undefined) throw first;
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return bounded(path, value);
  } catch (error) {
    throw refused(path, "YAML", error);
  }
}

function refused(path: string, form: string, error: unknown): QuorateError {
  if (error instanceof QuorateError) return error;
  const [line = ""] = messageOf(error).split("\n");
  const why = error instanceof RangeError ? "it is nested too deep" : line.replace(/[.:]$/, "");
  return new QuorateError("invalid", `The file ${path} is no ${form} that can be read: ${why}.`);
}

/** Copies nothing; only counts, so that what aliases unfold to is bounded as well. */
function bounded(path: string, value: unknown): unknown {
  let left: number = LIMITS.importValuesMax;
  const walk = (at: unknown, depth: number): void => {
    left -= 1;
    if (left < 0) {
      const most = LIMITS.importValuesMax;
      const sentence = `The file ${path} unfolds to more than ${most} values; split it.`;
      throw new QuorateError("invalid", sentence);
    }
    if (typeof at !== "object" || at === null) return;
    if (depth >= LIMITS.jsonDepthMax) {
      const sentence = `The file ${path} is nested deeper than ${LIMITS.jsonDepthMax} levels.`;
      throw new QuorateError("invalid", sentence);
    }
    for (const one of Object.values(at)) walk(one, depth + 1);
  };
  walk(value, 0);
  return value;
}

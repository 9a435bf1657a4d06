/** The kinds that a probe has loaded: those it was asked for, and no other. */
import { messageOf, QuorateError } from "../../shared/errors.ts";
import type { CheckKind, CheckSite, PreparedCheck } from "./check.ts";
import { prepareKind } from "./prepare.ts";
import { KIND_FILES } from "./table.ts";
import type { LoadKind } from "./table.ts";

/** Kinds that are loaded when they are first needed. */
export interface KindShelf {
  /** Names of the kinds there are, loaded or not. */
  names: readonly string[];
  /** Loads those that are not loaded yet; null: none was left. Never rejects. */
  load(names: Iterable<string>): Promise<void> | null;
  /**
   * Validates options and makes a check of them. Throws QuorateError "invalid" as `prepareCheck`
   * of index.ts does, and "internal" for a kind whose file was not loaded or cannot be.
   */
  prepareCheck(name: string, options: unknown): PreparedCheck;
}

/** Creates a shelf with nothing on it. `files` default: every kind there is. */
export function createShelf(
  site: CheckSite,
  files: ReadonlyMap<string, LoadKind> = KIND_FILES,
): KindShelf {
  const kinds = new Map<string, CheckKind>();
  /** Why a file could not be loaded; Node would only give the same answer again. */
  const failures = new Map<string, string>();

  async function loadOne(name: string, load: LoadKind): Promise<void> {
    try {
      kinds.set(name, await load());
    } catch (error) {
      failures.set(name, messageOf(error));
    }
  }

  return {
    names: [...files.keys()],
    load(names) {
      const loading: Promise<void>[] = [];
      for (const name of new Set(names)) {
        const file = files.get(name);
        if (file === undefined || kinds.has(name) || failures.has(name)) continue;
        loading.push(loadOne(name, file));
      }
      return loading.length === 0 ? null : Promise.all(loading).then(() => undefined);
    },
    prepareCheck(name, options) {
      const kind = kinds.get(name);
      if (kind !== undefined) return prepareKind(kind, options, site);
      const why = failures.get(name) ?? "it was not asked for";
      throw new QuorateError(
        "internal",
        `The program of ${name} checks could not be loaded: ${why}. Install this probe anew and ` +
          "start it again.",
      );
    },
  };
}

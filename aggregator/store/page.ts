/** Cursors and pages: a cursor is the last key of a page, opaque to callers. */
import { QuorateError } from "../../shared/errors.ts";
import type { Page, PageQuery } from "../ports.ts";
import { fromJson } from "./json.ts";

/** A key of a list: texts and numbers, in the order of the list. */
export type Key = readonly (string | number)[];

/** The cursor that stands for `key`. */
export function cursorOf(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The key a cursor stands for, or `start` when there is none. A key has the same types as
 * `start`, entry by entry; anything else is refused as invalid.
 */
export function keyOf<K extends Key>(query: PageQuery, start: K): K {
  if (query.cursor === undefined) return start;
  try {
    const key = fromJson<K>(Buffer.from(query.cursor, "base64url").toString());
    const same =
      Array.isArray(key) &&
      key.length === start.length &&
      start.every((value, index) => typeof value === typeof key[index]);
    if (same) return key;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new QuorateError("invalid", "The cursor is not one that this list gave.", [
    { path: "cursor", message: "Expected a cursor from `next` of the same list." },
  ]);
}

/** A page from rows that were read with a limit of `query.limit + 1`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  query: PageQuery,
  shape: { key: (row: Row) => Key; item: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return { rows: shown.map(shape.item), next: more ? cursorOf(shape.key(last)) : null };
}

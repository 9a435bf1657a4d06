/** Pages: of lists in memory, and of lists that are narrowed while they are read. */
import { LIMITS } from "../../shared/limits.ts";
import type { Page, PageQuery } from "../ports.ts";
import { invalidAt } from "../registry/input.ts";

/** A page of rows in memory, in the order of their keys; the cursor is the last key shown. */
export function pageInMemory<Row>(
  rows: readonly Row[],
  query: PageQuery,
  keyOf: (row: Row) => string,
): Page<Row> {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rest = after === null ? sorted : sorted.filter((row) => keyOf(row) > after);
  const shown = rest.slice(0, query.limit);
  const last = shown.at(-1);
  if (last === undefined || rest.length === shown.length) return { rows: shown, next: null };
  return { rows: shown, next: Buffer.from(keyOf(last)).toString("base64url") };
}

function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, "base64url").toString();
  if (key !== "" && Buffer.from(key).toString("base64url") === cursor) return key;
  throw invalidAt("cursor", "expected a cursor from `next` of the same list");
}

/** How a list is read. */
export type ReadPage<Row> = (query: PageQuery) => Promise<Page<Row>>;

/**
 * A page of the rows that `keep` lets through. Looks at LIMITS.scanRowsMax rows at most, so that
 * one request cannot hold the process; the page may then be short, and `next` goes on.
 */
export async function filteredPage<Row>(
  read: ReadPage<Row>,
  query: PageQuery,
  keep: (row: Row) => boolean | Promise<boolean>,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  let { cursor } = query;
  for (let looked = 0; ;) {
    const page = await read({ cursor, limit: LIMITS.pageRowsMax });
    for (const [index, row] of page.rows.entries()) {
      const kept = keep(row);
      // To wait for each of 50,000 rows would cost more than to look at them.
      if (!(typeof kept === "boolean" ? kept : await kept)) continue;
      rows.push(row);
      if (rows.length < query.limit) continue;
      // Only the store knows its cursors: read the part of this page again that was used.
      return { rows, next: (await read({ cursor, limit: index + 1 })).next };
    }
    looked += page.rows.length;
    if (page.next === null || looked >= LIMITS.scanRowsMax) return { rows, next: page.next };
    cursor = page.next;
  }
}

/** The page as the API shows it. */
export function apiPage<Row, View>(page: Page<Row>, view: (row: Row) => View) {
  return { items: page.rows.map(view), next: page.next };
}

/**
 * Lists in the order that the caller asks for. A page goes on behind the last key it showed, and
 * not behind a number of rows: rows that come or go meanwhile move no other row in or out of the
 * pages that follow. A row whose own key changes between two pages may be shown twice or not.
 */
import { z } from "@hono/zod-openapi";
import type { Page, PageQuery } from "../ports.ts";
import { invalidAt } from "../registry/input.ts";

/** What a list is sorted by; null comes last in either direction. */
export type SortKey = string | number | null;

/** Names of what a list can be sorted by, and what each is of a row. */
export type SortFields<Row> = Readonly<Record<string, (row: Row) => SortKey>>;

/** How a list is sorted. */
export interface SortShape<Row> {
  fields: SortFields<Row>;
  /** Order when the caller does not say, such as `name` or `-createdAt`. */
  usual: string;
  /** Tells rows of the same key apart; no two rows have the same. */
  tieOf: (row: Row) => string;
}

/** `sort` in the query of a list. */
export function sortQuery<Row>({ fields, usual }: Pick<SortShape<Row>, "fields" | "usual">) {
  const names = Object.keys(fields).flatMap((name) => [name, `-${name}`]);
  const listed = Object.keys(fields).join(", ");
  return z
    .enum(names)
    .optional()
    .openapi({
      description: `Order: ${listed}; with \`-\` before it descending. Default \`${usual}\`.`,
    });
}

/** A page in the order asked for; `rows` are all there are. */
export function sortedPage<Row>(
  rows: Iterable<Row>,
  query: PageQuery & { sort?: string | undefined },
  shape: SortShape<Row>,
): Page<Row> {
  const sort = query.sort ?? shape.usual;
  const after = query.cursor === undefined ? null : readCursor(query.cursor, sort);
  const keyOf = shape.fields[sort.replace(/^-/, "")];
  if (keyOf === undefined) throw invalidAt("sort", "expected a field of this list", sort);
  const compare = comparison(sort.startsWith("-"));
  const newest = createFirst<Row>(query.limit + 1, compare);
  for (const row of rows) {
    const placed = { key: keyOf(row), tie: shape.tieOf(row), row };
    if (after === null || compare(placed, after) > 0) newest.offer(placed);
  }
  const found = newest.sorted();
  const shown = found.slice(0, query.limit);
  const last = shown.at(-1);
  const isMore = found.length > shown.length && last !== undefined;
  const next = isMore ? writeCursor(sort, last) : null;
  return { rows: shown.map(({ row }) => row), next };
}

interface Place {
  key: SortKey;
  tie: string;
}

interface Placed<Row> extends Place {
  row: Row;
}

type Comparison = (left: Place, right: Place) => number;

function comparison(isDescending: boolean): Comparison {
  const sign = isDescending ? -1 : 1;
  return (left, right) => {
    if (left.key !== right.key) {
      if (left.key === null) return 1;
      if (right.key === null) return -1;
      return left.key < right.key ? -sign : sign;
    }
    return left.tie < right.tie ? -1 : Number(left.tie > right.tie);
  };
}

/** Keeps the first `limit` of what it is offered; sorting now and then is cheaper than always. */
function createFirst<Row>(limit: number, compare: Comparison) {
  let kept: Placed<Row>[] = [];
  /** Nothing at or behind this can be among the first any more. */
  let bound: Placed<Row> | undefined;
  const trim = (): void => {
    kept.sort(compare);
    kept = kept.slice(0, limit);
    bound = kept.length === limit ? kept.at(-1) : undefined;
  };
  return {
    offer(placed: Placed<Row>): void {
      if (bound && compare(placed, bound) >= 0) return;
      kept.push(placed);
      if (kept.length >= 2 * limit + 256) trim();
    },
    sorted(): Placed<Row>[] {
      trim();
      return kept;
    },
  };
}

const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.number(), z.null()]), z.string()]);

function writeCursor(sort: string, { key, tie }: Place): string {
  return Buffer.from(JSON.stringify([sort, key, tie])).toString("base64url");
}

function readCursor(cursor: string, sort: string): Place {
  const read = cursorSchema.safeParse(parsed(Buffer.from(cursor, "base64url").toString()));
  if (!read.success) throw invalidAt("cursor", "expected a cursor from `next` of the same list");
  const [wrote, key, tie] = read.data;
  if (wrote === sort) return { key, tie };
  throw invalidAt("cursor", `expected a cursor of a list in the order ${sort}; it is of ${wrote}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

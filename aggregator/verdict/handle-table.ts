/**
 * What stands under handles of targets: small numbers that count up and are never used again. In
 * pages, because a map of 100,000 of them costs five times the memory, and is looked into from far
 * for every result.
 */

/** Items under handles. */
export interface HandleTable<Item> {
  get(handle: number): Item | undefined;
  set(handle: number, item: Item): void;
  delete(handle: number): void;
  /** All items, in order of their handles. */
  values(): Generator<Item>;
}

/** Handles of one page, 8 kB. */
const PAGE_BITS = 10;
const PAGE_HANDLES = 2 ** PAGE_BITS;

interface Page<Item> {
  items: (Item | undefined)[];
  /** How many there are; a page without any is dropped. */
  count: number;
}

/** Creates an empty table. */
export function createHandleTable<Item extends object>(): HandleTable<Item> {
  const pages: (Page<Item> | undefined)[] = [];
  const get = (handle: number): Item | undefined =>
    pages[handle >>> PAGE_BITS]?.items[handle & (PAGE_HANDLES - 1)];
  const put = (handle: number, item: Item | undefined): void => {
    const number = handle >>> PAGE_BITS;
    const page = (pages[number] ??= { items: Array.from({ length: PAGE_HANDLES }), count: 0 });
    const before = get(handle);
    page.items[handle & (PAGE_HANDLES - 1)] = item;
    page.count += Number(item !== undefined) - Number(before !== undefined);
    if (page.count === 0) pages[number] = undefined;
  };
  return {
    get,
    set: put,
    delete: (handle) => put(handle, undefined),
    *values() {
      for (const page of Object.values(pages)) {
        for (const item of page?.items ?? []) if (item !== undefined) yield item;
      }
    },
  };
}

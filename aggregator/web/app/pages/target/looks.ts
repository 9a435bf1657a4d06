/** Every look of a time, loaded once and then kept up to date by what is new. */
import { useEffect, useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiResult } from "../../../../../shared/api/result.ts";
import { ask, sentenceOf } from "../../api.ts";
import { clock } from "../../clock.ts";

/** What is known of the looks. */
export interface Looks {
  items: readonly ApiResult[];
  /** More than are shown one by one. */
  isTooMany: boolean;
  trouble: string;
  isLoaded: boolean;
}

/** Which looks: those of a path since a moment, and until one or for ever. */
export interface LooksQuery {
  path: string;
  fromMs: number;
  toMs: number | null;
}

const NOTHING: Looks = { items: [], isTooMany: false, trouble: "", isLoaded: false };
const PAGE_ROWS = 1_000;
/** Looks that are shown one by one at most. */
const LOOKS_MAX = 4_000;
const RENEW_MS = 5_000;

const keyOf = ({ at, probeId, attempt, latencyUs }: ApiResult): string =>
  [at, probeId, attempt, latencyUs].join(" ");

/** Oldest first, each once. */
function joined(before: readonly ApiResult[], fresh: readonly ApiResult[]): ApiResult[] {
  const known = new Map(before.map((result) => [keyOf(result), result]));
  for (const result of fresh) known.set(keyOf(result), result);
  return [...known.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

async function readAll(query: LooksQuery): Promise<ApiResult[] | null> {
  const items: ApiResult[] = [];
  let cursor: string | undefined;
  do {
    const range = { from: query.fromMs, to: query.toMs ?? undefined };
    const page: ApiPage<ApiResult> = await ask(query.path, {
      query: { ...range, limit: PAGE_ROWS, cursor },
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
    if (items.length > LOOKS_MAX) return null;
  } while (cursor !== undefined);
  return items;
}

/** Loads looks while they are shown; null loads none. */
export function useLooks(query: LooksQuery | null): Looks {
  const [looks, setLooks] = useState(NOTHING);
  useEffect(() => {
    if (query === null) return;
    let isLeft = false;
    let items: ApiResult[] = [];
    const put = (change: Partial<Looks>): void => {
      if (!isLeft) setLooks((before) => ({ ...before, ...change }));
    };
    const load = async (fromMs: number): Promise<void> => {
      try {
        const fresh = await readAll({ ...query, fromMs });
        if (fresh === null) return put({ isTooMany: true, isLoaded: true });
        items = joined(items, fresh);
        put({ items, trouble: "", isLoaded: true });
      } catch (error) {
        put({ trouble: sentenceOf(error), isLoaded: true });
      }
    };
    setLooks(NOTHING);
    void load(query.fromMs);
    const timer = clock.every(RENEW_MS, () => {
      const newest = items.at(-1);
      if (query.toMs !== null || newest === undefined) return;
      if (document.visibilityState === "visible") void load(Date.parse(newest.at) - RENEW_MS);
    });
    return () => {
      isLeft = true;
      timer.cancel();
    };
  }, [query?.path, query?.fromMs, query?.toMs]);
  return query === null ? NOTHING : looks;
}

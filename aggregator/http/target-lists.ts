/** Lists of targets and of their verdicts: narrowed, sorted, and page by page. */
import { QuorateError } from "../../shared/errors.ts";
import type { Target } from "../../shared/target.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import type { JudgedTarget, Page, PageQuery } from "../ports.ts";
import type { RouteContext } from "./context.ts";
import { sortedPage } from "./sorting.ts";
import type { SortFields } from "./sorting.ts";
import { noVerdict } from "./views.ts";

/** Worst first. */
const stateOf = ({ verdict }: JudgedTarget): number => VERDICT_STATES.indexOf(verdict.state);
const nameOf = ({ target }: JudgedTarget): string => target.spec.name;

/** What a list of targets can be sorted by. */
export const TARGET_FIELDS: SortFields<JudgedTarget> = {
  name: nameOf,
  kind: ({ target }) => target.spec.kind,
  state: stateOf,
  since: ({ verdict }) => verdict.sinceMs,
  intervalMs: ({ target }) => target.spec.intervalMs,
  createdAt: ({ target }) => target.createdAtMs,
  updatedAt: ({ target }) => target.updatedAtMs,
};

/** What a list of verdicts can be sorted by. */
export const VERDICT_FIELDS: SortFields<JudgedTarget> = {
  target: nameOf,
  state: stateOf,
  since: ({ verdict }) => verdict.sinceMs,
};

/** How a list of targets is read. */
export interface TargetListing {
  fields: SortFields<JudgedTarget>;
  /** The field that is the name, which is the usual order. */
  usual: string;
  /** Null: all. */
  keep: ((judged: JudgedTarget) => boolean) | null;
}

/**
 * A page of targets. By name and not narrowed it is read from the store, which costs what the page
 * holds; else from the engine's memory, which costs a look at every target and no read.
 */
export async function pageOfTargets(
  { engine, store }: Pick<RouteContext, "engine" | "store">,
  query: PageQuery & { sort?: string | undefined },
  { fields, usual, keep }: TargetListing,
): Promise<Page<JudgedTarget>> {
  if (keep === null && (query.sort ?? usual) === usual) {
    const page = await store.targets.list(query);
    const rows = page.rows.map((target) => {
      return { target, verdict: engine.verdict(target.id) ?? noVerdict(target) };
    });
    return { rows, next: page.next };
  }
  const tieOf = ({ target }: JudgedTarget): string => target.id;
  return sortedPage(allTargets(engine, keep), query, { fields, usual, tieOf });
}

/** Every target that is kept, from the engine's memory; throws unavailable before it has all. */
export function allTargets(
  engine: Pick<RouteContext["engine"], "ready" | "targets">,
  keep: TargetListing["keep"],
): JudgedTarget[] {
  if (!engine.ready()) {
    const sentence = "The engine folds the log yet, so lists cannot be narrowed or sorted.";
    throw new QuorateError("unavailable", `${sentence} Try again soon.`);
  }
  const all = [...engine.targets()];
  return keep === null ? all : all.filter(keep);
}

/** The targets of rows. */
export function targetsIn(rows: readonly JudgedTarget[]): Target[] {
  return rows.map(({ target }) => target);
}

/** What alerts of one storm share: a region that sees them fail, a label, or the moment. */

/** A target that fell, as far as a cause can be found in it. */
export interface Fallen {
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Regions of the vantages that see it fail, sorted. */
  regions: readonly string[];
  /** Names of the probes that see it fail, sorted. */
  vantages: readonly string[];
}

/** Alerts that one cause explains. */
export interface CauseGroup<Item extends Fallen> {
  /** Such as `label rack=r12`; it stands in the message. */
  cause: string;
  items: Item[];
}

/** Groups of one storm at most; what is left is one more, without a common cause. */
const GROUPS_MAX = 4;

/** A label that nearly all targets of the aggregator share explains nothing. */
const EXPLAINS_BELOW = 0.9;

/**
 * Splits alerts by cause, the largest first. A group has at least `min` items; a label counts only
 * if not nearly every target has it (`shareOf` tells its share, 0 to 1). What fits no group comes
 * last, as a group of its own if there are `min` of it, else as `rest`.
 */
export function groupByCause<Item extends Fallen>(
  items: readonly Item[],
  min: number,
  shareOf: (key: string, value: string) => number,
): { groups: CauseGroup<Item>[]; rest: Item[] } {
  const groups: CauseGroup<Item>[] = [];
  let left = [...items];
  while (groups.length < GROUPS_MAX) {
    const cause = widestCause(left, min, shareOf);
    if (cause === null) break;
    groups.push({ cause, items: left.filter((item) => causesOf(item).includes(cause)) });
    left = left.filter((item) => !causesOf(item).includes(cause));
  }
  if (left.length < min) return { groups, rest: left };
  return { groups: [...groups, { cause: "no common cause", items: left }], rest: [] };
}

/** The cause that explains most; of equals the first by name, so that every fold agrees. */
function widestCause(
  items: readonly Fallen[],
  min: number,
  shareOf: (key: string, value: string) => number,
): string | null {
  const counts = new Map<string, number>();
  for (const item of items) {
    for (const [key, value] of Object.entries(item.labels)) {
      if (shareOf(key, value) >= EXPLAINS_BELOW) continue;
      const cause = labelCause(key, value);
      counts.set(cause, (counts.get(cause) ?? 0) + 1);
    }
    for (const cause of placeCauses(item)) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  const wide = [...counts].filter(([, count]) => count >= min);
  wide.sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  return wide[0]?.[0] ?? null;
}

function causesOf(item: Fallen): string[] {
  const labels = Object.entries(item.labels).map(([key, value]) => labelCause(key, value));
  return [...labels, ...placeCauses(item)];
}

function labelCause(key: string, value: string): string {
  return `label ${key}=${value}`;
}

/** A place explains a failure only when nobody elsewhere sees it: it may be the place's own. */
function placeCauses({ regions, vantages }: Fallen): string[] {
  const [vantage] = vantages;
  if (vantage !== undefined && vantages.length === 1) return [`vantage ${vantage}`];
  const [region] = regions;
  return region !== undefined && regions.length === 1 ? [`region ${region}`] : [];
}

/** What has to happen so that an aggregator has what a file says. Pure. */
import { compareSpecs } from "./compare.ts";
import type { PresentItem } from "./present.ts";
import { markedSpec } from "./present.ts";
import { SECTIONS } from "./sections.ts";
import type { Config, ConfigItem, ConfigNoun } from "./sections.ts";

/** One step; `conflict`: nothing may be done until somebody decides. */
export interface Change {
  action: "create" | "update" | "delete" | "keep" | "conflict";
  noun: ConfigNoun;
  name: string;
  /** What changes, or why it cannot; empty where there is nothing to add. */
  why: string;
  /** What is sent; null for what goes. */
  spec: Readonly<Record<string, unknown>> | null;
  present: PresentItem | null;
  /** True: it is sent although nothing differs, because secrets cannot be compared. */
  hasSecrets: boolean;
}

/** How a plan is made. */
export interface PlanOptions {
  nowMs: number;
  /** True: what was made by hand and has the name of something in the file becomes the file's. */
  adopt: boolean;
}

/** The steps in the order in which they are done: what is named first, what goes last. */
export function planChanges(
  { owner, items }: Config,
  present: readonly PresentItem[],
  { nowMs, adopt }: PlanOptions,
): Change[] {
  const byKey = new Map(present.map((one) => [keyOf(one), one]));
  const used = new Set<PresentItem>();
  const wanted = items.flatMap((item): Change[] => {
    const found =
      item.noun === "silence" ? silenceLike(item, present, owner) : byKey.get(keyOf(item));
    if (found !== undefined) used.add(found);
    if (found === undefined && isOver(item, nowMs)) return [];
    return [changeOf(item, found ?? null, { owner, adopt })];
  });
  const order = SECTIONS.map(({ noun }) => noun);
  const gone = present
    .filter((one) => one.owner === owner && !used.has(one))
    .filter(({ noun, isOver: over }) => noun !== "silence" || !over)
    .sort((a, b) => order.indexOf(b.noun) - order.indexOf(a.noun))
    .map((one) =>
      changeTo("delete", one, { present: one, spec: null, why: "no longer in the file" }),
    );
  return [...wanted, ...gone];
}

const keyOf = ({ noun, name }: ConfigItem): string => `${noun} ${name}`;

function changeTo(
  action: Change["action"],
  { noun, name }: ConfigItem,
  rest: Pick<Change, "present" | "spec"> & Partial<Change>,
): Change {
  return { action, noun, name, why: "", hasSecrets: false, ...rest };
}

function changeOf(
  item: ConfigItem,
  present: PresentItem | null,
  { owner, adopt }: { owner: string; adopt: boolean },
): Change {
  const spec = markedSpec(item, owner);
  if (present === null) return changeTo("create", item, { present, spec });
  const mine = present.owner === owner;
  if (!mine && (present.owner !== null || !adopt)) {
    const keeper = "it was made by hand; --adopt makes it the file's";
    const why =
      present.owner === null ? keeper : `it is kept by the configuration ${present.owner}`;
    return changeTo("conflict", item, { present, spec, why });
  }
  const { changed, hasSecrets } = compareSpecs(item.spec, present.spec);
  const differs = [...(mine ? [] : ["owner"]), ...(item.noun === "silence" ? [] : changed)];
  if (differs.length === 0) return changeTo("keep", item, { present, spec, hasSecrets });
  const why = differs.join(", ");
  if (item.noun !== "probe") return changeTo("update", item, { present, spec, why });
  const cannot = `${why} of a probe cannot be changed; delete the probe and apply again`;
  return changeTo("conflict", item, { present, spec, why: cannot });
}

/** The silence that an aggregator has for one in a file; it has no name of its own. */
function silenceLike(
  { spec }: ConfigItem,
  present: readonly PresentItem[],
  owner: string,
): PresentItem | undefined {
  return present.find((one) => {
    if (one.noun !== "silence" || one.owner !== owner || one.isOver) return false;
    // Without a beginning it began when it was made.
    const begins = spec["startsAt"] === undefined || isMoment(spec, one.spec, "startsAt");
    const { startsAt: _said, endsAt: _end, ...said } = spec;
    const { startsAt: _shown, endsAt: _over, ...shown } = one.spec;
    const isSame = compareSpecs(said, shown).changed.length === 0;
    return begins && isMoment(spec, one.spec, "endsAt") && isSame;
  });
}

function isMoment(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  return Date.parse(String(a[name])) === Date.parse(String(b[name]));
}

/** A single time that has passed is nothing to plan any more. */
function isOver({ noun, spec }: ConfigItem, nowMs: number): boolean {
  const end =
    noun === "silence" ? spec["endsAt"] : noun === "maintenance" ? spec["toAt"] : undefined;
  return typeof end === "string" && Date.parse(end) <= nowMs;
}

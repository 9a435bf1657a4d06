/** What `quorate top` asks of the API: the list, the events, and glances of what is looked at. */
import type { ApiClient } from "../../../shared/api/client.ts";
import type { ApiEvent } from "../../../shared/api/event.ts";
import type { ApiGlance } from "../../../shared/api/glance.ts";
import type { ApiSummary } from "../../../shared/api/summary.ts";
import type { ApiVerdict } from "../../../shared/api/verdict.ts";
import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { followEvents } from "../events.ts";
import { pause } from "../stopping.ts";
import type { Rows, TopRow } from "./rows.ts";

/** Looks asked for of each target: the widest sparkline and the median. */
const LOOKS = 48;

/** Time between two lists of very many targets; what changes meanwhile comes as events. */
const LIST_MS = 15_000;

/** What a feed works with. */
export interface FeedOptions {
  client: ApiClient;
  clock: Clock;
  rows: Rows;
  stop: AbortSignal;
  /** Time between two looks, milliseconds. */
  intervalMs: number;
  /** The rows whose votes, looks and uptime are wanted now. */
  wanted: () => readonly TopRow[];
  onSummary: (summary: ApiSummary) => void;
  /** Called when rows changed. */
  onChange: () => void;
  /** Called with what is wrong now; empty when nothing is. */
  onTrouble: (sentence: string) => void;
}

/** A running feed. */
export interface Feed {
  /** Runs until stopped; rejects when the API cannot be used at all. */
  run(): Promise<void>;
  /** Asks soon for what is wanted and not known yet, as after scrolling. */
  hurry(): void;
}

/** Creates a feed. */
export function createFeed(options: FeedOptions): Feed {
  const { client, clock, rows, stop, intervalMs, onTrouble } = options;
  let listedAtMs = -Infinity;
  let isListOld = true;
  let wake = new AbortController();
  let broken = "";

  const list = async (): Promise<void> => {
    const isSmall = rows.counts().total <= LIMITS.pageRowsMax;
    const ageMs = clock.monoMs() - listedAtMs;
    if (!isSmall && !isListOld && ageMs < LIST_MS) return;
    isListOld = false;
    rows.replace(await allVerdicts(client));
    listedAtMs = clock.monoMs();
  };
  const glance = async (wanted: readonly TopRow[]): Promise<void> => {
    for (const ids of portionsOf(wanted)) {
      if (stop.aborted) return;
      rows.glance((await client.glances.list({ target: ids, looks: LOOKS })).items);
    }
  };
  const look = async (): Promise<void> => {
    const [summary] = await Promise.all([client.summary.get(), list()]);
    options.onSummary(summary);
    options.onChange();
    await glance(options.wanted());
    onTrouble(broken);
  };
  const onEvent = (event: ApiEvent): void => {
    broken = "";
    if (rows.take(event)) isListOld = true;
    options.onChange();
  };
  const onBreak = (sentence: string): void => onTrouble((broken = sentence));
  const follow = (): Promise<void> =>
    followEvents({ client, clock, stop, types: "target.*", onEvent, onBreak });
  const watch = async (): Promise<void> => {
    while (!stop.aborted) {
      wake = new AbortController();
      await pause(clock, intervalMs, AbortSignal.any([stop, wake.signal]));
      if (stop.aborted) return;
      const isHurried = wake.signal.aborted;
      await (isHurried ? glance(unknownOf(options.wanted())) : look()).catch((thrown: unknown) =>
        onTrouble(messageOf(thrown)),
      );
      options.onChange();
    }
  };
  return {
    hurry: () => {
      if (unknownOf(options.wanted()).length > 0) wake.abort();
    },
    run: async () => {
      // What fails at the first look is the caller's to know: a wrong token, a wrong address.
      await look();
      options.onChange();
      await Promise.all([watch(), follow()]);
    },
  };
}

const unknownOf = (rows: readonly TopRow[]): TopRow[] =>
  rows.filter(({ glance }) => glance === null);

/** Every verdict there is. */
export async function allVerdicts(client: ApiClient): Promise<ApiVerdict[]> {
  const verdicts: ApiVerdict[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.verdicts.list({ limit: LIMITS.pageRowsMax, cursor });
    verdicts.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return verdicts;
}

/** Glances of all these rows. */
export async function allGlances(client: ApiClient, rows: readonly TopRow[]): Promise<ApiGlance[]> {
  const glances: ApiGlance[] = [];
  for (const ids of portionsOf(rows)) {
    glances.push(...(await client.glances.list({ target: ids, looks: LOOKS })).items);
  }
  return glances;
}

/** The ids of rows in portions that one request may ask for. */
function portionsOf(rows: readonly TopRow[]): string[][] {
  const portions: string[][] = [];
  for (let at = 0; at < rows.length; at += LIMITS.glancesMax) {
    portions.push(rows.slice(at, at + LIMITS.glancesMax).map(({ id }) => id));
  }
  return portions;
}

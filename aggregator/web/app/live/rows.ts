/** Every target's verdict, kept up to date by the stream: what the lists show. */
import { batch, computed, signal } from "@preact/signals";
import type { ApiPage } from "../../../../shared/api/common.ts";
import type { ApiVerdict } from "../../../../shared/api/verdict.ts";
import { VERDICT_STATES } from "../../../../shared/verdict.ts";
import type { VerdictState } from "../../../../shared/verdict.ts";
import type { Row } from "./row.ts";
import { ask, pathOf, sentenceOf } from "../api.ts";
import { calmly, clock } from "../clock.ts";

/** How far the list is loaded. */
export type Loading = "first" | "more" | "done";

const byId = new Map<string, Row>();
let byName: Row[] = [];
/** Changed while a list was on its way: the answer is older than what is known. */
const touched = new Set<string>();

const version = signal(0);
/** How far the list is loaded. */
export const loading = signal<Loading>("first");
/** Why the list could not be loaded; empty when it could. */
export const rowsTrouble = signal("");

/** All rows by name; a new list whenever something changed. */
export const rows = computed<readonly Row[]>(() => (version.value, [...byName]));

/** How many targets are in which state. */
export const counts = computed(() => {
  const count: Record<VerdictState, number> = {
    down: 0,
    sub_healthy: 0,
    partial: 0,
    suspect: 0,
    recovering: 0,
    degraded: 0,
    unknown: 0,
    up: 0,
  };
  for (const { state } of rows.value) count[state] += 1;
  return count;
});

/** Targets that are down. */
export const downCount = computed(() => counts.value.down);

/** A row by id or name. */
export function rowOf(idOrName: string): Row | undefined {
  return byId.get(idOrName) ?? rows.value.find(({ name }) => name === idOrName);
}

let isFlushing = false;
let isUnsorted = false;
/** How far the list will be loaded once it is shown. */
let reached: Loading = "first";

/** Time between two pictures: nobody reads faster, and hundreds of changes are one of them. */
const FLUSH_MS = 200;
let flushedAtMs = 0;

/** Shows what changed: at once when it was calm, else with what comes until the next picture. */
function changed(): void {
  if (isFlushing) return;
  isFlushing = true;
  const flush = (): void => {
    isFlushing = false;
    flushedAtMs = clock.monoMs();
    if (isUnsorted) byName = [...byId.values()].sort(compareNames);
    isUnsorted = false;
    batch(() => {
      version.value += 1;
      loading.value = reached;
    });
  };
  const calmMs = clock.monoMs() - flushedAtMs;
  if (calmMs < FLUSH_MS) clock.after(FLUSH_MS - calmMs, flush);
  else queueMicrotask(flush);
}

/** The order of the aggregator's lists, by code unit. */
const compareNames = (left: Row, right: Row): number => (left.name < right.name ? -1 : 1);

function rowFrom(verdict: ApiVerdict): Row {
  const { targetId: id, target: name, labels, state, since, lean, incidentId } = verdict;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const text = [name, ...pairs].join(" ").toLowerCase();
  return { id, name, labels, state, sinceMs: Date.parse(since), lean, incidentId, text };
}

function put(row: Row): void {
  const before = byId.get(row.id);
  byId.set(row.id, row);
  const at = before === undefined ? -1 : byName.indexOf(before);
  if (at === -1 || before?.name !== row.name) isUnsorted = true;
  else byName[at] = row;
}

let isReading = false;
let isWanted = false;

/** Loads every verdict anew; wished for while it runs, it runs once more. */
export async function loadRows(): Promise<void> {
  isWanted = true;
  if (isReading) return;
  isReading = true;
  while (isWanted) {
    isWanted = false;
    await readRows();
  }
  isReading = false;
}

/** Reads every page; what the stream tells meanwhile stands. */
async function readRows(): Promise<void> {
  touched.clear();
  const seen = new Set<string>();
  let cursor: string | undefined;
  try {
    do {
      const limit = cursor === undefined ? 200 : 1_000;
      const page: ApiPage<ApiVerdict> = await ask("/verdicts", { query: { limit, cursor } });
      for (const verdict of page.items) {
        seen.add(verdict.targetId);
        if (!touched.has(verdict.targetId)) byId.set(verdict.targetId, rowFrom(verdict));
      }
      isUnsorted = true;
      cursor = page.next ?? undefined;
      if (reached === "first") reached = "more";
      changed();
    } while (cursor !== undefined);
    for (const id of byId.keys()) if (!seen.has(id) && !touched.has(id)) byId.delete(id);
    isUnsorted = true;
    reached = "done";
    rowsTrouble.value = "";
    changed();
  } catch (error) {
    rowsTrouble.value = sentenceOf(error);
  }
}

/** Forgets everything; for when another person signs in. */
export function forgetRows(): void {
  byId.clear();
  reached = "first";
  isUnsorted = true;
  changed();
}

/** A target entered a state. */
export function moveRow(id: string, move: Pick<Row, "state" | "sinceMs" | "incidentId">): void {
  touched.add(id);
  const row = byId.get(id);
  if (row === undefined) return renewRow(id);
  put({ ...row, ...move, lean: null });
  changed();
}

/** Targets that are asked for one by one; of more, the whole list is asked for anew. */
const REFRESHED_MAX = 20;
const REFRESH_MS = 150;
const stale = new Set<string>();

const refreshStale = calmly(REFRESH_MS, () => {
  const ids = [...stale];
  stale.clear();
  if (ids.length > REFRESHED_MAX) void loadRows();
  else for (const id of ids) void refreshRow(id);
});

/** A target was made or changed. */
export function renewRow(id: string): void {
  stale.add(id);
  refreshStale();
}

/** Asks for one target anew. */
async function refreshRow(id: string): Promise<void> {
  touched.add(id);
  try {
    put(rowFrom(await ask<ApiVerdict>(`/verdicts${pathOf(id)}`)));
    changed();
  } catch {
    // Gone since, or the connection is: the next list shows it as it is.
    return;
  }
}

/** A target was deleted. */
export function dropRow(id: string): void {
  touched.add(id);
  byId.delete(id);
  isUnsorted = true;
  changed();
}

/** The state of an event such as `target.down`; null when it is of another kind. */
export function stateOfType(type: string): VerdictState | null {
  return VERDICT_STATES.find((state) => type === `target.${state}`) ?? null;
}

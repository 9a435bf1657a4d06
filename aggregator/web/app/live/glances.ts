/** What the rows on the screen show beside the verdict: asked for together, only while shown. */
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { ApiPage } from "../../../../shared/api/common.ts";
import type { ApiGlance } from "../../../../shared/api/glance.ts";
import { ask } from "../api.ts";
import { calmly, clock } from "../clock.ts";

/** Time between two looks at what is on the screen. */
const RENEW_MS = 5_000;
/** Rows asked for at once: as many as one request may name. */
const ASKED_MAX = 100;
/** Glances kept of rows that scrolled away; all are forgotten beyond. */
const KEPT_MAX = 2_000;

const kept = new Map<string, Signal<ApiGlance | null>>();
let shown: readonly string[] = [];
/** Looks of each that are asked for. */
let looks = 60;
let isAsking = false;
let isWanted = false;

/** A target at a glance; null until it came. */
export function glanceOf(id: string): Signal<ApiGlance | null> {
  let glance = kept.get(id);
  if (glance === undefined) {
    glance = signal<ApiGlance | null>(null);
    kept.set(id, glance);
  }
  return glance;
}

async function renew(): Promise<void> {
  if (isAsking) return void (isWanted = true);
  if (shown.length === 0 || document.visibilityState !== "visible") return;
  isAsking = true;
  isWanted = false;
  try {
    const target = shown.slice(0, ASKED_MAX);
    const page: ApiPage<ApiGlance> = await ask("/glances", { query: { target, looks } });
    for (const glance of page.items) glanceOf(glance.targetId).value = glance;
  } catch {
    // What is shown stays; the next round asks again, and the connection's state tells the rest.
    isWanted = false;
  }
  isAsking = false;
  if (isWanted) soon();
}

const soon = calmly(80, () => void renew());

/** Says which targets are on the screen, and how many looks of each are shown. */
export function showGlances(ids: readonly string[], looksShown = 60): void {
  looks = looksShown;
  const isNew = ids.some((id) => glanceOf(id).peek() === null || !shown.includes(id));
  shown = ids;
  if (kept.size > KEPT_MAX) {
    for (const id of kept.keys()) if (!ids.includes(id)) kept.delete(id);
  }
  if (isNew) soon();
}

/** A target changed: what is shown of it is renewed. */
export function renewGlance(id: string): void {
  if (shown.includes(id)) soon();
}

/** Forgets everything; for when another person signs in. */
export function forgetGlances(): void {
  kept.clear();
}

/** Renews what is on the screen now and then. */
export function startGlances(): void {
  clock.every(RENEW_MS, () => void renew());
  document.addEventListener("visibilitychange", soon);
}

/** Keeps what the page shows true: every event goes where it is shown. */
import { effect, signal } from "@preact/signals";
import type { ApiEvent } from "../../../../shared/api/event.ts";
import { session } from "../session.ts";
import { forgetGlances, renewGlance } from "./glances.ts";
import { dropRow, forgetRows, loadRows, moveRow, renewRow, stateOfType } from "./rows.ts";
import { openStream } from "./stream.ts";

/** An event as a page takes it. */
export type LiveEvent = Pick<ApiEvent, "number" | "type" | "timestamp" | "data">;

/** Counts up whenever something may have been missed; pages ask anew. */
export const gaps = signal(0);

const listeners = new Set<(event: LiveEvent) => void>();

/** Calls for every event until the returned function is called. */
export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function textAt(data: unknown, name: string): string | null {
  const value: unknown =
    typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
  return typeof value === "string" ? value : null;
}

/** Id of the target that an event is about; null when it is about none. */
export function targetOfEvent({ data }: LiveEvent): string | null {
  return textAt(data["target"], "id");
}

/** Id of the incident that an event is about; null when it is about none. */
export function incidentOfEvent({ data }: LiveEvent): string | null {
  return textAt(data, "incidentId");
}

function take(event: LiveEvent): void {
  const { type, data, timestamp } = event;
  const id = targetOfEvent(event);
  if (id !== null) {
    const state = stateOfType(type);
    const sinceMs = Date.parse(textAt(data, "since") ?? timestamp);
    if (state !== null) moveRow(id, { state, sinceMs, incidentId: textAt(data, "incidentId") });
    else if (type === "target.deleted") dropRow(id);
    else if (type === "target.created" || type === "target.updated") renewRow(id);
    renewGlance(id);
  }
  for (const listener of listeners) listener(event);
}

/** Listens while somebody is signed in. */
export function startLive(): void {
  let who: string | null = null;
  effect(() => {
    const now = session.value?.who ?? null;
    if (now === who) return;
    who = now;
    close?.();
    forgetRows();
    forgetGlances();
    close = now === null ? null : openStream({ onEvent: take, onGap: reload });
  });
}

let close: (() => void) | null = null;

function reload(): void {
  gaps.value += 1;
  void loadRows();
}

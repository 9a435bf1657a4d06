/** What an aggregator told since a moment: its events, read through the API. */
import assert from "node:assert/strict";
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiEvent } from "../../shared/api/event.ts";
import { patiently } from "./patience.ts";

/** What an event must be. */
export interface EventWish {
  type: string;
  /** Name of the target or probe that it tells of; absent: any. */
  about?: string;
}

/** Reads events from a moment on. */
export interface Journal {
  /** Everything told so far, in order. */
  all(): Promise<ApiEvent[]>;
  /** The first event that is as wished, once it has been told. */
  event(wish: EventWish): Promise<ApiEvent>;
  /** Fails unless exactly these were told, each as "type name", in order. */
  holds(...lines: string[]): Promise<void>;
  /** The same as lines, for a message or a comparison of one's own. */
  lines(): Promise<string[]>;
}

const PAGE_ROWS = 1_000;

/** Opens a journal that begins now. */
export async function openJournal(client: ApiClient): Promise<Journal> {
  const before = await readAfter(client, 0);
  const told: ApiEvent[] = [];
  let after = before.at(-1)?.number ?? 0;
  const all = async (): Promise<ApiEvent[]> => {
    const news = await readAfter(client, after);
    // Two readers at once may have read the same.
    for (const event of news) if (event.number > after) told.push(event);
    after = told.at(-1)?.number ?? after;
    return told;
  };
  const lines = async (): Promise<string[]> => (await all()).map(eventLine);
  return {
    all,
    lines,
    event: ({ type, about }) =>
      patiently(`the event ${type} about ${about ?? "anything"}`, async () => {
        const events = await all();
        const isWished = (event: ApiEvent): boolean =>
          event.type === type && (about === undefined || aboutOf(event) === about);
        return events.find(isWished) ?? null;
      }),
    holds: async (...expected) => assert.deepEqual(await lines(), expected),
  };
}

async function readAfter(client: ApiClient, number: number): Promise<ApiEvent[]> {
  const found: ApiEvent[] = [];
  for (;;) {
    const after = found.at(-1)?.number ?? number;
    const { items } = await client.events.list({ after, limit: PAGE_ROWS });
    found.push(...items);
    if (items.length < PAGE_ROWS) return found;
  }
}

/** An event as "type name". */
export function eventLine(event: ApiEvent): string {
  return `${event.type} ${aboutOf(event)}`.trim();
}

/** Name of the target or the probe that an event tells of; empty when it is of the mesh. */
export function aboutOf({ data }: ApiEvent): string {
  return nameIn(data["target"]) ?? nameIn(data["probe"]) ?? "";
}

function nameIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("name" in value)) return undefined;
  return typeof value.name === "string" ? value.name : undefined;
}

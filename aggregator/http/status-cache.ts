/** Status pages as they are sent: put together at most once in a while, whatever the load. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import type { StatusView } from "../../shared/status-view.ts";
import type { StatusViews } from "./status-view.ts";

/** A text as it is sent. */
export interface StatusText {
  type: string;
  body: string;
  gzip: Uint8Array;
  /** ETag of the body as it is. */
  tag: string;
}

/** Makes the text of a view; `key` tells texts of one page apart. */
export interface StatusForm {
  key: string;
  type: string;
  make(view: StatusView): string;
}

/** Texts of pages. */
export interface StatusCache {
  /** The text of a page in a form; rejects when it cannot be put together, and never was. */
  text(page: StatusPage, form: StatusForm): Promise<StatusText>;
}

/** Forms of one page that are kept; with one more all are made anew. */
const FORMS_MAX = 20;

interface Entry {
  revision: number;
  madeAtMs: number;
  view: Promise<StatusView>;
  texts: Map<string, Promise<StatusText>>;
}

const pack = promisify(gzip);

/** Creates an empty cache. */
export function createStatusCache(deps: { views: StatusViews; clock: Clock }): StatusCache {
  const { views, clock } = deps;
  const entries = new Map<string, Entry>();

  function entryOf(page: StatusPage): Entry {
    const found = entries.get(page.id);
    const nowMs = clock.monoMs();
    const isFresh = found !== undefined && nowMs - found.madeAtMs < LIMITS.statusRenderMs;
    if (isFresh && found.revision === page.revision) return found;
    const view = views(page);
    const entry = { revision: page.revision, madeAtMs: nowMs, view, texts: new Map() };
    // Pages that were deleted leave with the oldest.
    if (entries.size >= LIMITS.statusPagesMax) entries.delete([...entries.keys()][0] ?? "");
    entries.delete(page.id);
    entries.set(page.id, entry);
    // What failed is tried again at the next request; until then what was there is better.
    view.catch(() => {
      if (entries.get(page.id) !== entry) return;
      if (found?.revision === page.revision) entries.set(page.id, { ...found, madeAtMs: nowMs });
      else entries.delete(page.id);
    });
    return entry;
  }

  return {
    text: async (page, { key, type, make }) => {
      const { view, texts } = entryOf(page);
      if (texts.size >= FORMS_MAX && !texts.has(key)) texts.clear();
      const found = texts.get(key) ?? view.then((made) => textOf(make(made), type));
      texts.set(key, found);
      return found;
    },
  };
}

async function textOf(body: string, type: string): Promise<StatusText> {
  const tag = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return { type, body, gzip: await pack(body), tag };
}

/**
 * What alerting remembers between two commits: who waits, what was told together, what is said
 * again. It is kept as rows, changed in the transaction of what is sent, so that a restart neither
 * loses a message nor says one twice.
 */
import { createHash } from "node:crypto";
import type { MatcherFacts } from "../../shared/matcher.ts";
import type { RouteManner } from "../../shared/route.ts";
import type { AlertRow } from "../ports.ts";
import type { AudienceFolds, Fold, FoldAlert } from "./folding.ts";
import { nextOf } from "./reminding.ts";
import type { OpenAlert, ReminderSettings, ReminderState } from "./reminding.ts";

/** Channels that are told of an alert in the same manner. */
export interface Audience {
  /** Ids, sorted. */
  channels: string[];
  manner: RouteManner;
  /** False: each alert is sent, however many there are. */
  fold: boolean;
}

/** An alert that a silence withholds until its end. */
export interface SilencedAlert {
  alert: FoldAlert;
  facts: MatcherFacts;
}

/** The book; what is done to it stands in `changes` until it is committed. */
export interface AlertBook {
  audiences: Map<string, Audience>;
  folds: Map<string, AudienceFolds>;
  reminders: Map<string, ReminderState>;
  /** By audience, then by incident. */
  silenced: Map<string, Map<string, SilencedAlert>>;
  /** Audiences of each incident that was told, waits to be told, or is silenced. */
  told: Map<string, Set<string>>;
  /** When something is due without an event, by audience; silences have a place of their own. */
  dues: Map<string, number>;
  /** The silences that `silenced` was last held against. */
  silencesSeen: string;
  /** Number of the next fold. */
  next: number;
  /** Rows that differ from what is stored; null: gone. */
  changes: Map<string, unknown>;
}

/** Place of the silences in `dues`. */
export const SILENCES_DUE = "silences";

/** A book in which nothing stands. */
export function emptyBook(): AlertBook {
  const dues = new Map<string, number>();
  const rest = { dues, silencesSeen: "", next: 1, changes: new Map<string, unknown>() };
  const maps = { audiences: new Map(), folds: new Map(), reminders: new Map() };
  return { ...maps, silenced: new Map(), told: new Map(), ...rest };
}

/** The book of these rows; everything in it is looked at once at the next planning. */
export function readBook(rows: readonly AlertRow[]): AlertBook {
  const book = emptyBook();
  const folds = new Map<string, Fold>();
  for (const { key, value } of rows) readRow(book, { parts: key.split("/"), value, folds });
  for (const audience of book.audiences.keys()) book.dues.set(audience, 0);
  return book;
}

interface Reading {
  parts: string[];
  value: unknown;
  folds: Map<string, Fold>;
}

/** Rows come in the order of their keys: audience, fold, next, open, remind, silenced, wait. */
function readRow(book: AlertBook, { parts, value, folds }: Reading): void {
  const [kind = "", audience = "", id = "", incident = ""] = parts;
  if (kind === "next") book.next = asKept<number>(value);
  else if (kind === "audience") book.audiences.set(audience, asKept<Audience>(value));
  else if (kind === "fold") {
    const fold: Fold = { ...asKept<FoldFacts>(value), id, open: {} };
    folds.set(`${audience}/${id}`, fold);
    foldsOf(book, audience).folds.push(fold);
  } else if (kind === "open") {
    const fold = folds.get(`${audience}/${id}`);
    if (fold) fold.open[incident] = asKept<string>(value);
    noteTold(book, incident, audience);
  } else if (kind === "remind") {
    const open = asKept<OpenAlert>(value);
    const state = book.reminders.get(audience) ?? {};
    state[id] = open;
    book.reminders.set(audience, state);
    if (open.about.targetId !== null) noteTold(book, id, audience);
  } else if (kind === "silenced") {
    silencedOf(book, audience).set(id, asKept<SilencedAlert>(value));
    noteTold(book, id, audience);
  } else if (kind === "storm") {
    Object.assign(foldsOf(book, audience), asKept<StormFacts>(value));
  } else if (kind === "wait") {
    foldsOf(book, audience).waiting[id] = asKept<FoldAlert>(value);
    noteTold(book, id, audience);
  }
}

type FoldFacts = Omit<Fold, "id" | "open">;
type StormFacts = Pick<AudienceFolds, "dueMs" | "lastToldMs">;

/** Guarantee: the row was written by this file, under a key that says which type it holds. */
function asKept<Value>(value: unknown): Value {
  return value as Value;
}

function foldsOf(book: AlertBook, audience: string): AudienceFolds {
  const known = book.folds.get(audience);
  if (known) return known;
  const fresh: AudienceFolds = { waiting: {}, dueMs: null, lastToldMs: null, folds: [] };
  book.folds.set(audience, fresh);
  return fresh;
}

function silencedOf(book: AlertBook, audience: string): Map<string, SilencedAlert> {
  const known = book.silenced.get(audience) ?? new Map<string, SilencedAlert>();
  book.silenced.set(audience, known);
  return known;
}

/** The audience of these channels in this manner, which is written down when it is new. */
export function audienceOf(book: AlertBook, audience: Audience): string {
  const channels = audience.channels.toSorted();
  const kept = { channels, manner: audience.manner, fold: audience.fold };
  const key = createHash("sha256").update(JSON.stringify(kept)).digest("hex").slice(0, 12);
  if (!book.audiences.has(key)) {
    book.audiences.set(key, kept);
    book.changes.set(`audience/${key}`, kept);
  }
  return key;
}

/** An incident now concerns an audience. */
export function noteTold(book: AlertBook, incidentId: string, audience: string): void {
  const known = book.told.get(incidentId) ?? new Set();
  book.told.set(incidentId, known.add(audience));
}

/** Keeps or forgets a silenced alert. */
export function setSilenced(
  book: AlertBook,
  { audience, incidentId }: { audience: string; incidentId: string },
  silenced: SilencedAlert | null,
): void {
  const known = silencedOf(book, audience);
  if (silenced) known.set(incidentId, silenced);
  else known.delete(incidentId);
  if (known.size === 0) book.silenced.delete(audience);
  book.changes.set(`silenced/${audience}/${incidentId}`, silenced);
}

/** The folds of an audience are now these; undefined: none. */
export function setFolds(book: AlertBook, audience: string, after?: AudienceFolds): void {
  const before = book.folds.get(audience);
  const { changes } = book;
  noteChanges(changes, `wait/${audience}`, [before?.waiting, after?.waiting]);
  for (const fold of before?.folds ?? []) {
    if (after?.folds.some(({ id }) => id === fold.id)) continue;
    changes.set(`fold/${audience}/${fold.id}`, null);
    noteChanges(changes, `open/${audience}/${fold.id}`, [fold.open, undefined]);
  }
  for (const fold of after?.folds ?? []) {
    const { id, open, ...facts } = fold;
    const known = before?.folds.find((one) => one.id === id);
    if (known?.left !== facts.left || known.toldFew !== facts.toldFew) {
      changes.set(`fold/${audience}/${id}`, facts);
    }
    noteChanges(changes, `open/${audience}/${id}`, [known?.open, open]);
  }
  if (after) {
    const { dueMs, lastToldMs } = after;
    const same = before?.dueMs === dueMs && before.lastToldMs === lastToldMs;
    if (!same) changes.set(`storm/${audience}`, { dueMs, lastToldMs });
    book.folds.set(audience, after);
  } else {
    if (before) changes.set(`storm/${audience}`, null);
    book.folds.delete(audience);
  }
}

/** When what waits is told, or a storm is long enough over to be forgotten; Infinity: never. */
export function foldsDueMs({ folds, audiences }: AlertBook, audience: string): number {
  const known = folds.get(audience);
  if (!known) return Infinity;
  if (known.dueMs !== null || known.folds.length > 0) return known.dueMs ?? Infinity;
  return (known.lastToldMs ?? 0) + (audiences.get(audience)?.manner.group.intervalMs ?? 0);
}

/** The reminders of an audience are now these. */
export function setReminders(book: AlertBook, audience: string, after: ReminderState): void {
  noteChanges(book.changes, `remind/${audience}`, [book.reminders.get(audience), after]);
  if (Object.keys(after).length === 0) book.reminders.delete(audience);
  else book.reminders.set(audience, after);
}

type Table = Readonly<Record<string, unknown>>;

function noteChanges(
  changes: AlertBook["changes"],
  prefix: string,
  [before = {}, after = {}]: readonly [Table | undefined, Table | undefined],
): void {
  for (const id in before) if (!Object.hasOwn(after, id)) changes.set(`${prefix}/${id}`, null);
  for (const id in after) {
    if (before[id] !== after[id]) changes.set(`${prefix}/${id}`, after[id]);
  }
}

/** Forgets an audience that nothing concerns any more. */
export function dropIdle(book: AlertBook, audience: string): void {
  const kept = [book.folds, book.reminders, book.silenced].some((part) => part.has(audience));
  if (kept || !book.audiences.delete(audience)) return;
  book.dues.delete(audience);
  book.changes.set(`audience/${audience}`, null);
}

/** When to plan again although nothing happens; Infinity: there is no need. */
export function bookDueMs({ dues }: AlertBook): number {
  return Math.min(Infinity, ...dues.values());
}

/** Takes what must be written; it is given once. */
export function takeChanges(book: AlertBook): AlertRow[] {
  const rows = [...book.changes].map(([key, value]) => ({ key, value }));
  book.changes = new Map();
  return rows;
}

/** What is about to be said again, with the incidents that it stands for. */
export function dueSubjects(
  book: AlertBook,
  nowMs: number,
): { subject: string; incidents: string[] }[] {
  return [...book.dues].flatMap(([audience, dueMs]) => {
    const known = book.audiences.get(audience);
    if (!known || dueMs > nowMs) return [];
    const settings = settingsOf(known.manner);
    return Object.values(book.reminders.get(audience) ?? {}).flatMap((open) => {
      const atMs = nextOf(open, settings);
      if (atMs === null || atMs > nowMs) return [];
      const { incidentId: subject, about } = open;
      const incidents = about.targetId === null ? (foldedIn(book, subject) ?? []) : [subject];
      return [{ subject, incidents }];
    });
  });
}

/** The reminders of a manner. */
export function settingsOf({ remindAfterMs, escalate }: RouteManner): ReminderSettings {
  const ladder = escalate.toSorted((left, right) => left.afterMs - right.afterMs);
  return { gapsMs: remindAfterMs, ladder };
}

/** Incidents of a fold that are not over; null when there is no such fold. */
export function foldedIn(book: AlertBook, foldId: string): string[] | null {
  for (const { folds } of book.folds.values()) {
    const fold = folds.find(({ id }) => id === foldId);
    if (fold) return Object.keys(fold.open);
  }
  return null;
}

/**
 * Evidence per (target, vantage): a sorted set of the newest 16 looks (VERDICTS section 4).
 *
 * Rows live in typed arrays, because half a million vantage rows as objects would cost gigabytes.
 * A row is a ring: entry `age` 0 is the newest. What belongs to one row lies side by side, so that
 * a result touches a few lines of memory and not one of each column: with 100,000 targets nearly
 * every line comes from far. The set is ordered by (boot, slot, attempt) and unique by it, so the
 * order and the number of deliveries change nothing.
 */
import { LIMITS } from "../../shared/limits.ts";

/** A power of two, so that a place in the ring is found by a mask. */
const SIZE = LIMITS.evidenceMax;
/** Attempts of one slot; a larger attempt number is cut to it. */
const ATTEMPTS = 64;

/** One look, as it is kept. Times are log time, integer milliseconds. */
export interface KeptLook {
  boot: number;
  /** When the check was due on the probe's clock, integer milliseconds. */
  slotMs: number;
  attempt: number;
  /** Number of the outcome class: 1 ok, 2 sub, 3 dead, 4 dns. */
  outcome: number;
  /** Earliest and latest log time at which the check can have ended. */
  loMs: number;
  hiMs: number;
  /** Index into the table of texts: the reason of a failure. */
  reason: number;
  /** Index into the table of texts: the resolver of a failure of class dns; 0 otherwise. */
  resolver: number;
}

/** One look, as it comes in; its latency is counted, and not kept. */
export interface Look extends KeptLook {
  latencyUs: number;
}

/** The arena of all evidence. */
export interface EvidenceTable {
  /** A new, empty row. */
  allocate(): number;
  /** Gives a row back; it is empty from then on. */
  release(row: number): void;
  clear(row: number): void;
  count(row: number): number;
  /**
   * Inserts a look in its place. Returns `newest` when it is the newest now, `older` when it went
   * below, `none` when it was there already or is older than all that a full row keeps.
   */
  insert(row: number, look: KeptLook): "newest" | "older" | "none";
  outcome(row: number, age: number): number;
  loMs(row: number, age: number): number;
  hiMs(row: number, age: number): number;
  reason(row: number, age: number): number;
  resolver(row: number, age: number): number;
  /** The whole look at an age, for snapshots. */
  look(row: number, age: number): KeptLook;
}

/** Rows of one page, 98 kB: the arena grows without copying what it has. */
const PAGE_BITS = 8;
const PAGE_ROWS = 2 ** PAGE_BITS;
/**
 * Words of an entry. Slot and latest end are larger than one, so their upper bits share a second:
 *
 *     0  slot, lower 32 bits
 *     1  slot, upper 15 bits; attempt, 6 bits; latest end, upper 11 bits: until the year 2248
 *     2  latest end, lower 32 bits
 *     3  boot
 *     4  how much earlier it can have ended
 *     5  class and texts
 */
const WORDS = 6;
const WORD = 2 ** 32;
const ATTEMPT_SHIFT = 15;
const HI_SHIFT = 21;
const SLOT_MASK = 2 ** ATTEMPT_SHIFT - 1;
/** The class takes three bits, each text ten: LIMITS.textsMax is 1,024. */
const REASON_SHIFT = 3;
const RESOLVER_SHIFT = 13;
const TEXT_MASK = 1_023;

/** A page of rows: entry `place` of a row stands at `row * SIZE + place` in each array. */
interface Page {
  words: Uint32Array;
  heads: Uint8Array;
  counts: Uint8Array;
}

interface Rings {
  pages: Page[];
  used: number;
  free: number[];
}

const NO_PAGE: Page = {
  words: new Uint32Array(),
  heads: new Uint8Array(),
  counts: new Uint8Array(),
};

function newPage(): Page {
  return {
    words: new Uint32Array(PAGE_ROWS * SIZE * WORDS),
    heads: new Uint8Array(PAGE_ROWS),
    counts: new Uint8Array(PAGE_ROWS),
  };
}

function pageOf({ pages }: Rings, row: number): Page {
  return pages[row >>> PAGE_BITS] ?? NO_PAGE;
}

/** The row inside its page. */
function inPage(row: number): number {
  return row & (PAGE_ROWS - 1);
}

function at(column: ArrayLike<number>, index: number): number {
  return column[index] ?? 0;
}

/** Where the `age`-th newest entry of a row stands in its page. */
function entryOf(page: Page, row: number, age: number): number {
  const local = inPage(row);
  return local * SIZE + ((at(page.heads, local) + SIZE - age) & (SIZE - 1));
}

function copyEntry({ words }: Page, from: number, to: number): void {
  words.copyWithin(to * WORDS, from * WORDS, (from + 1) * WORDS);
}

/** What is written to a word is taken modulo 2^32: its lower bits. */
function writeEntry({ words }: Page, to: number, look: KeptLook): void {
  const { outcome, reason, resolver, slotMs, hiMs, loMs } = look;
  const first = to * WORDS;
  const attempt = Math.min(look.attempt, ATTEMPTS - 1);
  words[first] = slotMs;
  words[first + 1] =
    Math.floor(slotMs / WORD) | (attempt << ATTEMPT_SHIFT) | (Math.floor(hiMs / WORD) << HI_SHIFT);
  words[first + 2] = hiMs;
  words[first + 3] = look.boot;
  words[first + 4] = hiMs - loMs;
  words[first + 5] = outcome | (reason << REASON_SHIFT) | (resolver << RESOLVER_SHIFT);
}

const slotOf = ({ words }: Page, entry: number): number =>
  (at(words, entry * WORDS + 1) & SLOT_MASK) * WORD + at(words, entry * WORDS);
const attemptOf = ({ words }: Page, entry: number): number =>
  (at(words, entry * WORDS + 1) >>> ATTEMPT_SHIFT) & (ATTEMPTS - 1);
const hiOf = ({ words }: Page, entry: number): number =>
  (at(words, entry * WORDS + 1) >>> HI_SHIFT) * WORD + at(words, entry * WORDS + 2);
const bootOf = ({ words }: Page, entry: number): number => at(words, entry * WORDS + 3);
const loOf = (page: Page, entry: number): number =>
  hiOf(page, entry) - at(page.words, entry * WORDS + 4);
const factsOf = ({ words }: Page, entry: number): number => at(words, entry * WORDS + 5);
const outcomeOf = (page: Page, entry: number): number => factsOf(page, entry) & 7;
const reasonOf = (page: Page, entry: number): number =>
  (factsOf(page, entry) >> REASON_SHIFT) & TEXT_MASK;
const resolverOf = (page: Page, entry: number): number =>
  (factsOf(page, entry) >> RESOLVER_SHIFT) & TEXT_MASK;

function allocate(rings: Rings): number {
  const reused = rings.free.pop();
  if (reused !== undefined) return reused;
  if (rings.used === rings.pages.length * PAGE_ROWS) rings.pages.push(newPage());
  rings.used += 1;
  return rings.used - 1;
}

/** Compares a look with an entry: above 0 when the look is newer. */
function compare(page: Page, look: KeptLook, entry: number): number {
  const boots = look.boot - bootOf(page, entry);
  if (boots !== 0) return boots;
  const slots = look.slotMs - slotOf(page, entry);
  return slots === 0 ? Math.min(look.attempt, ATTEMPTS - 1) - attemptOf(page, entry) : slots;
}

function insert(page: Page, row: number, look: KeptLook): "newest" | "older" | "none" {
  const { heads, counts } = page;
  const local = inPage(row);
  const count = at(counts, local);
  let age = 0;
  while (age < count) {
    const order = compare(page, look, entryOf(page, row, age));
    if (order === 0) return "none";
    if (order > 0) break;
    age += 1;
  }
  if (age >= SIZE) return "none";
  heads[local] = (at(heads, local) + 1) & (SIZE - 1);
  if (count < SIZE) counts[local] = count + 1;
  // Entries that are newer than the look move one place up, from the newest down.
  for (let move = 0; move < age; move += 1) {
    copyEntry(page, entryOf(page, row, move + 1), entryOf(page, row, move));
  }
  writeEntry(page, entryOf(page, row, age), look);
  return age === 0 ? "newest" : "older";
}

function lookAt(page: Page, entry: number): KeptLook {
  return {
    boot: bootOf(page, entry),
    slotMs: slotOf(page, entry),
    attempt: attemptOf(page, entry),
    outcome: outcomeOf(page, entry),
    loMs: loOf(page, entry),
    hiMs: hiOf(page, entry),
    reason: reasonOf(page, entry),
    resolver: resolverOf(page, entry),
  };
}

/** Creates an empty arena; it grows by pages. */
export function createEvidenceTable(): EvidenceTable {
  const rings: Rings = { pages: [], used: 0, free: [] };
  const clear = (row: number): void => void (pageOf(rings, row).counts[inPage(row)] = 0);
  const read = (value: (page: Page, entry: number) => number) => (row: number, age: number) => {
    const page = pageOf(rings, row);
    return value(page, entryOf(page, row, age));
  };
  return {
    allocate: () => allocate(rings),
    release: (row) => {
      clear(row);
      rings.free.push(row);
    },
    clear,
    count: (row) => at(pageOf(rings, row).counts, inPage(row)),
    insert: (row, look) => insert(pageOf(rings, row), row, look),
    outcome: read(outcomeOf),
    loMs: read(loOf),
    hiMs: read(hiOf),
    reason: read(reasonOf),
    resolver: read(resolverOf),
    look: (row, age) => {
      const page = pageOf(rings, row);
      return lookAt(page, entryOf(page, row, age));
    },
  };
}

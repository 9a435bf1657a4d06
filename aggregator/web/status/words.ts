/** Times, shares and spans of time as people of a language write them. */
import type { StatusLocale } from "../../../shared/status-page.ts";
import { STATUS_STRINGS } from "./strings.ts";
import type { StatusStrings } from "./strings.ts";

/** How a page speaks. */
export interface StatusWords {
  locale: StatusLocale;
  text: StatusStrings;
  /** Day and time, UTC. */
  moment(iso: string): string;
  /** A day, UTC; takes an RFC 3339 text or a day alone. */
  day(iso: string): string;
  /** Such as 99.98 %. */
  share(share: number): string;
  /** Such as 2 h 5 min. */
  span(ms: number): string;
}

const TAGS: Readonly<Record<StatusLocale, string>> = { en: "en-GB", de: "de-DE", zh: "zh-CN" };

const made = new Map<StatusLocale, StatusWords>();

/** The words of a language; making them takes a while, so each is made once. */
export function wordsOf(locale: StatusLocale): StatusWords {
  const found = made.get(locale) ?? makeWords(locale);
  made.set(locale, found);
  return found;
}

function makeWords(locale: StatusLocale): StatusWords {
  const tag = TAGS[locale];
  const utc = { timeZone: "UTC" } as const;
  const moments = new Intl.DateTimeFormat(tag, { ...utc, dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(tag, { ...utc, dateStyle: "medium" });
  const shares = new Intl.NumberFormat(tag, {
    style: "percent",
    minimumFractionDigits: 0,
    maximumFractionDigits: 2,
  });
  const text = STATUS_STRINGS[locale];
  return {
    locale,
    text,
    moment: (iso) => `${moments.format(Date.parse(iso))} UTC`,
    day: (iso) => days.format(Date.parse(iso)),
    // Rounded down: what was down for a moment was not up all the time.
    share: (share) => shares.format(Math.floor(share * 10_000) / 10_000),
    span: (ms) => spanText(ms, text.units),
  };
}

function spanText(ms: number, units: StatusStrings["units"]): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} ${units.second}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} ${units.minute}`;
  const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 48) {
    const rest = left === 0 ? "" : ` ${left} ${units.minute}`;
    return `${hours} ${units.hour}${rest}`;
  }
  return `${Math.round(hours / 24)} ${units.day}`;
}

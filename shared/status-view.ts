/** What a status page shows at one moment; `/status/NAME.json` is this as JSON. */
import type { StatusLocale } from "./status-page.ts";

/**
 * How something is, in words for the public, from the worst on. `regional`: some regions do not
 * reach it and others do; `unknown`: nobody can say, which is neither good nor bad.
 */
export const STATUS_LEVELS = [
  "outage",
  "regional",
  "degraded",
  "recovering",
  "maintenance",
  "unknown",
  "operational",
] as const;

/** How something is, in words for the public. */
export type StatusLevel = (typeof STATUS_LEVELS)[number];

/** One UTC day of a target. */
export interface StatusDay {
  /** Such as 2026-11-21. */
  day: string;
  /** The worst of the day; short outages are `degraded`. */
  level: StatusLevel;
  /** Share of the known time in which it was up, 0 to 1; null: nothing is known. */
  uptime: number | null;
  downMs: number;
}

/** A region, and whether the target is reached from there; null: nobody looks from there now. */
export interface StatusRegion {
  name: string;
  reached: boolean | null;
}

/** A target as the public sees it. */
export interface StatusTarget {
  name: string;
  /** Its label `title`, else its name. */
  title: string;
  level: StatusLevel;
  /** Since when it is so, RFC 3339. */
  since: string;
  regions: StatusRegion[];
  /** Share of the known time of all days in which it was up; null: nothing is known. */
  uptime: number | null;
  /** The last 90 days, the oldest first. */
  days: StatusDay[];
}

/** Targets with the same value of the label that the page groups by. */
export interface StatusGroup {
  /** Empty for those without the label. */
  name: string;
  level: StatusLevel;
  targets: StatusTarget[];
}

/** A change within an incident. */
export interface StatusUpdate {
  at: string;
  level: StatusLevel;
  /** What the mesh says of it; empty where the page shows no reasons. */
  sentence: string;
}

/** An incident as the public sees it. */
export interface StatusIncident {
  id: string;
  /** Title of its target. */
  title: string;
  /** The worst that it was. */
  level: StatusLevel;
  openedAt: string;
  /** Null: it is not over. */
  resolvedAt: string | null;
  /** The oldest first. */
  updates: StatusUpdate[];
}

/** A maintenance that runs or comes. */
export interface StatusMaintenance {
  name: string;
  from: string;
  to: string;
  active: boolean;
  /** Titles of the targets of the page that it covers. */
  targets: string[];
}

/** An announcement that is to be shown now. */
export interface StatusNotice {
  title: string;
  /** Markdown as it was written. */
  text: string;
  at: string;
  severity: "info" | "notice" | "outage";
}

/** Everything that a status page shows. */
export interface StatusView {
  name: string;
  title: string;
  /** Markdown as it was written. */
  description: string;
  locale: StatusLocale;
  /** The worst of its targets. */
  level: StatusLevel;
  /** When it was put together, to the minute. */
  at: string;
  groups: StatusGroup[];
  /** Of the last 14 days, the newest first. */
  incidents: StatusIncident[];
  announcements: StatusNotice[];
  maintenance: StatusMaintenance[];
  /** Targets that did not fit. */
  leftOut: number;
}

/** The door to what makes the texts of status pages. */
import type { StatusLocale } from "../../shared/status-page.ts";
import type { StatusLevel, StatusView } from "../../shared/status-view.ts";

/** What a page is drawn with beside its view. */
export interface StatusFrame {
  title: string;
  locale: StatusLocale;
  logo?: string | undefined;
  base: string;
}

/** What makes the texts of status pages; aggregator/web/status is it. */
export interface StatusRenderer {
  page(view: StatusView, frame: StatusFrame): string;
  message(message: "notFound" | "privatePage" | "unavailable", frame: StatusFrame): string;
  password(frame: StatusFrame, wrong: "wrongPassword" | "tooMany" | null): string;
  rss(view: StatusView, place: { url: string }): string;
  atom(view: StatusView, place: { url: string }): string;
  word(level: StatusLevel, locale: StatusLocale): string;
  /** Content-Security-Policy of every page. */
  policy: string;
}

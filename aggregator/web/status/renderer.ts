/** Everything of status pages that is text: pages, feeds, policy. Pure, and without a clock. */
import type { StatusLocale } from "../../../shared/status-page.ts";
import type { StatusLevel } from "../../../shared/status-view.ts";
import { atomFeed, rssFeed } from "./feeds.ts";
import { messagePage, passwordPage, statusPage } from "./page.ts";
import { STATUS_POLICY } from "./style.ts";
import { STATUS_STRINGS } from "./strings.ts";

/** Creates it. */
export function createStatusRenderer() {
  return {
    page: statusPage,
    message: messagePage,
    password: passwordPage,
    rss: rssFeed,
    atom: atomFeed,
    /** A state in a word. */
    word: (level: StatusLevel, locale: StatusLocale) => STATUS_STRINGS[locale].levels[level],
    /** Content-Security-Policy of every page. */
    policy: STATUS_POLICY,
  };
}

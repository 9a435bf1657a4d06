/** Incidents and announcements as feeds: RSS 2.0 and Atom (RFC 4287). */
import type { StatusView } from "../../../shared/status-view.ts";
import { html, joined } from "./html.ts";
import type { Markup } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { wordsOf } from "./words.ts";

/** Where the page is, as readers of its feeds reach it. */
export interface FeedPlace {
  /** Such as https://status.example.com/status/shop, without a slash at the end. */
  url: string;
}

interface Entry {
  id: string;
  title: string;
  /** HTML, which feeds carry as escaped text. */
  content: string;
  at: string;
  changedAt: string;
}

/** The newest first. */
function entriesOf(view: StatusView): Entry[] {
  const words = wordsOf(view.locale);
  const { text } = words;
  const incidents = view.incidents.map(
    ({ id, title, level, openedAt, resolvedAt, updates }): Entry => {
      const state = resolvedAt === null ? text.ongoing : text.resolved;
      const steps = updates.toReversed().map(({ at, level: now, sentence }) => {
        return html`<li>${words.moment(at)}: ${text.levels[now]}. ${sentence}</li>`;
      });
      return {
        id,
        title: `${title}: ${text.levels[level]} (${state})`,
        content: html`<ul>
          ${steps}
        </ul>`.markup,
        at: openedAt,
        changedAt: resolvedAt ?? updates.at(-1)?.at ?? openedAt,
      };
    },
  );
  const notices = view.announcements.map(({ title, text: said, at }): Entry => {
    return { id: `notice-${at}`, title, content: renderMarkdown(said).markup, at, changedAt: at };
  });
  return [...incidents, ...notices].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

const DECLARATION: Markup = { markup: '<?xml version="1.0" encoding="utf-8"?>\n' };

/** The feed as RSS 2.0. */
export function rssFeed(view: StatusView, { url }: FeedPlace): string {
  const items = entriesOf(view).map(
    ({ id, title, content, at }) =>
      html`<item><title>${title}</title><link>${url}</link>
<guid isPermaLink="false">${url}#${id}</guid><pubDate>${rfc822(at)}</pubDate>
<description>${content}</description></item>
`,
  );
  return joined([
    DECLARATION,
    html`<rss version="2.0"><channel><title>${view.title}</title><link>${url}</link>
<description>${wordsOf(view.locale).text.headlines[view.level]}</description>
<language>${view.locale}</language>
<lastBuildDate>${rfc822(view.at)}</lastBuildDate><ttl>5</ttl>
${items}</channel></rss>
`,
  ]).markup;
}

/** The feed as Atom. */
export function atomFeed(view: StatusView, { url }: FeedPlace): string {
  const entries = entriesOf(view);
  const updated = entries.reduce(
    (last, { changedAt }) => (changedAt > last ? changedAt : last),
    "",
  );
  const items = entries.map(
    ({ id, title, content, at, changedAt }) =>
      html`<entry
        ><title>${title}</title><id>${url}#${id}</id> <link href="${url}" /><published
          >${at}</published
        ><updated>${changedAt}</updated> <content type="html">${content}</content></entry
      > `,
  );
  return joined([
    DECLARATION,
    html`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${view.locale}"
      ><title>${view.title}</title> <id>${url}</id><link href="${url}" /><link
        rel="self"
        href="${url}/feed.atom"
      />
      <updated>${updated === "" ? view.at : updated}</updated
      ><author><name>${view.title}</name></author> ${items}</feed
    > `,
  ]).markup;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time as RSS writes it: `Sat, 21 Nov 2026 18:45:00 GMT`. */
function rfc822(iso: string): string {
  const [year = "", month = "1", day = ""] = iso.slice(0, 10).split("-");
  // The first of January 1970 was a Thursday.
  const weekday = WEEKDAYS[(Math.floor(Date.parse(iso) / 86_400_000) + 4) % 7] ?? "";
  const name = MONTHS[Number(month) - 1] ?? "";
  return `${weekday}, ${day} ${name} ${year} ${iso.slice(11, 19)} GMT`;
}

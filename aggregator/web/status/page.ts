/** Status pages as HTML: readable without scripts, styles or colours. */
import type { StatusGroup, StatusIncident, StatusLevel } from "../../../shared/status-view.ts";
import type { StatusMaintenance, StatusNotice } from "../../../shared/status-view.ts";
import type { StatusTarget, StatusView } from "../../../shared/status-view.ts";
import { barsOf } from "./bars.ts";
import { html } from "./html.ts";
import type { Markup, Piece } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { STATUS_STYLE } from "./style.ts";
import { wordsOf } from "./words.ts";
import type { StatusWords } from "./words.ts";

/** What a page is drawn with beside its view. */
export interface PageFrame {
  title: string;
  locale: StatusView["locale"];
  /** Picture beside the title, a data URI; absent: none. */
  logo?: string | undefined;
  /** Path that links of the page begin with, such as /status/shop; empty at a host of its own. */
  base: string;
}

/** A whole page. */
export function statusPage(view: StatusView, frame: PageFrame): string {
  const words = wordsOf(view.locale);
  const { text } = words;
  const feeds = html`<link
      rel="alternate"
      type="application/rss+xml"
      title="RSS"
      href="${frame.base}/feed.rss"
    />
    <link
      rel="alternate"
      type="application/atom+xml"
      title="Atom"
      href="${frame.base}/feed.atom"
    />`;
  const { description, announcements, maintenance, groups, incidents } = view;
  const active = maintenance.filter((one) => one.active);
  const about =
    description === "" ? null : html`<div class="about text">${renderMarkdown(description)}</div>`;
  const history = incidents.map((one) => incidentOf(one, words));
  const planned = maintenance.filter((one) => !one.active);
  const body = html`<p class="banner ${view.level}" role="status">
      <strong>${text.headlines[view.level]}</strong>
      <time datetime="${view.at}">${text.asOf} ${words.moment(view.at)}</time>
    </p>
    ${about}
    ${section(
      text.announcements,
      announcements.map((one) => noticeOf(one, words)),
    )}
    ${section(
      text.maintenance,
      active.map((one) => maintenanceOf(one, words)),
    )}
    <div id="systems">
      ${groups.length === 0 ? html`<p class="quiet">${text.noTargets}</p>` : null}
      ${groups.map((group) => groupOf(group, words, groups.length > 1))}
    </div>
    ${view.leftOut === 0 ? null : html`<p class="quiet">${text.leftOut(view.leftOut)}</p>`}
    ${section(
      `${text.maintenance}: ${text.planned}`,
      planned.map((one) => maintenanceOf(one, words)),
    )}
    <h2>${text.incidents}</h2>
    ${incidents.length === 0 ? html`<p class="quiet">${text.noIncidents}</p>` : null}
    ${history.length === 0 ? null : html`<div class="card">${history}</div>`}`;
  const links = html`<span
    >${text.subscribe}: <a href="${frame.base}/feed.rss">RSS</a> ·
    <a href="${frame.base}/feed.atom">Atom</a> ·
    <a href="${frame.base === "" ? "/status.json" : `${frame.base}.json`}">JSON</a></span
  >`;
  return document({ frame, words, head: feeds, body, links, skip: true });
}

/** A page that says one thing, such as that there is no such page. */
export function messagePage(
  message: "notFound" | "privatePage" | "unavailable",
  frame: PageFrame,
): string {
  const words = wordsOf(frame.locale);
  const body = html`<p class="banner unknown"><strong>${words.text[message]}</strong></p>`;
  return document({ frame, words, head: null, body, links: null, skip: false });
}

/** The page that asks for a password, and says what was wrong with the last one. */
export function passwordPage(frame: PageFrame, wrong: "wrongPassword" | "tooMany" | null): string {
  const words = wordsOf(frame.locale);
  const { text } = words;
  const body = html`<form method="post" action="${frame.base === "" ? "/" : frame.base}">
    <p>${text.passwordHint}</p>
    ${wrong === null ? null : html`<p class="wrong" role="alert">${text[wrong]}</p>`}
    <label for="password">${text.password}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      maxlength="200"
      autofocus
    />
    <button type="submit">${text.enter}</button>
  </form>`;
  return document({ frame, words, head: null, body, links: null, skip: false });
}

interface Parts {
  frame: PageFrame;
  words: StatusWords;
  head: Markup | null;
  body: Markup;
  links: Markup | null;
  skip: boolean;
}

function document({ frame, words, head, body, links, skip }: Parts): string {
  const { title, logo } = frame;
  const style = { markup: `<style>${STATUS_STYLE}</style>` };
  return html`<!doctype html>
    <html lang="${words.locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${head}${style}
      </head>
      <body>
        ${skip ? html`<a class="skip" href="#systems">${words.text.skip}</a>` : null}
        <header>
          ${logo === undefined ? null : html`<img src="${logo}" alt="" />`}
          <h1>${title}</h1>
        </header>
        <main>${body}</main>
        <footer>${links}<span>${words.text.poweredBy}</span></footer>
      </body>
    </html> `.markup;
}

function section(title: string, pieces: readonly Piece[]): Markup | null {
  return pieces.length === 0
    ? null
    : html`<h2>${title}</h2>
        ${pieces}`;
}

const levelOf = (level: StatusLevel, { text }: StatusWords): Markup =>
  html`<span class="level ${level}">${text.levels[level]}</span>`;

function groupOf(group: StatusGroup, words: StatusWords, isNamed: boolean): Markup {
  const name = group.name === "" ? words.text.others : group.name;
  const head = isNamed || group.name !== "" ? html`<h2 class="row">${name}</h2>` : html`<h2></h2>`;
  const targets = group.targets.map((target) => targetOf(target, words));
  return html`<section>
    ${isNamed || group.name !== "" ? head : null}
    <div class="card${isNamed || group.name !== "" ? "" : " first"}">${targets}</div>
  </section>`;
}

function targetOf(target: StatusTarget, words: StatusWords): Markup {
  const failing = target.regions.filter(({ reached }) => reached === false).map(({ name }) => name);
  const reached = target.regions
    .filter((region) => region.reached === true)
    .map(({ name }) => name);
  const where =
    target.level === "regional" && failing.length > 0
      ? html`<p class="where">${words.text.regional(failing.join(", "), reached.join(", "))}</p>`
      : null;
  return html`<article class="item">
    <div class="row">
      <h3>${target.title}</h3>
      ${levelOf(target.level, words)}
    </div>
    ${where}${barsOf(target, words)}
  </article>`;
}

const NOTICE_LEVELS = { info: "recovering", notice: "degraded", outage: "outage" } as const;

function noticeOf({ title, text, at, severity }: StatusNotice, words: StatusWords): Markup {
  return html`<article class="card notice ${NOTICE_LEVELS[severity]}">
    <div class="item">
      <div class="row">
        <h3>${title}</h3>
        <time class="when" datetime="${at}">${words.moment(at)}</time>
      </div>
      <div class="text">${renderMarkdown(text)}</div>
    </div>
  </article>`;
}

function maintenanceOf({ name, from, to, active, targets }: StatusMaintenance, words: StatusWords) {
  const { text } = words;
  return html`<article class="card notice maintenance">
    <div class="item">
      <div class="row">
        <h3>${name}</h3>
        <span class="level maintenance">${active ? text.runsNow : text.planned}</span>
      </div>
      <p class="when">
        <time datetime="${from}">${words.moment(from)}</time> –
        <time datetime="${to}">${words.moment(to)}</time>
      </p>
      <p class="where">${text.affects}: ${targets.join(", ")}</p>
    </div>
  </article>`;
}

function incidentOf(incident: StatusIncident, words: StatusWords): Markup {
  const { title, level, openedAt, resolvedAt, updates } = incident;
  const { text } = words;
  const lasted = resolvedAt === null ? null : Date.parse(resolvedAt) - Date.parse(openedAt);
  const state = lasted === null ? text.ongoing : `${text.resolved} · ${words.span(lasted)}`;
  const shown = resolvedAt === null ? level : "operational";
  return html`<article class="item">
    <div class="row">
      <h3>${title}: ${text.levels[level]}</h3>
      <span class="level ${shown}">${state}</span>
    </div>
    <ol class="steps">
      ${updates.toReversed().map(
        (one) =>
          html`<li class="${one.level}">
            ${levelOf(one.level, words)}
            <time datetime="${one.at}">${words.moment(one.at)}</time>${
              one.sentence === "" ? null : html`<br />${one.sentence}`
            }
          </li>`,
      )}
    </ol>
  </article>`;
}

/** Ninety days as bars: what was as it should be is one path, every other day tells of itself. */
import type { StatusDay, StatusLevel, StatusTarget } from "../../../shared/status-view.ts";
import { html } from "./html.ts";
import type { Markup } from "./html.ts";
import type { StatusWords } from "./words.ts";

const HEIGHT = 34;
const WIDTH = 4;
const STEP = 5;

/** Levels of a day that have a height and a colour of their own; others look like the first. */
const HEIGHTS: Partial<Record<StatusLevel, number>> = {
  operational: 34,
  outage: 34,
  degraded: 26,
  maintenance: 20,
  unknown: 12,
};

const shapeOf = (level: StatusLevel): StatusLevel => (level in HEIGHTS ? level : "degraded");

/** The bars of a target, readable without seeing them. */
export function barsOf(
  { days, uptime, title }: Pick<StatusTarget, "days" | "uptime" | "title">,
  words: StatusWords,
): Markup {
  const { text } = words;
  const width = days.length * STEP - (STEP - WIDTH);
  const share = uptime === null ? text.noData : `${words.share(uptime)} ${text.uptime}`;
  const label = `${title}: ${text.days(days.length)}, ${share}`;
  const good = pathOf(days, "operational");
  const empty = pathOf(days, "unknown");
  return html`<svg
      class="bars"
      role="img"
      aria-label="${label}"
      viewBox="0 0 ${width} ${HEIGHT}"
      preserveAspectRatio="none"
    >
      ${good === "" ? null : html`<path class="b-operational" d="${good}" />`}${
        empty === "" ? null : html`<path class="b-unknown" d="${empty}" />`
      }${days.map((day, index) => barOf(day, index, words))}
    </svg>
    <div class="scale">
      <span>${text.daysAgo}</span><span>${share}</span><span>${text.today}</span>
    </div>
    ${troubleOf(days, words)}`;
}

function pathOf(days: readonly StatusDay[], level: StatusLevel): string {
  const height = HEIGHTS[level] ?? HEIGHT;
  const parts = days.map(({ level: found }, index) => {
    return found === level
      ? `M${index * STEP} ${HEIGHT - height}h${WIDTH}v${height}h-${WIDTH}z`
      : "";
  });
  return parts.join("");
}

function barOf(day: StatusDay, index: number, words: StatusWords): Markup | null {
  if (day.level === "operational" || day.level === "unknown") return null;
  const shape = shapeOf(day.level);
  const height = HEIGHTS[shape] ?? HEIGHT;
  return html`<rect
    class="b-${shape}"
    x="${index * STEP}"
    y="${HEIGHT - height}"
    width="${WIDTH}"
    height="${height}"
    ><title>${dayText(day, words)}</title></rect
  >`;
}

function dayText({ day, level, uptime, downMs }: StatusDay, words: StatusWords): string {
  const { text } = words;
  const share = uptime === null ? "" : `, ${words.share(uptime)} ${text.uptime}`;
  const down = downMs === 0 ? "" : `, ${words.span(downMs)} ${text.downFor}`;
  return `${words.day(day)}: ${text.levels[level]}${share}${down}`;
}

/** Days in trouble in words, for those who cannot point at a bar. */
function troubleOf(days: readonly StatusDay[], words: StatusWords): Markup | null {
  const bad = days.filter(({ level }) => level === "outage" || level === "degraded").toReversed();
  if (bad.length === 0) return null;
  return html`<details>
    <summary>${words.text.troubled(bad.length)}</summary>
    <ul>
      ${bad.map((day) => html`<li>${dayText(day, words)}</li>`)}
    </ul>
  </details>`;
}

/** The title of the tab: how many targets are down comes first. */
import { effect, signal } from "@preact/signals";
import { downCount } from "./live/rows.ts";
import { words } from "./words/words.ts";

/** Name of the page that is shown. */
export const pageTitle = signal("");

/** Keeps the tab's title true. */
export function startPageTitle(): void {
  effect(() => {
    const down = downCount.value;
    const name = pageTitle.value === "" ? "Quorate" : `${pageTitle.value} · Quorate`;
    document.title = down === 0 ? name : `${words.value.overview.titleDown(down)} · ${name}`;
  });
}

/** The keys of the overview. */
import { useEffect, useRef } from "preact/hooks";
import { go } from "../router.ts";
import { targetPath } from "./overview-row.tsx";
import type { Line } from "./overview-view.ts";

/** What the keys work on. */
export interface KeysOptions {
  lines: readonly Line[];
  selected: number;
  select: (index: number) => void;
  search: { current: HTMLInputElement | null };
}

/** Whether somebody is writing into something. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The next row from a line on, headings left out; the line itself when there is none. */
function nextRow(lines: readonly Line[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < lines.length; at += step) {
    if (lines[at]?.kind === "row") return at;
  }
  return from;
}

function press(event: KeyboardEvent, { lines, selected, select, search }: KeysOptions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (isWriting(event.target)) {
    if (event.key !== "Escape" && event.key !== "Enter") return false;
    search.current?.blur();
    if (event.key === "Enter" && selected === -1) select(nextRow(lines, -1, 1));
    return true;
  }
  const line = lines[selected];
  if (event.key === "/") search.current?.focus();
  else if (event.key === "j") select(nextRow(lines, selected, 1));
  else if (event.key === "k") select(nextRow(lines, selected, -1));
  else if (event.key === "Escape") select(-1);
  else if (event.key === "Enter" && line?.kind === "row" && !isControl(event.target)) {
    go(targetPath(line.row.name));
  } else return false;
  return true;
}

const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(?:A|BUTTON)$/.test(target.tagName);

/** Listens to the keys while the overview is shown. */
export function useKeys(options: KeysOptions): void {
  const now = useRef(options);
  now.current = options;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]") !== null) return;
      if (press(event, now.current)) event.preventDefault();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

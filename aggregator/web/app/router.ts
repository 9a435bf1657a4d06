/** Where the page is: the path as a signal, links as plain anchors. */
import { computed, signal } from "@preact/signals";

const here = signal(location.pathname + location.search);

/** The path and query shown now. */
export const place = computed(() => new URL(here.value, location.origin));

/** The segments of the path, decoded. */
export const segments = computed(() =>
  place.value.pathname.split("/").filter(Boolean).map(decodeSegment),
);

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone % is one.
    return segment;
  }
}

/** Goes to a path; `replace` leaves no trace in the history. */
export function go(path: string, options: { replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  here.value = path;
}

/** Sets parts of the query; null removes one. */
export function setQuery(parts: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  go(url.pathname + url.search, { replace: true });
}

/** Paths that are not the dashboard's although they are on this host. */
const ELSEWHERE = /^\/(?:api|auth|docs|status|openapi\.json|badge|verdict)(?:\/|$)/;

function anchorOf(event: MouseEvent): HTMLAnchorElement | null {
  const { target } = event;
  return target instanceof Element ? target.closest("a") : null;
}

/** Follows links within the page without loading it anew. */
export function startRouter(): void {
  addEventListener("popstate", () => {
    here.value = location.pathname + location.search;
  });
  document.addEventListener("click", (event) => {
    const anchor = anchorOf(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (anchor === null || !isPlain || event.defaultPrevented || anchor.target !== "") return;
    if (anchor.origin !== location.origin || anchor.hasAttribute("download")) return;
    if (ELSEWHERE.test(anchor.pathname) || anchor.hash !== "") return;
    event.preventDefault();
    go(anchor.pathname + anchor.search);
    document.querySelector("main")?.focus({ preventScroll: true });
  });
}

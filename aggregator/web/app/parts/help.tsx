/** The keys, told at `?`. */
import { useEffect, useState } from "preact/hooks";
import { go } from "../router.ts";
import { words } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";

const PLACES: Readonly<Record<string, string>> = {
  1: "/",
  2: "/matrix",
  3: "/mesh",
  4: "/incidents",
};

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Listens to the keys that work everywhere. */
export function KeyHelp() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const path = PLACES[event.key];
      if (event.key === "?") setOpen(true);
      else if (path !== undefined) go(path);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const w = words.value.keys;
  if (!isOpen) return null;
  const keys: [string, string][] = [
    ["/", w.search],
    ["j", w.next],
    ["k", w.previous],
    ["Enter", w.open],
    ["Esc", w.clear],
    ["1 … 4", w.pages],
    ["?", w.help],
  ];
  return (
    <Dialog title={w.title} onClose={() => setOpen(false)}>
      <div class="key-list">
        {keys.map(([key, meaning]) => (
          <>
            <kbd>{key}</kbd>
            <span>{meaning}</span>
          </>
        ))}
      </div>
    </Dialog>
  );
}

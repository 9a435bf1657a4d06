/** A list of many rows of one height, of which only those on the screen exist. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** A list and how it is drawn. */
export interface VirtualListProps<Item> {
  items: readonly Item[];
  rowPx: number;
  keyOf: (item: Item) => string;
  draw: (item: Item, index: number) => ComponentChildren;
  /** Told which items are on the screen. */
  onShown?: (items: readonly Item[]) => void;
  /** Row that has to be on the screen; -1: none. */
  selected: number;
  label: string;
  head: ComponentChildren;
  columns: number;
}

/** Rows drawn before and after those on the screen. */
const SPARE = 6;

interface Window {
  first: number;
  last: number;
}

/** The list; it scrolls by itself and fills what room there is. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, rowPx, keyOf, draw, onShown, selected, label, head, columns } = props;
  const box = useRef<HTMLDivElement>(null);
  const [{ first, last }, setWindow] = useState<Window>({ first: 0, last: 30 });

  const measure = (): void => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    const from = Math.max(0, Math.floor(scrollTop / rowPx) - SPARE);
    const to = Math.ceil((scrollTop + clientHeight) / rowPx) + SPARE;
    setWindow((before) => (before.first === from && before.last === to ? before : range(from, to)));
  };
  useLayoutEffect(measure, [rowPx]);
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    if (box.current !== null) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [rowPx]);
  useEffect(() => keepInView(box.current, selected, rowPx), [selected, rowPx]);

  const shown = items.slice(first, last);
  useEffect(() => onShown?.(shown), [shown.map(keyOf).join(" ")]);
  return (
    <div
      class="list"
      ref={box}
      onScroll={measure}
      tabIndex={0}
      role="table"
      aria-label={label}
      aria-rowcount={items.length}
      aria-colcount={columns}
    >
      {head}
      <div class="list-room" role="rowgroup" style={{ height: `${items.length * rowPx}px` }}>
        {shown.map((item, index) => (
          <div
            key={keyOf(item)}
            class={`list-place${first + index === selected ? " selected" : ""}`}
            role="row"
            aria-rowindex={first + index + 1}
            style={{ height: `${rowPx}px`, transform: `translateY(${(first + index) * rowPx}px)` }}
          >
            {draw(item, first + index)}
          </div>
        ))}
      </div>
    </div>
  );
}

const range = (first: number, last: number): Window => ({ first, last });

function keepInView(box: HTMLElement | null, index: number, rowPx: number): void {
  if (box === null || index < 0) return;
  const headPx = 34;
  const top = index * rowPx;
  const roomPx = box.clientHeight - headPx;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowPx > box.scrollTop + roomPx) box.scrollTop = top + rowPx - roomPx;
}

/** Small parts that every page is made of. */
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../clock.ts";
import { pageTitle } from "../page-title.ts";
import { ageText, timeText } from "../words/format.ts";
import { words } from "../words/words.ts";

/** A line icon of 16 by 16 from its path. */
export function Icon({ d }: { d: string }) {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

/** The paths of the icons. */
export const ICONS = {
  overview: "M2 4h12M2 8h12M2 12h8",
  matrix: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
  mesh: "M8 3.5v0M3.5 12v0M12.5 12v0M8 4 4 11.5h8zM8 2.5a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Z",
  incidents: "M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
  settings: [
    "M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M10.7 3a1.6 1.6 0 1 0 0 3 1.6 1.6 0 0 0 0-3Z",
    "M5.2 10a1.6 1.6 0 1 0 0 3 1.6 1.6 0 0 0 0-3Z",
  ].join(""),
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.4 10.4 14 14",
  plus: "M8 3v10M3 8h10",
  close: "m4 4 8 8m0-8-8 8",
  play: "M5 3.2v9.6l7.6-4.8z",
  edit: "m10.8 2.6 2.6 2.6L5.6 13H3v-2.6zM9 4.4 11.6 7",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5",
  check: "m3 8.5 3.4 3.4L13 5",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  bell: "M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.8 14.2h2.4",
  arrow: "M3 8h10M9 4l4 4-4 4",
  note: "M3 2.5h10v8l-3 3H3zM13 10.5h-3v3M5.5 5.5h5M5.5 8h3",
} as const;

/** A button; `kind` says how loud it is. */
export function Button(
  props: ButtonHTMLAttributes & {
    kind?: "plain" | "main" | "quiet" | "danger";
    icon?: keyof typeof ICONS;
    type?: "button" | "submit";
    disabled?: boolean;
    title?: string;
    children?: ComponentChildren;
  },
) {
  const { kind = "plain", icon, children, type = "button", ...rest } = props;
  return (
    <button type={type} class={`button b-${kind}${children ? "" : " b-icon"}`} {...rest}>
      {icon !== undefined && <Icon d={ICONS[icon]} />}
      {children}
    </button>
  );
}

/** Since when, as an age; the moment itself in the tooltip. */
export function Age({ at }: { at: string | number | null }) {
  if (at === null) return <span class="soft">{words.value.common.never}</span>;
  const atMs = typeof at === "number" ? at : Date.parse(at);
  return (
    <time class="num" dateTime={new Date(atMs).toISOString()} title={timeText(atMs)}>
      {ageText(atMs)}
    </time>
  );
}

/** A headline with what belongs beside it. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => void (pageTitle.value = title), [title]);
  return (
    <header class="page-head">
      <h1>{title}</h1>
      <div class="page-tools">{children}</div>
    </header>
  );
}

/** A part of a page with a headline of its own. */
export function Panel(props: {
  title: string;
  tools?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{props.title}</h2>
        <div class="page-tools">{props.tools}</div>
      </div>
      {props.children}
    </section>
  );
}

/** Says that there is nothing, and what to do about it. */
export function Empty(props: { title: string; help?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true" class="empty-art">
        <circle cx="22" cy="10" r="5" />
        <circle cx="10" cy="31" r="5" />
        <circle cx="34" cy="31" r="5" />
        <path d="M19.5 14.5 12.5 26.5M24.5 14.5 31.5 26.5M15.5 31h13" />
      </svg>
      <p class="empty-title">{props.title}</p>
      {props.help !== undefined && <p class="soft">{props.help}</p>}
      {props.children}
    </div>
  );
}

/** Says what went wrong, as the aggregator said it. */
export function Trouble({ text, retry }: { text: string; retry?: () => void }) {
  if (text === "") return null;
  return (
    <div class="trouble" role="alert">
      <Icon d={ICONS.incidents} />
      <span>{text}</span>
      {retry !== undefined && (
        <Button kind="quiet" onClick={retry}>
          {words.value.common.retry}
        </Button>
      )}
    </div>
  );
}

/** Copies a text, and says that it did. */
export function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    clock.after(2_000, () => setCopied(false));
  };
  const { common } = words.value;
  return (
    <Button icon={isCopied ? "check" : "copy"} onClick={() => void copy()}>
      {isCopied ? common.copied : common.copy}
    </Button>
  );
}

/** Labels as small pieces. */
export function Labels({ labels }: { labels: Readonly<Record<string, string>> }) {
  return (
    <span class="labels">
      {Object.entries(labels).map(([key, value]) => (
        <span key={key} class="label">
          <span class="soft">{key}</span> {value}
        </span>
      ))}
    </span>
  );
}

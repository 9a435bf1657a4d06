/** The overview: every target, the worst first. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { VerdictState } from "../../../../shared/verdict.ts";
import { VERDICT_STATES } from "../../../../shared/verdict.ts";
import { showGlances } from "../live/glances.ts";
import { counts, loading, loadRows, rows, rowsTrouble } from "../live/rows.ts";
import { Button, Empty, Icon, ICONS, PageHead, Trouble } from "../parts/basics.tsx";
import { StateMark } from "../parts/marks.tsx";
import { useNarrow } from "../parts/use-narrow.ts";
import { VirtualList } from "../parts/virtual-list.tsx";
import { go, place, setQuery } from "../router.ts";
import { mayWrite } from "../session.ts";
import { countText } from "../words/format.ts";
import { words } from "../words/words.ts";
import { useKeys } from "./overview-keys.ts";
import { GroupLine, ListHead, TargetLine } from "./overview-row.tsx";
import { labelKeys, linesOf } from "./overview-view.ts";
import type { Line, Sorting, View } from "./overview-view.ts";

const SORTINGS: readonly Sorting[] = ["worst", "name", "since"];

/** What is shown stands in the address, so that it can be sent to somebody. */
function viewOf(url: URL): View {
  const asked = new Set(url.searchParams.get("state")?.split(","));
  return {
    search: url.searchParams.get("q") ?? "",
    states: new Set(VERDICT_STATES.filter((state) => asked.has(state))),
    sorting: SORTINGS.find((one) => one === url.searchParams.get("sort")) ?? "worst",
    group: url.searchParams.get("group") ?? "",
  };
}

/** The page. */
export function OverviewPage() {
  const w = words.value;
  const view = viewOf(place.value);
  const all = rows.value;
  const lines = useMemo(() => linesOf(all, view), [all, place.value]);
  const [selected, setSelected] = useState(-1);
  const search = useRef<HTMLInputElement>(null);
  const isNarrow = useNarrow();
  useKeys({ lines, selected, select: setSelected, search });

  const isEmpty = loading.value === "done" && all.length === 0;
  if (isEmpty) queueMicrotask(() => go("/start", { replace: true }));
  return (
    <div class="page overview">
      <PageHead title={w.overview.title}>
        <Search view={view} input={search} />
        <Choices view={view} />
        {mayWrite() && (
          <a class="button b-main" href="/targets/new">
            <Icon d={ICONS.plus} />
            <span>{w.overview.add}</span>
          </a>
        )}
      </PageHead>
      <States view={view} />
      <Trouble text={rowsTrouble.value} retry={() => void loadRows()} />
      {lines.length === 0 && loading.value === "done" ? (
        <Empty title={w.overview.nothing} help={w.overview.nothingHelp}>
          <Button onClick={() => go("/")}>{w.overview.clear}</Button>
        </Empty>
      ) : (
        <VirtualList
          items={lines}
          rowPx={isNarrow ? 74 : 46}
          keyOf={(line: Line) => line.key}
          draw={(line) => drawLine(line, isNarrow ? 40 : 60)}
          onShown={(shown) => {
            showGlances(shown.flatMap((line) => (line.kind === "row" ? [line.row.id] : [])));
          }}
          selected={selected}
          label={w.overview.title}
          head={<ListHead />}
          columns={6}
        />
      )}
    </div>
  );
}

function drawLine(line: Line, looks: number) {
  if (line.kind === "group") return <GroupLine line={line} />;
  return <TargetLine row={line.row} looks={looks} />;
}

function Search({ view, input }: { view: View; input: { current: HTMLInputElement | null } }) {
  const { search } = words.value.overview;
  return (
    <label class="search">
      <Icon d={ICONS.search} />
      <input
        ref={input}
        type="search"
        aria-label={search}
        placeholder={search}
        value={view.search}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

function Choices({ view }: { view: View }) {
  const w = words.value.overview;
  const keys = useMemo(() => labelKeys(rows.value), [rows.value.length]);
  const names = { worst: w.sortWorst, name: w.sortName, since: w.sortSince };
  return (
    <>
      <select
        aria-label={w.group}
        value={view.group}
        onChange={({ currentTarget }) => setQuery({ group: currentTarget.value })}
      >
        <option value="">{w.groupNone}</option>
        {keys.map((key) => (
          <option key={key} value={key}>
            {w.group}: {key}
          </option>
        ))}
      </select>
      <select
        aria-label={w.sort}
        value={view.sorting}
        onChange={({ currentTarget }) => setQuery({ sort: currentTarget.value })}
      >
        {SORTINGS.map((sorting) => (
          <option key={sorting} value={sorting}>
            {names[sorting]}
          </option>
        ))}
      </select>
    </>
  );
}

/** How many are in which state; each is a switch. */
function States({ view }: { view: View }) {
  const w = words.value;
  const toggle = (state: VerdictState): void => {
    const states = new Set(view.states);
    if (!states.delete(state)) states.add(state);
    setQuery({ state: [...states].join(",") });
  };
  const shown = VERDICT_STATES.filter(
    (state) => counts.value[state] > 0 || view.states.has(state) || state === "down",
  );
  return (
    <div class="states" role="group" aria-label={w.common.state}>
      <button
        type="button"
        class="state-chip"
        aria-pressed={view.states.size === 0}
        onClick={() => setQuery({ state: null })}
      >
        <span class="chip-count num">{countText(rows.value.length)}</span> {w.common.all}
      </button>
      {shown.map((state) => (
        <button
          type="button"
          key={state}
          class={`state-chip chip-${state}${counts.value[state] === 0 ? " chip-zero" : ""}`}
          aria-pressed={view.states.has(state)}
          title={w.stateHelp[state]}
          onClick={() => toggle(state)}
        >
          <StateMark state={state} />
          <span class="chip-count num">{countText(counts.value[state])}</span> {w.states[state]}
        </button>
      ))}
    </div>
  );
}

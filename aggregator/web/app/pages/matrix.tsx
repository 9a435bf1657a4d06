/** Targets by vantages: a red row is a target, a red column a probe, a block a path. */
import { useMemo, useState } from "preact/hooks";
import type { ApiProbe } from "../../../../shared/api/probe.ts";
import type { Vote } from "../../../../shared/verdict.ts";
import { glanceOf, showGlances } from "../live/glances.ts";
import { byPlace, useProbes } from "../live/probes.ts";
import { loading, rows, rowsTrouble } from "../live/rows.ts";
import type { Row } from "../live/row.ts";
import { Empty, PageHead, Trouble } from "../parts/basics.tsx";
import { StateMark, VoteMark } from "../parts/marks.tsx";
import { VirtualList } from "../parts/virtual-list.tsx";
import { remembered } from "../settings.ts";
import { words } from "../words/words.ts";
import { linesOf } from "./overview-view.ts";
import { WhyDialog } from "./matrix-why.tsx";
import type { Cell } from "./matrix-why.tsx";

const ROW_PX = 30;
const VOTES = ["ok", "suspect", "sub", "dead", "none"] as const;

const failuresOnly = remembered("matrix", ["all", "failing"], "all");

/** The page. */
export function MatrixPage() {
  const w = words.value;
  const probes = useProbes();
  const columns = useMemo(() => byPlace(probes.data?.items ?? []), [probes.data]);
  const [asked, setAsked] = useState<Cell | null>(null);
  const shown = useMemo(() => rowsOf(rows.value), [rows.value, failuresOnly.value]);
  return (
    <div class="page overview matrix">
      <PageHead title={w.matrix.title}>
        <Legend />
        <label class="check">
          <input
            type="checkbox"
            checked={failuresOnly.value === "failing"}
            onChange={({ currentTarget }) => {
              failuresOnly.value = currentTarget.checked ? "failing" : "all";
            }}
          />
          {w.matrix.filter}
        </label>
      </PageHead>
      <p class="soft">{w.matrix.help}</p>
      <Trouble text={rowsTrouble.value || probes.trouble} />
      {shown.length === 0 && loading.value === "done" ? (
        <Empty title={w.matrix.nothing} help={w.matrix.nothingHelp} />
      ) : (
        <VirtualList
          items={shown}
          rowPx={ROW_PX}
          keyOf={(row: Row) => row.id}
          draw={(row) => <MatrixLine row={row} columns={columns} ask={setAsked} />}
          onShown={(seen) =>
            showGlances(
              seen.map(({ id }) => id),
              0,
            )
          }
          selected={-1}
          label={w.matrix.title}
          head={<Head columns={columns} />}
          columns={columns.length + 1}
        />
      )}
      {asked !== null && <WhyDialog cell={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** The worst first, so that what is red stands together. */
function rowsOf(all: readonly Row[]): Row[] {
  const view = { search: "", states: new Set<never>(), sorting: "worst" as const, group: "" };
  const lines = linesOf(all, view).flatMap((line) => (line.kind === "row" ? [line.row] : []));
  return failuresOnly.value === "all" ? lines : lines.filter(({ state }) => state !== "up");
}

function Legend() {
  const w = words.value;
  return (
    <ul class="legend" aria-label={w.matrix.legend}>
      {VOTES.map((vote) => (
        <li key={vote}>
          <span class={`cell k-${vote}`}>
            <VoteMark vote={vote} />
          </span>
          {w.votes[vote]}
        </li>
      ))}
    </ul>
  );
}

function Head({ columns }: { columns: readonly ApiProbe[] }) {
  return (
    <div role="rowgroup" class="list-head matrix-head">
      <div role="row" class="matrix-line">
        <span role="columnheader" class="matrix-name">
          {words.value.overview.target}
        </span>
        {columns.map(({ id, name, region, status }, index) => (
          <span
            key={id}
            role="columnheader"
            class={`matrix-column${startsRegion(columns, index) ? " starts" : ""}`}
            title={`${name}, ${region}: ${words.value.mesh.states[status.state]}`}
          >
            <span class={status.state === "eligible" ? "" : "not-witness"}>
              {name} <span class="soft">{region}</span>
            </span>
          </span>
        ))}
      </div>
    </div>
  );
}

/** Whether a column is the first of its region. */
function startsRegion(columns: readonly ApiProbe[], index: number): boolean {
  return index > 0 && columns[index]?.region !== columns[index - 1]?.region;
}

interface LineProps {
  row: Row;
  columns: readonly ApiProbe[];
  ask: (cell: Cell) => void;
}

function MatrixLine({ row, columns, ask }: LineProps) {
  const glance = glanceOf(row.id).value;
  const votes = new Map(glance?.vantages.map(({ probeId, vote }) => [probeId, vote]));
  return (
    <div class="matrix-line">
      <span role="rowheader" class="matrix-name">
        <StateMark state={row.state} />
        <a href={`/targets/${encodeURIComponent(row.name)}`}>{row.name}</a>
      </span>
      {columns.map((probe, index) => (
        <span
          key={probe.id}
          role="cell"
          class={`matrix-cell${startsRegion(columns, index) ? " starts" : ""}`}
        >
          <VoteCell vote={votes.get(probe.id)} {...{ row, probe, ask }} />
        </span>
      ))}
    </div>
  );
}

function VoteCell(
  props: Pick<LineProps, "row" | "ask"> & { vote: Vote | undefined; probe: ApiProbe },
) {
  const { vote, row, probe, ask } = props;
  const w = words.value;
  if (vote === undefined) return <span class="cell k-absent" title={w.matrix.none} />;
  const title = `${w.matrix.why(row.name, probe.name)}: ${w.votes[vote]}`;
  return (
    <button
      type="button"
      class={`cell k-${vote}`}
      aria-label={title}
      title={title}
      onClick={() =>
        ask({ targetId: row.id, target: row.name, probeId: probe.id, probe: probe.name })
      }
    >
      <VoteMark vote={vote} />
    </button>
  );
}

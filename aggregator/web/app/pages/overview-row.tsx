/** A target in the overview. */
import type { Row } from "../live/row.ts";
import { glanceOf } from "../live/glances.ts";
import { Beats } from "../parts/beats.tsx";
import { Age } from "../parts/basics.tsx";
import { StateMark, VoteMark } from "../parts/marks.tsx";
import { Spark } from "../parts/spark.tsx";
import { countText, shareText } from "../words/format.ts";
import { words } from "../words/words.ts";
import type { Line } from "./overview-view.ts";

/** Dots of vantages shown in a row; further ones are counted. */
const DOTS_MAX = 9;

/** The address of a target's page. */
export function targetPath(name: string): string {
  return `/targets/${encodeURIComponent(name)}`;
}

/** Where a target is; an address that begins with the kind needs no other word. */
function placeText(kind: string, address: string): string {
  return address.startsWith(kind) ? address : `${kind} ${address}`;
}

/** A target's line: state, since when, looks, vantages, latency, uptime. */
export function TargetLine({ row, looks }: { row: Row; looks: number }) {
  const w = words.value;
  const glance = glanceOf(row.id).value;
  const labels = Object.entries(row.labels);
  return (
    <div class={`target-line t-${row.state}`}>
      <span class="c-name" role="cell">
        <StateMark state={row.state} size={13} />
        <span class="c-name-text">
          <a href={targetPath(row.name)} tabIndex={-1}>
            {row.name}
          </a>
          <span class="soft small c-address">
            {glance === null ? " " : placeText(glance.kind, glance.address)}
          </span>
        </span>
        {labels.slice(0, 2).map(([key, value]) => (
          <span key={key} class="label c-label" title={`${key}=${value}`}>
            {value}
          </span>
        ))}
      </span>
      <span class="c-state" role="cell">
        <span class={`word w-${row.state}`}>{w.states[row.state]}</span>
        <span class="soft small">
          <Age at={row.sinceMs} />
          {row.lean === "down" && ` · ${w.overview.leansDown}`}
          {glance?.maintenance && ` · ${w.overview.maintenance}`}
          {glance?.enabled === false && ` · ${w.overview.disabled}`}
        </span>
      </span>
      <span class="c-beats" role="cell">
        <Beats looks={glance?.looks ?? []} count={looks} label={w.overview.looksOf(row.name)} />
      </span>
      <span class="c-votes" role="cell">
        {glance?.vantages.slice(0, DOTS_MAX).map(({ probeId, probe, vote }) => (
          <VoteMark key={probeId} vote={vote} title={`${probe}: ${w.votes[vote]}`} />
        ))}
        {glance !== null && glance.vantages.length > DOTS_MAX && (
          <span class="soft small">+{glance.vantages.length - DOTS_MAX}</span>
        )}
      </span>
      <span class="c-spark" role="cell">
        <Spark looks={glance?.looks ?? []} />
      </span>
      <span class="c-uptime num" role="cell">
        {shareText(glance?.availability ?? null)}
      </span>
    </div>
  );
}

/** The heading of a group: its name, and how many of it are in which state. */
export function GroupLine({ line }: { line: Extract<Line, { kind: "group" }> }) {
  const w = words.value;
  const bad = line.rows.filter(({ state }) => state !== "up").length;
  return (
    <div class="group-line" role="cell">
      <strong>{line.title === "" ? w.overview.withoutLabel : line.title}</strong>
      <span class="soft num">
        {countText(line.rows.length - bad)} / {countText(line.rows.length)} {w.states.up}
      </span>
    </div>
  );
}

/** The names of the columns. */
export function ListHead() {
  const w = words.value.overview;
  return (
    <div role="rowgroup" class="list-head">
      <div role="row" class="target-line">
        <span class="c-name" role="columnheader">
          {w.target}
        </span>
        <span class="c-state" role="columnheader">
          {words.value.common.state}
        </span>
        <span class="c-beats" role="columnheader">
          {w.looks}
        </span>
        <span class="c-votes" role="columnheader">
          {w.vantages}
        </span>
        <span class="c-spark" role="columnheader">
          {w.latency}
        </span>
        <span class="c-uptime" role="columnheader">
          {w.uptime}
        </span>
      </div>
    </div>
  );
}

/** A slider over the minutes around an incident: what was known when. */
import { useMemo, useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiIncident } from "../../../../../shared/api/incident.ts";
import type { ApiExplanation, ApiTransition } from "../../../../../shared/api/verdict.ts";
import { pathOf } from "../../api.ts";
import { nowMs } from "../../clock.ts";
import { targetOfEvent } from "../../live/live.ts";
import { useAsk } from "../../live/use-ask.ts";
import { Panel } from "../../parts/basics.tsx";
import { StateWord, VoteMark } from "../../parts/marks.tsx";
import { stateSpans } from "../../parts/state-spans.ts";
import { timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

/** Time shown before the incident and after it. */
const AROUND_MS = 120_000;
/** Transitions of the target that are looked through. */
const TRANSITIONS_MAX = 1_000;

/** The panel. */
export function Replay({ incident }: { incident: ApiIncident }) {
  const w = words.value.incidents;
  const { targetId, openedAt, resolvedAt } = incident;
  const openedMs = Date.parse(openedAt);
  const endMs = resolvedAt === null ? nowMs.value : Date.parse(resolvedAt) + AROUND_MS;
  const range = { fromMs: openedMs - AROUND_MS, toMs: Math.min(endMs, nowMs.value) };
  const [atMs, setAt] = useState(openedMs);
  const path = `/verdicts${pathOf(targetId)}`;
  const { data } = useAsk<ApiPage<ApiTransition>>(`${path}/transitions`, {
    query: { limit: TRANSITIONS_MAX },
    after: (event) => targetOfEvent(event) === targetId,
  });
  const items = data?.items ?? [];
  const shown = items.find(({ at }) => Date.parse(at) <= atMs);
  const explanation = useAsk<ApiExplanation>(shown === undefined ? null : `${path}/explain`, {
    query: { transition: shown?.number },
  });
  const spans = useMemo(() => stateSpans(items, range, "unknown"), [data, range.toMs]);
  return (
    <Panel title={w.replay}>
      <p class="soft small">{w.replayHelp}</p>
      <div class="replay-band" aria-hidden="true">
        {spans.map(({ fromMs, toMs, state }) => (
          <span key={fromMs} class={`s-${state}`} style={{ flexGrow: toMs - fromMs }} />
        ))}
      </div>
      <input
        type="range"
        aria-label={w.replay}
        aria-valuetext={timeText(atMs)}
        min={range.fromMs}
        max={range.toMs}
        step={100}
        value={atMs}
        onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
      />
      <p class="num small">{timeText(atMs)}</p>
      {shown === undefined ? (
        <p class="soft">{w.replayNone}</p>
      ) : (
        <>
          <p>
            <StateWord state={shown.to} /> <span class="soft small">{shown.sentence}</span>
          </p>
          <Then explanation={explanation.data} />
        </>
      )}
    </Panel>
  );
}

function Then({ explanation }: { explanation: ApiExplanation | null }) {
  const w = words.value;
  return (
    <ul class="then">
      {explanation?.vantages.map(({ probeId, probeName, vote, detail }) => (
        <li key={probeId}>
          <VoteMark vote={vote} title={w.votes[vote]} />
          <span>
            <strong>{probeName}</strong> <span class="soft small">{detail || w.votes[vote]}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The incidents, newest first, and the page of one. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiIncident } from "../../../../../shared/api/incident.ts";
import { ask } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, PageHead, Trouble } from "../../parts/basics.tsx";
import { SeverityMark } from "../../parts/severity-mark.tsx";
import { place, segments, setQuery } from "../../router.ts";
import { ageText, durationText, timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { IncidentPage } from "./incident.tsx";
import { lastedMs } from "./lasted.ts";

const ROWS = 100;
const STATES = ["open", "resolved", "withdrawn"] as const;

/** The page at /incidents, or that of one incident. */
export function IncidentsPage() {
  const [, id] = segments.value;
  return id === undefined ? <IncidentList /> : <IncidentPage key={id} id={id} />;
}

function IncidentList() {
  const w = words.value.incidents;
  const state = STATES.find((one) => one === place.value.searchParams.get("state"));
  const [older, setOlder] = useState<ApiPage<ApiIncident> | null>(null);
  const newest = useAsk<ApiPage<ApiIncident>>("/incidents", {
    query: { limit: ROWS, state },
    after: ({ type }) => type.startsWith("incident."),
  });
  const deed = useDeed();
  const next = (older ?? newest.data)?.next ?? null;
  const more = async (): Promise<void> => {
    const query = { limit: ROWS, state, cursor: next ?? undefined };
    const page = await ask<ApiPage<ApiIncident>>("/incidents", { query });
    setOlder({ items: [...(older?.items ?? []), ...page.items], next: page.next });
  };
  const all = [...(newest.data?.items ?? []), ...(older?.items ?? [])];
  const items = [...new Map(all.map((one) => [one.id, one])).values()];
  return (
    <div class="page">
      <PageHead title={w.title}>
        <div class="segments" role="group" aria-label={words.value.common.state}>
          {[undefined, ...STATES].map((one) => (
            <button
              type="button"
              key={one ?? "all"}
              aria-pressed={one === state}
              onClick={() => {
                setOlder(null);
                setQuery({ state: one ?? null });
              }}
            >
              {one === undefined ? words.value.common.all : w.states[one]}
            </button>
          ))}
        </div>
      </PageHead>
      <Trouble text={newest.trouble || deed.trouble} retry={() => void newest.reload()} />
      {newest.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <ul class="cards">
          {items.map((incident) => (
            <IncidentCard key={incident.id} incident={incident} />
          ))}
        </ul>
      )}
      {next !== null && (
        <Button kind="quiet" disabled={deed.isBusy} onClick={() => deed.run(more)}>
          {words.value.common.more}
        </Button>
      )}
    </div>
  );
}

function IncidentCard({ incident }: { incident: ApiIncident }) {
  const w = words.value.incidents;
  const { id, target, severity, state, openedAt, acknowledgedBy, sentence, notes } = incident;
  return (
    <li class={`incident-card i-${state}`}>
      <SeverityMark severity={severity} isOpen={state === "open"} />
      <div>
        <p>
          <a class="card-link" href={`/incidents/${encodeURIComponent(id)}`}>
            {target}
          </a>{" "}
          <span class="soft">
            {w.severities[severity]} · {w.states[state]}
          </span>
        </p>
        <p class="card-sentence">{sentence}</p>
        <p class="soft small">
          {acknowledgedBy === null
            ? state === "open" && w.nobody
            : w.acknowledgedBy(acknowledgedBy)}
          {notes.length > 0 && ` · ${w.kinds.note}: ${notes.length}`}
        </p>
      </div>
      <div class="card-time">
        <span class="num">{durationText(lastedMs(incident))}</span>
        <span class="soft small num" title={timeText(openedAt)}>
          {words.value.common.ago(ageText(Date.parse(openedAt)))}
        </span>
      </div>
    </li>
  );
}

/** One incident: what happened, in order, and what people did about it. */
import { useState } from "preact/hooks";
import type { ApiIncident } from "../../../../../shared/api/incident.ts";
import type { ApiTimeline } from "../../../../../shared/api/timeline.ts";
import { ask, pathOf } from "../../api.ts";
import { incidentOfEvent } from "../../live/live.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, PageHead, Panel, Trouble } from "../../parts/basics.tsx";
import { SeverityMark } from "../../parts/severity-mark.tsx";
import { mayWrite } from "../../session.ts";
import { durationText, timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { lastedMs } from "./lasted.ts";
import { Replay } from "./replay.tsx";
import { Timeline } from "./timeline.tsx";

/** Deliveries are no events: they are looked for now and then. */
const RENEW_MS = 10_000;

/** The page. */
export function IncidentPage({ id }: { id: string }) {
  const w = words.value;
  const path = `/incidents${pathOf(id)}`;
  const { data, trouble, reload } = useAsk<ApiTimeline>(`${path}/timeline`, {
    everyMs: RENEW_MS,
    after: (event) => incidentOfEvent(event) === id,
  });
  const deed = useDeed();
  if (data === null) {
    if (trouble !== "") return <Empty title={w.common.notFound} help={trouble} />;
    return <p class="loading">{w.common.loading}</p>;
  }
  const { incident } = data;
  const acknowledge = async (): Promise<void> => {
    await ask(`${path}/ack`, { method: "POST", body: {} });
    await reload();
  };
  return (
    <div class="page">
      <PageHead title={incident.target}>
        {mayWrite() && incident.acknowledgedAt === null && incident.state === "open" && (
          <Button
            kind="main"
            icon="check"
            disabled={deed.isBusy}
            onClick={() => deed.run(acknowledge)}
          >
            {w.incidents.acknowledge}
          </Button>
        )}
        <a class="button" href={`/targets/${encodeURIComponent(incident.targetId)}`}>
          {w.incidents.target}
        </a>
      </PageHead>
      <Trouble text={trouble || deed.trouble} />
      <Head incident={incident} />
      <div class="columns">
        <Panel title={w.incidents.timeline}>
          <Timeline entries={data.items} />
          {data.leftOut > 0 && <p class="soft small">{w.incidents.leftOut(data.leftOut)}</p>}
        </Panel>
        <div class="stack">
          <Replay incident={incident} />
          {mayWrite() && <NoteForm path={path} reload={reload} />}
        </div>
      </div>
    </div>
  );
}

function Head({ incident }: { incident: ApiIncident }) {
  const w = words.value.incidents;
  const { severity, state, cause, openedAt, resolvedAt, acknowledgedBy, sentence } = incident;
  return (
    <section class="panel incident-head">
      <div class="verdict-head">
        <SeverityMark severity={severity} isOpen={state === "open"} />
        <div>
          <p class="verdict-word">
            {w.severities[severity]}
            <span class="soft">
              {w.states[state]}
              {cause !== null && ` · ${w.causes[cause]}`}
            </span>
          </p>
          <p class="verdict-sentence">{sentence}</p>
          <p class="soft small">
            {w.opened} {timeText(openedAt)}
            {resolvedAt !== null && ` – ${timeText(resolvedAt)}`} · {w.lasted}{" "}
            {durationText(lastedMs(incident))}
            {acknowledgedBy === null
              ? state === "open" && ` · ${w.nobody}`
              : ` · ${w.acknowledgedBy(acknowledgedBy)}`}
          </p>
        </div>
      </div>
    </section>
  );
}

function NoteForm({ path, reload }: { path: string; reload: () => Promise<void> }) {
  const w = words.value;
  const [text, setText] = useState("");
  const deed = useDeed();
  const write = async (): Promise<void> => {
    await ask(`${path}/notes`, { method: "POST", body: { text: text.trim() } });
    setText("");
    await reload();
  };
  return (
    <Panel title={w.incidents.note}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") deed.run(write);
        }}
      >
        <textarea
          rows={3}
          aria-label={w.incidents.note}
          placeholder={w.incidents.notePlaceholder}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Trouble text={deed.trouble} />
        <div class="form-foot">
          <Button type="submit" icon="note" disabled={deed.isBusy || text.trim() === ""}>
            {w.common.save}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

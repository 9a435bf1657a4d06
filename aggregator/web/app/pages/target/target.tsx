/** The page of one target. */
import { useState } from "preact/hooks";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import type { ApiExplanation } from "../../../../../shared/api/verdict.ts";
import { ask, pathOf } from "../../api.ts";
import { targetOfEvent } from "../../live/live.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Age, Button, Empty, Labels, PageHead, Trouble } from "../../parts/basics.tsx";
import { StateMark } from "../../parts/marks.tsx";
import { place, segments } from "../../router.ts";
import { mayWrite } from "../../session.ts";
import { words } from "../../words/words.ts";
import { TargetForm } from "../form/target-form.tsx";
import { Evidence } from "./evidence.tsx";
import { LatencyPanel } from "./latency.tsx";
import { Results } from "./results.tsx";
import { RunDialog } from "./run.tsx";
import { Transitions } from "./transitions.tsx";
import { UptimePanel } from "./uptime.tsx";
import { Watched } from "./watched.tsx";

/** How often the evidence is asked for: its ages are part of it. */
const EVIDENCE_MS = 5_000;

/** The page at /targets/…: one target, its form, or the form of a new one. */
export function TargetPage() {
  const [, name, part] = segments.value;
  if (name === undefined) return <Empty title={words.value.common.notFound} />;
  // A target may be called so; then its page is reached by its id.
  if (name === "new" && part === undefined) return <TargetForm target={null} />;
  return <OneTarget key={name} name={name} isForm={part === "edit"} />;
}

function OneTarget({ name, isForm }: { name: string; isForm: boolean }) {
  const path = `/targets${pathOf(name)}`;
  const target = useAsk<ApiTarget>(path, { after: (event) => event.type === "target.updated" });
  if (target.data === null) {
    if (target.trouble === "") return <p class="loading">{words.value.common.loading}</p>;
    return <Empty title={words.value.target.gone} help={target.trouble} />;
  }
  if (isForm) return <TargetForm target={target.data} />;
  return <Shown target={target.data} reload={target.reload} />;
}

function Shown({ target, reload }: { target: ApiTarget; reload: () => Promise<void> }) {
  const transition = place.value.searchParams.get("transition") ?? undefined;
  const explanation = useAsk<ApiExplanation>(`/verdicts${pathOf(target.id)}/explain`, {
    query: { transition },
    everyMs: EVIDENCE_MS,
    after: (event) => targetOfEvent(event) === target.id || event.type.startsWith("probe."),
  });
  const { data } = explanation;
  return (
    <div class="page">
      <PageHead title={target.name}>
        <Tools target={target} reload={reload} />
      </PageHead>
      <p class="target-where">
        <span class="soft">{target.kind}</span>
        <code>{addressOf(target)}</code>
        <Labels labels={target.labels} />
      </p>
      <Trouble text={explanation.trouble} retry={() => void explanation.reload()} />
      {data !== null && <Verdict explanation={data} transition={transition} />}
      <LatencyPanel target={target} />
      <div class="columns">
        <UptimePanel target={target} />
        <Watched target={target} />
      </div>
      <Transitions target={target} />
      <Results target={target} />
    </div>
  );
}

/** The part of the options that says where a target is. */
function addressOf({ options }: ApiTarget): string {
  const { url, host, port, name } = options;
  if (typeof url === "string") return url;
  if (typeof host === "string") return typeof port === "number" ? `${host}:${port}` : host;
  return typeof name === "string" ? name : "";
}

function Tools({ target, reload }: { target: ApiTarget; reload: () => Promise<void> }) {
  const w = words.value;
  const [isRunning, setRunning] = useState(false);
  const deed = useDeed();
  const switchOver = async (): Promise<void> => {
    const body = { enabled: !target.enabled };
    await ask(`/targets${pathOf(target.id)}`, { method: "PATCH", body });
    await reload();
  };
  if (!mayWrite()) return null;
  return (
    <>
      <Trouble text={deed.trouble} />
      <Button kind="main" icon="play" onClick={() => setRunning(true)}>
        {w.target.run}
      </Button>
      <Button disabled={deed.isBusy} onClick={() => deed.run(switchOver)}>
        {target.enabled ? w.target.disable : w.target.enable}
      </Button>
      <a class="button" href={`/targets/${encodeURIComponent(target.name)}/edit`}>
        {w.common.edit}
      </a>
      {isRunning && <RunDialog target={target} onClose={() => setRunning(false)} />}
    </>
  );
}

function Verdict(props: { explanation: ApiExplanation; transition: string | undefined }) {
  const { explanation, transition } = props;
  const w = words.value;
  const { state, sentence, quorum, incidentId, since, targetName } = explanation;
  const path = `/targets/${encodeURIComponent(targetName)}`;
  return (
    <section class={`panel verdict verdict-${state}`} aria-label={w.target.verdicts}>
      {transition !== undefined && (
        <p class="past">
          {w.target.atTransition(Number(transition))} · <a href={path}>{w.target.asNow}</a>
        </p>
      )}
      <div class="verdict-head">
        <StateMark state={state} size={30} />
        <div>
          <p class="verdict-word">
            {w.states[state]}
            <span class="soft">
              <Age at={since} />
            </span>
          </p>
          <p class="verdict-sentence">{sentence}</p>
          <p class="soft small">
            {w.target.quorum(quorum.failing, quorum.need, quorum.roster)}
            {incidentId !== null && (
              <>
                {" "}
                <a href={`/incidents/${encodeURIComponent(incidentId)}`}>{w.target.incident}</a>
              </>
            )}
          </p>
        </div>
      </div>
      <Evidence explanation={explanation} />
    </section>
  );
}

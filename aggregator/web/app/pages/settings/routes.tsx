/** The tree of routes, and where something would go. */
import { useEffect, useState } from "preact/hooks";
import type { ApiRouteAnswer, ApiRoutes } from "../../../../../shared/api/routes.ts";
import { ask } from "../../api.ts";
import { rows } from "../../live/rows.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Panel, Trouble } from "../../parts/basics.tsx";
import { mayWrite } from "../../session.ts";
import { durationText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { jsonText, readJson } from "./json-text.ts";

const SEVERITIES = ["critical", "major", "minor"] as const;
const TYPES = ["target.down", "target.partial", "target.sub_healthy", "probe.offline"] as const;
/** Names offered while somebody writes. */
const NAMES_MAX = 200;

/** The tab. */
export function RoutesTab() {
  const w = words.value.settings.routes;
  const routes = useAsk<ApiRoutes>("/routes");
  const [text, setText] = useState<string | null>(null);
  const deed = useDeed();
  useEffect(() => setText(null), [routes.data?.revision]);
  const shown = text ?? (routes.data === null ? "" : jsonText(routes.data.root));
  const save = async (): Promise<void> => {
    const revision = routes.data?.revision;
    const condition = revision === undefined ? {} : { ifRevision: revision };
    await ask("/routes", { method: "PUT", body: readJson(shown), ...condition });
    await routes.reload();
  };
  const remove = async (): Promise<void> => {
    if (!confirm(w.removeSure)) return;
    await ask("/routes", { method: "DELETE" });
    location.reload();
  };
  return (
    <>
      <RouteTester root={text} />
      <Panel title={w.tree}>
        <p class="soft small">{routes.data === null ? w.default : w.help}</p>
        {routes.data?.warnings.map((warning) => (
          <p key={warning} class="issue small">
            {warning}
          </p>
        ))}
        <textarea
          class="mono"
          rows={14}
          spellcheck={false}
          aria-label={w.tree}
          readOnly={!mayWrite()}
          placeholder={jsonText({ channels: ["on-call"], routes: [] })}
          value={shown}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Trouble text={deed.trouble} />
        {mayWrite() && (
          <div class="form-foot">
            <Button kind="main" disabled={deed.isBusy} onClick={() => deed.run(save)}>
              {words.value.common.save}
            </Button>
            {routes.data !== null && (
              <Button kind="danger" onClick={() => deed.run(remove)}>
                {w.remove}
              </Button>
            )}
          </div>
        )}
      </Panel>
    </>
  );
}

/** Asks where something would go; a tree that is being written is tried as it stands. */
function RouteTester({ root }: { root: string | null }) {
  const w = words.value.settings.routes;
  const [asked, setAsked] = useState({ target: "", severity: "critical", type: "target.down" });
  const [answer, setAnswer] = useState<ApiRouteAnswer | null>(null);
  const deed = useDeed();
  const test = async (): Promise<void> => {
    const { target, severity, type } = asked;
    const scope = type.startsWith("probe.") ? "probe" : "target";
    const named = target === "" ? {} : { target };
    const tried = root === null ? {} : { root: readJson(root) };
    const body = { ...named, ...tried, severity, type, scope };
    setAnswer(await ask<ApiRouteAnswer>("/routes/test", { method: "POST", body }));
  };
  if (!mayWrite()) return null;
  return (
    <Panel title={w.test}>
      <form
        class="fields four"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(test);
        }}
      >
        <label class="field">
          <span>{w.target}</span>
          <input
            type="text"
            list="target-names"
            autocomplete="off"
            value={asked.target}
            onInput={({ currentTarget }) => setAsked({ ...asked, target: currentTarget.value })}
          />
          <datalist id="target-names">
            {rows.value.slice(0, NAMES_MAX).map(({ id, name }) => (
              <option key={id} value={name} />
            ))}
          </datalist>
        </label>
        <Choice
          label={w.severity}
          values={SEVERITIES}
          value={asked.severity}
          onChange={(severity) => setAsked({ ...asked, severity })}
        />
        <Choice
          label={w.type}
          values={TYPES}
          value={asked.type}
          onChange={(type) => setAsked({ ...asked, type })}
        />
        <Button type="submit" icon="arrow" disabled={deed.isBusy}>
          {w.ask}
        </Button>
      </form>
      <Trouble text={deed.trouble} />
      {answer !== null && <Answer answer={answer} />}
    </Panel>
  );
}

interface ChoiceProps {
  label: string;
  values: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, values, value, onChange }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function Answer({ answer }: { answer: ApiRouteAnswer }) {
  const w = words.value.settings.routes;
  const { sentence, channels, destinations, silencedBy } = answer;
  return (
    <div class="answer" role="status">
      <p>
        {channels.length === 0 ? (
          w.nowhere
        ) : (
          <>
            {w.to} <strong>{channels.join(", ")}</strong>
          </>
        )}
      </p>
      {silencedBy !== null && <p class="issue">{w.silenced(silencedBy)}</p>}
      {destinations.map((one) => (
        <p key={one.channels.join()} class="soft small">
          {one.channels.join(", ")}: {w.reminds} {one.remindAfterMs.map(durationText).join(", ")}
          {one.escalate.map(({ afterMs, channels: further }) => {
            const after = `${w.escalates} ${durationText(afterMs)}`;
            return ` · ${after}: ${further.join(", ")}`;
          })}
        </p>
      ))}
      <p class="soft small">{sentence}</p>
    </div>
  );
}

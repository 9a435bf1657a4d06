/** The silences: what nobody wants to be told of for some time. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiSilence } from "../../../../../shared/api/silence.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, Panel, Trouble } from "../../parts/basics.tsx";
import { mayWrite } from "../../session.ts";
import { timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { matchersOf, matcherText } from "./matchers.ts";

const HOUR_MS = 3_600_000;

/** The tab. */
export function SilencesTab() {
  const w = words.value.settings.silences;
  const silences = useAsk<ApiPage<ApiSilence>>("/silences", { query: { limit: 200 } });
  const items = silences.data?.items ?? [];
  return (
    <>
      {mayWrite() && <SilenceForm reload={silences.reload} />}
      <Trouble text={silences.trouble} />
      {silences.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <ul class="cards">
          {items.map((silence) => (
            <SilenceCard key={silence.id} silence={silence} reload={silences.reload} />
          ))}
        </ul>
      )}
    </>
  );
}

function SilenceForm({ reload }: { reload: () => Promise<void> }) {
  const w = words.value.settings.silences;
  const [draft, setDraft] = useState({ matchers: "", hours: "2", comment: "" });
  const deed = useDeed();
  const create = async (): Promise<void> => {
    const durationMs = Math.round(Number(draft.hours) * HOUR_MS);
    const body = { matchers: matchersOf(draft.matchers), durationMs, comment: draft.comment };
    await ask("/silences", { method: "POST", body });
    setDraft({ ...draft, matchers: "", comment: "" });
    await reload();
  };
  return (
    <Panel title={w.add}>
      <form
        class="fields four"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(create);
        }}
      >
        <label class="field">
          <span>{w.matchers}</span>
          <textarea
            rows={2}
            required
            placeholder="team=shop"
            value={draft.matchers}
            onInput={({ currentTarget }) => setDraft({ ...draft, matchers: currentTarget.value })}
          />
          <span class="soft small">{w.matchersHelp}</span>
        </label>
        <label class="field">
          <span>{w.duration}</span>
          <input
            type="number"
            required
            min={0.1}
            step="any"
            value={draft.hours}
            onInput={({ currentTarget }) => setDraft({ ...draft, hours: currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>{w.comment}</span>
          <input
            type="text"
            required
            value={draft.comment}
            onInput={({ currentTarget }) => setDraft({ ...draft, comment: currentTarget.value })}
          />
        </label>
        <Button type="submit" kind="main" disabled={deed.isBusy}>
          {w.add}
        </Button>
      </form>
      <Trouble text={deed.trouble} />
    </Panel>
  );
}

function SilenceCard(props: { silence: ApiSilence; reload: () => Promise<void> }) {
  const { silence, reload } = props;
  const w = words.value.settings.silences;
  const deed = useDeed();
  const end = async (): Promise<void> => {
    await ask(`/silences${pathOf(silence.id)}/end`, { method: "POST" });
    await reload();
  };
  const { matchers, state, endsAt, author, comment } = silence;
  return (
    <li class="setting-card">
      <div>
        <p>
          {matchers.map((matcher) => (
            <code key={matcherText(matcher)} class="label">
              {matcherText(matcher)}
            </code>
          ))}{" "}
          <span class="soft">{w.states[state]}</span>
        </p>
        <p class="small">{comment}</p>
        <p class="soft small">
          {author} · {w.until} {timeText(endsAt)}
        </p>
        <Trouble text={deed.trouble} />
      </div>
      {mayWrite() && state !== "over" && (
        <Button disabled={deed.isBusy} onClick={() => deed.run(end)}>
          {w.end}
        </Button>
      )}
    </li>
  );
}

/** The tokens: who may do what. */
import { useState } from "preact/hooks";
import type { z } from "zod";
import { isoTime } from "../../../../../shared/clock.ts";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiToken, tokenCreatedSchema } from "../../../../../shared/api/token.ts";
import { ask, pathOf } from "../../api.ts";
import { clock } from "../../clock.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Age, Button, CopyButton, Empty, Panel, Trouble } from "../../parts/basics.tsx";
import { isAdmin } from "../../session.ts";
import { timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

type Created = z.output<typeof tokenCreatedSchema>;

const DAY_MS = 86_400_000;
/** What a person creates by hand; tokens of probes come with the probe. */
const SCOPES = ["read", "write", "admin", "calls"] as const;

/** The tab. */
export function TokensTab() {
  const w = words.value.settings.tokens;
  const tokens = useAsk<ApiPage<ApiToken>>(isAdmin() ? "/tokens" : null, {
    query: { limit: 1_000 },
  });
  if (!isAdmin()) return <Empty title={w.adminOnly} />;
  return (
    <>
      <TokenForm reload={tokens.reload} />
      <Trouble text={tokens.trouble} />
      <ul class="cards">
        {tokens.data?.items.map((token) => (
          <TokenCard key={token.id} token={token} reload={tokens.reload} />
        ))}
      </ul>
    </>
  );
}

function TokenForm({ reload }: { reload: () => Promise<void> }) {
  const w = words.value;
  const [draft, setDraft] = useState({ name: "", scope: "read", days: "" });
  const [created, setCreated] = useState<Created | null>(null);
  const deed = useDeed();
  const create = async (): Promise<void> => {
    const { name, scope, days } = draft;
    const expiresAt = days === "" ? {} : { expiresAt: isoTime(endOf(Number(days))) };
    const body = { name, scope, ...expiresAt };
    setCreated(await ask<Created>("/tokens", { method: "POST", body }));
    setDraft({ ...draft, name: "" });
    await reload();
  };
  const { tokens } = w.settings;
  return (
    <Panel title={tokens.add}>
      <form
        class="fields four"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(create);
        }}
      >
        <label class="field">
          <span>{w.common.name}</span>
          <input
            type="text"
            required
            autocomplete="off"
            value={draft.name}
            onInput={({ currentTarget }) => setDraft({ ...draft, name: currentTarget.value })}
          />
        </label>
        <ScopeChoice scope={draft.scope} choose={(scope) => setDraft({ ...draft, scope })} />
        <label class="field">
          <span>{tokens.days}</span>
          <input
            type="number"
            min={1}
            value={draft.days}
            onInput={({ currentTarget }) => setDraft({ ...draft, days: currentTarget.value })}
          />
        </label>
        <Button type="submit" kind="main" disabled={deed.isBusy}>
          {tokens.add}
        </Button>
      </form>
      <Trouble text={deed.trouble} />
      {created !== null && <Secret text={created.secret} />}
    </Panel>
  );
}

function ScopeChoice(props: { scope: string; choose: (scope: string) => void }) {
  const w = words.value.settings.tokens;
  return (
    <label class="field">
      <span>{w.scope}</span>
      <select
        value={props.scope}
        onChange={({ currentTarget }) => props.choose(currentTarget.value)}
      >
        {SCOPES.map((scope) => (
          <option key={scope} value={scope}>
            {w.scopes[scope]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The secret of a new token, this once. */
function Secret({ text }: { text: string }) {
  const w = words.value.settings.tokens;
  return (
    <div class="answer" role="status">
      <p>
        {w.created}: <code>{text}</code>
      </p>
      <p class="soft small">{w.createdHelp}</p>
      <div class="form-foot">
        <CopyButton text={text} />
      </div>
    </div>
  );
}

const endOf = (days: number): number => clock.wallMs() + days * DAY_MS;

function TokenCard({ token, reload }: { token: ApiToken; reload: () => Promise<void> }) {
  const w = words.value.settings.tokens;
  const deed = useDeed();
  const { name, scope, createdAt, expiresAt } = token;
  const revoke = async (): Promise<void> => {
    if (!confirm(w.removeSure(name))) return;
    await ask(`/tokens${pathOf(token.id)}`, { method: "DELETE" });
    await reload();
  };
  return (
    <li class="setting-card">
      <div>
        <p>
          <strong>{name}</strong> <span class="soft">{w.scopes[scope]}</span>
        </p>
        <p class="soft small">
          <Age at={createdAt} />
          {expiresAt !== null && ` · ${w.expires} ${timeText(expiresAt)}`}
        </p>
        <Trouble text={deed.trouble} />
      </div>
      <Button kind="danger" disabled={deed.isBusy} onClick={() => deed.run(revoke)}>
        {w.revoke}
      </Button>
    </li>
  );
}

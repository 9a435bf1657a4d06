/** The channels: where messages go, each with a test. */
import { useState } from "preact/hooks";
import type { ApiChannel, ApiChannelTest } from "../../../../../shared/api/channel.ts";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, Trouble } from "../../parts/basics.tsx";
import { mayWrite } from "../../session.ts";
import { words } from "../../words/words.ts";
import { ChannelDialog } from "./channel-form.tsx";

/** The tab. */
export function ChannelsTab() {
  const w = words.value.settings.channels;
  const channels = useAsk<ApiPage<ApiChannel>>("/channels", { query: { limit: 1_000 } });
  const [edited, setEdited] = useState<ApiChannel | "new" | null>(
    location.search.includes("add") ? "new" : null,
  );
  const items = channels.data?.items ?? [];
  const close = (): void => {
    setEdited(null);
    void channels.reload();
  };
  return (
    <>
      <Trouble text={channels.trouble} retry={() => void channels.reload()} />
      {mayWrite() && (
        <div class="form-foot">
          <Button kind="main" icon="plus" onClick={() => setEdited("new")}>
            {w.add}
          </Button>
        </div>
      )}
      {channels.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <ul class="cards">
          {items.map((channel) => (
            <ChannelCard key={channel.id} channel={channel} edit={() => setEdited(channel)} />
          ))}
        </ul>
      )}
      {edited !== null && (
        <ChannelDialog channel={edited === "new" ? null : edited} onClose={close} />
      )}
    </>
  );
}

function ChannelCard({ channel, edit }: { channel: ApiChannel; edit: () => void }) {
  const w = words.value;
  const { name, kind, destination, enabled, owner } = channel;
  const [answer, setAnswer] = useState<ApiChannelTest | null>(null);
  const deed = useDeed();
  const test = async (): Promise<void> => {
    setAnswer(null);
    const path = `/channels${pathOf(channel.id)}/test`;
    setAnswer(await ask<ApiChannelTest>(path, { method: "POST" }));
  };
  const notes = [
    enabled ? "" : w.settings.channels.disabled,
    owner === undefined ? "" : w.settings.channels.keeps(owner),
  ].filter(Boolean);
  return (
    <li class="setting-card">
      <div>
        <p>
          <strong>{name}</strong> <span class="soft">{[kind, ...notes].join(" · ")}</span>
        </p>
        <p class="soft small">
          {w.settings.channels.goes} <code>{destination}</code>
        </p>
        {answer !== null && (
          <p class={`small ${answer.ok ? "said-ok" : "issue"}`} role="status">
            {answer.ok ? w.settings.channels.testOk : answer.detail}
          </p>
        )}
        <Trouble text={deed.trouble} />
      </div>
      {mayWrite() && (
        <div class="page-tools">
          <Button disabled={deed.isBusy} onClick={() => deed.run(test)}>
            {w.settings.channels.test}
          </Button>
          <Button
            icon="edit"
            aria-label={w.settings.channels.edit(name)}
            title={w.common.edit}
            onClick={edit}
          />
        </div>
      )}
    </li>
  );
}

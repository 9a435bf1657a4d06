/** The form of a channel. */
import { useState } from "preact/hooks";
import type { ApiChannel } from "../../../../../shared/api/channel.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Trouble } from "../../parts/basics.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { words } from "../../words/words.ts";
import { jsonText, readJson } from "./json-text.ts";

/** What a new channel of the commonest kinds begins with. */
const BEGINNINGS: Readonly<Record<string, object>> = {
  webhook: { url: "https://", unsigned: true },
  slack: { url: "https://hooks.slack.com/services/…" },
  discord: { url: "https://discord.com/api/webhooks/…" },
  email: { host: "mail.example.com", from: "quorate@example.com", to: ["you@example.com"] },
  ntfy: { topic: "quorate" },
};

interface Draft {
  name: string;
  kind: string;
  options: string;
  enabled: boolean;
}

function draftOf(channel: ApiChannel | null): Draft {
  if (channel === null) {
    return { name: "", kind: "webhook", options: jsonText(BEGINNINGS["webhook"]), enabled: true };
  }
  const { name, kind, enabled } = channel;
  return { name, kind, options: jsonText(channel.options), enabled };
}

/** What is sent: the draft, and of the channel before what the form does not show. */
function bodyOf({ name, kind, options, enabled }: Draft, before: ApiChannel | null): object {
  const { events, delivery } = before ?? {};
  return {
    name,
    kind,
    options: readJson(options),
    enabled,
    ...(events === undefined ? {} : { events }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

/** The dialog; null makes a new channel. */
export function ChannelDialog(props: { channel: ApiChannel | null; onClose: () => void }) {
  const { channel, onClose } = props;
  const w = words.value.settings.channels;
  const [draft, setDraft] = useState<Draft>(() => draftOf(channel));
  const deed = useDeed();
  const save = async (): Promise<void> => {
    const body = bodyOf(draft, channel);
    if (channel === null) await ask("/channels", { method: "POST", body });
    else {
      const path = `/channels${pathOf(channel.name)}`;
      await ask(path, { method: "PUT", body, ifRevision: channel.revision });
    }
    onClose();
  };
  const remove = async (): Promise<void> => {
    if (channel === null || !confirm(w.removeSure(channel.name))) return;
    await ask(`/channels${pathOf(channel.id)}`, { method: "DELETE" });
    onClose();
  };
  return (
    <Dialog title={channel === null ? w.add : w.edit(channel.name)} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(save);
        }}
      >
        <ChannelFields {...{ draft, setDraft, isNew: channel === null }} />
        <Trouble text={deed.trouble} />
        <div class="form-foot">
          <Button kind="main" type="submit" disabled={deed.isBusy}>
            {words.value.common.save}
          </Button>
          {channel !== null && (
            <Button kind="danger" icon="trash" onClick={() => deed.run(remove)}>
              {words.value.common.delete}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  draft: Draft;
  setDraft: (draft: Draft) => void;
  isNew: boolean;
}

function ChannelFields({ draft, setDraft, isNew }: FieldsProps) {
  const w = words.value;
  const version = useAsk<{ notifierKinds: string[] }>("/version");
  const kinds = version.data?.notifierKinds ?? [draft.kind];
  return (
    <>
      <label class="field">
        <span>{w.common.name}</span>
        <input
          type="text"
          required
          autocomplete="off"
          disabled={!isNew}
          value={draft.name}
          onInput={({ currentTarget }) => setDraft({ ...draft, name: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{w.common.kind}</span>
        <select
          value={draft.kind}
          onChange={({ currentTarget: { value: kind } }) =>
            setDraft({ ...draft, kind, options: jsonText(BEGINNINGS[kind] ?? {}) })
          }
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {kind}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{w.settings.channels.options}</span>
        <textarea
          class="mono"
          rows={6}
          spellcheck={false}
          value={draft.options}
          onInput={({ currentTarget }) => setDraft({ ...draft, options: currentTarget.value })}
        />
        <span class="soft small">{w.settings.channels.optionsHelp}</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={({ currentTarget }) => setDraft({ ...draft, enabled: currentTarget.checked })}
        />
        {w.settings.channels.enabled}
      </label>
    </>
  );
}

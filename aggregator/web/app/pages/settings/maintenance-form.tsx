/** The form of a maintenance: once, or again and again. */
import { useState } from "preact/hooks";
import { isoTime } from "../../../../../shared/clock.ts";
import { ask } from "../../api.ts";
import { clock } from "../../clock.ts";
import { useDeed } from "../../live/use-ask.ts";
import { Button, Trouble } from "../../parts/basics.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { words } from "../../words/words.ts";
import { linesOf, pairsOf } from "../form/text-values.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Draft {
  name: string;
  targets: string;
  labels: string;
  repeats: boolean;
  from: string;
  to: string;
  cron: string;
  minutes: string;
  timezone: string;
  comment: string;
}

/** A moment as the field for it takes it, where the person is. */
function localText(atMs: number): string {
  const offsetMs = new Date(atMs).getTimezoneOffset() * MINUTE_MS;
  return isoTime(atMs - offsetMs).slice(0, 16);
}

function emptyDraft(): Draft {
  const hour = Math.ceil(clock.wallMs() / HOUR_MS) * HOUR_MS;
  return {
    name: "",
    targets: "",
    labels: "",
    repeats: false,
    from: localText(hour),
    to: localText(hour + HOUR_MS),
    cron: "0 3 * * 0",
    minutes: "60",
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    comment: "",
  };
}

function bodyOf(draft: Draft): object {
  const { name, comment } = draft;
  const covered = { targets: linesOf(draft.targets), labels: pairsOf(draft.labels) };
  if (draft.repeats) {
    const durationMs = Number(draft.minutes) * MINUTE_MS;
    return { name, comment, ...covered, cron: draft.cron, durationMs, timezone: draft.timezone };
  }
  const fromAt = isoTime(Date.parse(draft.from));
  return { name, comment, ...covered, fromAt, toAt: isoTime(Date.parse(draft.to)) };
}

/** The dialog. */
export function MaintenanceForm({ onClose }: { onClose: () => void }) {
  const w = words.value.settings.maintenance;
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const deed = useDeed();
  const create = async (): Promise<void> => {
    await ask("/maintenance", { method: "POST", body: bodyOf(draft) });
    onClose();
  };
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const names = words.value;
  return (
    <Dialog title={w.add} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(create);
        }}
      >
        <TextField label={names.common.name} field="name" required {...{ draft, change }} />
        <TextField label={w.targets} field="targets" isLong {...{ draft, change }} />
        <TextField label={names.common.labels} field="labels" isLong {...{ draft, change }} />
        <div class="segments" role="group">
          {[false, true].map((repeats) => (
            <button
              type="button"
              key={String(repeats)}
              aria-pressed={draft.repeats === repeats}
              onClick={() => change({ repeats })}
            >
              {repeats ? w.repeats : w.once}
            </button>
          ))}
        </div>
        <div class="fields two">
          {draft.repeats ? (
            <>
              <TextField label={w.cron} field="cron" required {...{ draft, change }} />
              <TextField label={w.duration} field="minutes" required {...{ draft, change }} />
              <TextField label={w.zone} field="timezone" required {...{ draft, change }} />
            </>
          ) : (
            <>
              <TextField label={w.from} field="from" type="datetime-local" {...{ draft, change }} />
              <TextField label={w.to} field="to" type="datetime-local" {...{ draft, change }} />
            </>
          )}
        </div>
        <TextField label={names.settings.silences.comment} field="comment" {...{ draft, change }} />
        <Trouble text={deed.trouble} />
        <Button kind="main" type="submit" disabled={deed.isBusy}>
          {w.add}
        </Button>
      </form>
    </Dialog>
  );
}

interface TextFieldProps {
  label: string;
  field: Exclude<keyof Draft, "repeats">;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  required?: boolean;
  isLong?: boolean;
  type?: "text" | "datetime-local";
}

function TextField(props: TextFieldProps) {
  const { label, field, draft, change, required = false, isLong = false, type = "text" } = props;
  const take = (event: { currentTarget: { value: string } }): void =>
    change({ [field]: event.currentTarget.value });
  return (
    <label class="field">
      <span>{label}</span>
      {type === "datetime-local" ? (
        <input type="datetime-local" required value={draft[field]} onInput={take} />
      ) : isLong ? (
        <textarea rows={2} value={draft[field]} onInput={take} />
      ) : (
        <input
          type="text"
          autocomplete="off"
          required={required}
          value={draft[field]}
          onInput={take}
        />
      )}
    </label>
  );
}

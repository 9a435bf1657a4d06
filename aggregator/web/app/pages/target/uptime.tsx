/** How long a target was up, and how much of its error budget is left. */
import { useMemo } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import type { ApiUptime } from "../../../../../shared/api/uptime.ts";
import { pathOf } from "../../api.ts";
import { clock } from "../../clock.ts";
import { targetOfEvent } from "../../live/live.ts";
import { useAsk } from "../../live/use-ask.ts";
import { Panel } from "../../parts/basics.tsx";
import { remembered } from "../../settings.ts";
import { durationText, shareText } from "../../words/format.ts";
import { language, words } from "../../words/words.ts";

const DAY_MS = 86_400_000;
const RENEW_MS = 60_000;
const WINDOWS = { d1: 1, d7: 7, d30: 30, d90: 90 } as const;
const BUDGET_DAYS = 30;

const objective = remembered("objective", ["99", "99.5", "99.9", "99.95", "99.99"], "99.9");

function useUptime(target: ApiTarget, days: number, by?: "day") {
  const from = useMemo(() => clock.wallMs() - days * DAY_MS, [target.id, days]);
  const { data } = useAsk<ApiPage<ApiUptime>>(`/targets${pathOf(target.id)}/uptime`, {
    query: { from, by },
    everyMs: RENEW_MS,
    after: (event) => targetOfEvent(event) === target.id,
  });
  return data?.items ?? [];
}

/** The panel. */
export function UptimePanel({ target }: { target: ApiTarget }) {
  const w = words.value.target;
  const budget = useUptime(target, BUDGET_DAYS)[0];
  return (
    <Panel
      title={w.uptime}
      tools={
        <select
          aria-label={w.slo}
          value={objective.value}
          onChange={({ currentTarget: { value } }) => {
            objective.value = CHOICES.find((choice) => choice === value) ?? "99.9";
          }}
        >
          {CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {w.slo} {choice} %
            </option>
          ))}
        </select>
      }
    >
      <div class="windows">
        {WINDOW_NAMES.map((name) => (
          <Window key={name} target={target} name={name} />
        ))}
      </div>
      {budget !== undefined && <Budget uptime={budget} />}
      <Days target={target} />
    </Panel>
  );
}

const CHOICES = ["99", "99.5", "99.9", "99.95", "99.99"] as const;
const WINDOW_NAMES = ["d1", "d7", "d30", "d90"] as const;

function Window({ target, name }: { target: ApiTarget; name: keyof typeof WINDOWS }) {
  const w = words.value.target;
  const uptime = useUptime(target, WINDOWS[name])[0];
  return (
    <div class="window">
      <span class="soft small">{w.windows[name]}</span>
      <strong class="num">{shareText(uptime?.availability ?? null)}</strong>
      <span class="soft small">
        {w.down(durationText(uptime?.downMs ?? 0))}
        {(uptime?.unknownMs ?? 0) >= 1_000 &&
          `, ${w.unknown(durationText(uptime?.unknownMs ?? 0))}`}
      </span>
    </div>
  );
}

function Budget({ uptime }: { uptime: ApiUptime }) {
  const w = words.value.target;
  const allowedMs = (1 - Number(objective.value) / 100) * BUDGET_DAYS * DAY_MS;
  const used = uptime.downMs / allowedMs;
  const leftMs = allowedMs - uptime.downMs;
  const text =
    leftMs >= 0
      ? w.budgetLeft(durationText(leftMs), shareText(used))
      : w.budgetOver(durationText(-leftMs));
  return (
    <div class="budget">
      <span class="soft small">{w.budget}</span>
      <meter
        class={leftMs < 0 ? "over" : ""}
        aria-label={w.budget}
        min={0}
        max={1}
        value={Math.min(1, used)}
      />
      <span class="small">{text}</span>
    </div>
  );
}

/** A day's colour and height: what is not known is low and grey. */
function dayClass({ availability, downMs }: ApiUptime): string {
  if (availability === null) return "day-none";
  if (downMs === 0) return "day-well";
  return availability > 0.99 ? "day-touched" : "day-bad";
}

function Days({ target }: { target: ApiTarget }) {
  const w = words.value.target;
  const days = useUptime(target, WINDOWS.d90 - 1, "day");
  return (
    <div class="days" role="img" aria-label={w.days}>
      {days.map((day) => {
        const name = new Date(day.from).toLocaleDateString(language.value, { timeZone: "UTC" });
        const title = w.day(name, shareText(day.availability));
        return <span key={day.from} class={`day ${dayClass(day)}`} title={title} />;
      })}
    </div>
  );
}

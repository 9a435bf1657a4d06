/** The next four weeks of maintenance, a day a column. */
import type { ApiMaintenance } from "../../../../../shared/api/maintenance.ts";
import { nowMs } from "../../clock.ts";
import { timeText } from "../../words/format.ts";
import { language } from "../../words/words.ts";

const DAYS = 28;
const DAY_MS = 86_400_000;

/** Begin of each day where the person is; days of summer time are no 24 hours. */
function daysFrom(atMs: number): number[] {
  const first = new Date(atMs);
  return Array.from({ length: DAYS + 1 }, (_, index) =>
    new Date(first.getFullYear(), first.getMonth(), first.getDate() + index).getTime(),
  );
}

/** The calendar. */
export function Calendar({ items }: { items: readonly ApiMaintenance[] }) {
  const today = Math.floor(nowMs.value / DAY_MS);
  const days = daysFrom(today * DAY_MS + (nowMs.value % DAY_MS));
  const format = new Intl.DateTimeFormat(language.value, { day: "numeric" });
  return (
    <div class="calendar">
      <span />
      {days.slice(0, DAYS).map((day) => (
        <span key={day} class="calendar-day calendar-head">
          {format.format(day)}
        </span>
      ))}
      {items.map((one) => (
        <Line key={one.id} maintenance={one} days={days} />
      ))}
    </div>
  );
}

function Line({ maintenance, days }: { maintenance: ApiMaintenance; days: readonly number[] }) {
  const { name, windows } = maintenance;
  return (
    <>
      <span class="calendar-name" title={name}>
        {name}
      </span>
      {days.slice(0, DAYS).map((day, index) => {
        const end = days[index + 1] ?? day + DAY_MS;
        const found = windows.find(
          ({ from, to }) => Date.parse(from) < end && Date.parse(to) > day,
        );
        const title = found === undefined ? "" : `${timeText(found.from)} – ${timeText(found.to)}`;
        const busy = found === undefined ? "" : " calendar-busy";
        return <span key={day} class={`calendar-day${busy}`} title={title} />;
      })}
    </>
  );
}

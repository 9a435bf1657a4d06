/** Maintenance: times in which targets may be bad without an alert. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiMaintenance } from "../../../../../shared/api/maintenance.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, Panel, Trouble } from "../../parts/basics.tsx";
import { mayWrite } from "../../session.ts";
import { timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { Calendar } from "./calendar.tsx";
import { MaintenanceForm } from "./maintenance-form.tsx";

/** The tab. */
export function MaintenanceTab() {
  const w = words.value.settings.maintenance;
  const [isAdding, setAdding] = useState(false);
  const planned = useAsk<ApiPage<ApiMaintenance>>("/maintenance", {
    query: { limit: 200 },
    everyMs: 30_000,
  });
  const items = planned.data?.items ?? [];
  const close = (): void => {
    setAdding(false);
    void planned.reload();
  };
  return (
    <>
      {mayWrite() && (
        <div class="form-foot">
          <Button kind="main" icon="plus" onClick={() => setAdding(true)}>
            {w.add}
          </Button>
        </div>
      )}
      <Trouble text={planned.trouble} />
      {planned.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <>
          <Panel title={w.calendar}>
            <Calendar items={items} />
          </Panel>
          <ul class="cards">
            {items.map((one) => (
              <MaintenanceCard key={one.id} maintenance={one} reload={planned.reload} />
            ))}
          </ul>
        </>
      )}
      {isAdding && <MaintenanceForm onClose={close} />}
    </>
  );
}

function MaintenanceCard(props: { maintenance: ApiMaintenance; reload: () => Promise<void> }) {
  const { maintenance, reload } = props;
  const w = words.value;
  const deed = useDeed();
  const path = `/maintenance${pathOf(maintenance.id)}`;
  const end = async (): Promise<void> => {
    await ask(`${path}/end`, { method: "POST" });
    await reload();
  };
  const remove = async (): Promise<void> => {
    if (!confirm(w.settings.maintenance.removeSure(maintenance.name))) return;
    await ask(path, { method: "DELETE" });
    await reload();
  };
  const { name, targets, labels, cron, timezone, comment, windows } = maintenance;
  const covered = [...targets, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  const isActive = windows.some(({ active }) => active);
  return (
    <li class="setting-card">
      <div>
        <p>
          <strong>{name}</strong>{" "}
          <span class="soft">{isActive && w.settings.maintenance.active}</span>
        </p>
        <p class="small">{covered.join(", ") || w.common.all}</p>
        <p class="soft small">
          {cron !== undefined && (
            <>
              <code>{cron}</code> {timezone} ·{" "}
            </>
          )}
          {windows.map(({ from, to }) => `${timeText(from)} – ${timeText(to)}`).join(", ")}
          {comment !== "" && ` · ${comment}`}
        </p>
        <Trouble text={deed.trouble} />
      </div>
      {mayWrite() && (
        <div class="page-tools">
          {windows.length > 0 && (
            <Button disabled={deed.isBusy} onClick={() => deed.run(end)}>
              {w.settings.maintenance.end}
            </Button>
          )}
          <Button
            icon="trash"
            aria-label={`${w.common.delete} ${name}`}
            title={w.common.delete}
            onClick={() => deed.run(remove)}
          />
        </div>
      )}
    </li>
  );
}

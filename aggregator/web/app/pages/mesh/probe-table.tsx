/** Every probe with what is known of it at this moment. */
import type { ApiProbe } from "../../../../../shared/api/probe.ts";
import { ask, pathOf } from "../../api.ts";
import { useDeed } from "../../live/use-ask.ts";
import { Age, Button, Trouble } from "../../parts/basics.tsx";
import { ProbeMark } from "../../parts/probe-mark.tsx";
import { isAdmin, mayWrite } from "../../session.ts";
import { bytesText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

interface TableProps {
  probes: readonly ApiProbe[];
  reload: () => Promise<void>;
}

/** The table. */
export function ProbeTable({ probes, reload }: TableProps) {
  const w = words.value;
  const deed = useDeed();
  const right = [w.mesh.lag, w.mesh.cpu, w.mesh.memory, w.mesh.checks, w.mesh.heard];
  return (
    <>
      <Trouble text={deed.trouble} />
      <div class="table-room" tabIndex={0} role="region" aria-label={w.mesh.probes}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.target.probe}</th>
              <th scope="col" class="wide">
                {w.common.state}
              </th>
              <th scope="col">{w.mesh.canaries}</th>
              {right.map((name) => (
                <th scope="col" class="right" key={name}>
                  {name}
                </th>
              ))}
              <th scope="col">{w.mesh.version}</th>
              {mayWrite() && <td />}
            </tr>
          </thead>
          <tbody>
            {probes.map((probe) => (
              <ProbeLine key={probe.id} {...{ probe, deed, reload }} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

type Deed = ReturnType<typeof useDeed>;

function ProbeLine(props: { probe: ApiProbe; deed: Deed; reload: () => Promise<void> }) {
  const { probe, deed, reload } = props;
  const { name, region, zone, status } = probe;
  const w = words.value.mesh;
  const failed = status.canaries.filter(({ ok }) => !ok).length;
  return (
    <tr>
      <th scope="row">
        {name}
        <span class="soft small under">
          {region}
          {zone === name ? "" : ` · ${zone}`}
        </span>
      </th>
      <td class="wide">
        <span class="state-word">
          <ProbeMark state={status.state} /> {w.states[status.state]}
          <span class="soft small">
            <Age at={status.since} />
          </span>
        </span>
        <span class="soft small under">
          {[status.connected ? "" : w.notConnected, status.reason].filter(Boolean).join(" · ")}
        </span>
        {status.lastOutage !== null && (
          <span class="soft small under">{status.lastOutage.sentence}</span>
        )}
      </td>
      <td class="num">
        {status.canaries.length - failed}/{status.canaries.length}
      </td>
      <td class="num right">
        {figure(status.eventLoopLagMs, (ms) => `${ms.toFixed(0)} ${words.value.units.ms}`)}
      </td>
      <td class="num right">
        {figure(status.cpuMilli, (milli) => `${(milli / 10).toFixed(1)} %`)}
      </td>
      <td class="num right">{bytesText(status.rssBytes)}</td>
      <td class="num right">{figure(status.runningChecks, String)}</td>
      <td class="right">
        <Age at={status.lastHeartbeatAt} />
      </td>
      <td class="num">{status.version ?? "–"}</td>
      {mayWrite() && <Deeds {...{ probe, deed, reload }} />}
    </tr>
  );
}

function figure(value: number | null, text: (value: number) => string): string {
  return value === null ? "–" : text(value);
}

function Deeds(props: { probe: ApiProbe; deed: Deed; reload: () => Promise<void> }) {
  const { probe, deed, reload } = props;
  const w = words.value.mesh;
  const path = `/probes${pathOf(probe.id)}`;
  const drain = async (): Promise<void> => {
    if (!confirm(w.drainSure(probe.name))) return;
    await ask(`${path}/drain`, { method: "POST" });
    await reload();
  };
  const remove = async (): Promise<void> => {
    if (!confirm(w.removeSure(probe.name))) return;
    await ask(path, { method: "DELETE" });
    await reload();
  };
  return (
    <td class="nowrap right">
      {!probe.draining && (
        <Button kind="quiet" disabled={deed.isBusy} onClick={() => deed.run(drain)}>
          {w.drain}
        </Button>
      )}
      {isAdmin() && (
        <Button
          kind="quiet"
          icon="trash"
          aria-label={`${w.remove} ${probe.name}`}
          title={w.remove}
          disabled={deed.isBusy}
          onClick={() => deed.run(remove)}
        />
      )}
    </td>
  );
}

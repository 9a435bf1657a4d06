/** How a target is watched, in short. */
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import { Panel } from "../../parts/basics.tsx";
import { durationText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

/** Milliseconds as a person says them. */
function msText(ms: number): string {
  return ms < 1_000 || ms % 1_000 !== 0 ? `${ms} ${words.value.units.ms}` : durationText(ms);
}

/** A link that a person gave is one only if it leads to the web. */
function safeUrl(text: string): string | null {
  return /^https?:\/\//i.test(text) ? text : null;
}

/** The panel. */
export function Watched({ target }: { target: ApiTarget }) {
  const w = words.value.target;
  const { intervalMs, timeoutMs, fall, rise, policy, playbookUrl = "", warnings } = target;
  const playbook = safeUrl(playbookUrl);
  return (
    <Panel title={w.settings}>
      <dl class="facts">
        <dt>{w.interval}</dt>
        <dd>{msText(intervalMs)}</dd>
        <dt>{w.timeout}</dt>
        <dd>{msText(timeoutMs)}</dd>
        <dt>{w.fallRise}</dt>
        <dd class="num">
          {fall}, {rise}
        </dd>
        <dt>{w.rule}</dt>
        <dd>
          <code>{policy.rule}</code>
        </dd>
        {playbook !== null && (
          <>
            <dt>{w.playbook}</dt>
            <dd>
              <a href={playbook} target="_blank" rel="noreferrer noopener">
                {playbook}
              </a>
            </dd>
          </>
        )}
      </dl>
      {warnings.length > 0 && (
        <>
          <h3>{w.warnings}</h3>
          <ul class="warnings">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

/** What the vantages saw, look by look. */
import { useEffect, useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiResult } from "../../../../../shared/api/result.ts";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Panel, Trouble } from "../../parts/basics.tsx";
import { PhasesBar, PhasesKey } from "../../parts/phases.tsx";
import { latencyText, timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { ResultMark } from "./result-mark.tsx";

const ROWS = 25;
/** Rows looked through for failures at once. */
const FAILURE_ROWS = 500;
const RENEW_MS = 5_000;

/** The panel. */
export function Results({ target }: { target: ApiTarget }) {
  const w = words.value;
  const [isFailuresOnly, setFailuresOnly] = useState(false);
  const [older, setOlder] = useState<{ items: ApiResult[]; next: string | null } | null>(null);
  const path = `/targets${pathOf(target.id)}/results`;
  const limit = isFailuresOnly ? FAILURE_ROWS : ROWS;
  const newest = useAsk<ApiPage<ApiResult>>(path, { query: { limit }, everyMs: RENEW_MS });
  const deed = useDeed();
  useEffect(() => setOlder(null), [target.id, isFailuresOnly]);
  const cursor = older === null ? newest.data?.next : older.next;
  const more = async (): Promise<void> => {
    const query = { limit: isFailuresOnly ? FAILURE_ROWS : 4 * ROWS, cursor: cursor ?? undefined };
    const page = await ask<ApiPage<ApiResult>>(path, { query });
    setOlder({ items: [...(older?.items ?? []), ...page.items], next: page.next });
  };
  const rows = joined(newest.data?.items ?? [], older?.items ?? []).filter(
    (result) => !isFailuresOnly || result.class !== "ok",
  );
  return (
    <Panel
      title={w.target.results}
      tools={
        <label class="check">
          <input
            type="checkbox"
            checked={isFailuresOnly}
            onChange={({ currentTarget }) => setFailuresOnly(currentTarget.checked)}
          />
          {w.target.failuresOnly}
        </label>
      }
    >
      <Trouble text={newest.trouble || deed.trouble} retry={() => void newest.reload()} />
      <ResultsTable rows={rows} />
      {rows.some(({ phases }) => phases !== null) && <PhasesKey />}
      {cursor !== null && cursor !== undefined && (
        <Button kind="quiet" disabled={deed.isBusy} onClick={() => deed.run(more)}>
          {w.common.more}
        </Button>
      )}
    </Panel>
  );
}

function ResultsTable({ rows }: { rows: readonly ApiResult[] }) {
  const w = words.value;
  return (
    <div class="table-room" tabIndex={0} role="region" aria-label={w.target.results}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.target.when}</th>
            <th scope="col">{w.target.vantage}</th>
            <th scope="col">{w.target.class}</th>
            <th scope="col" class="right">
              {w.overview.latency}
            </th>
            <th scope="col">{w.target.phasesOf}</th>
            <th scope="col" class="wide">
              {w.common.reason}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((result) => (
            <ResultLine key={keyOf(result)} result={result} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const keyOf = ({ at, probeId, attempt, latencyUs }: ApiResult): string =>
  [at, probeId, attempt, latencyUs].join(" ");

/** Newest first, each once: new rows push old ones from the first page into the second. */
function joined(newest: readonly ApiResult[], older: readonly ApiResult[]): ApiResult[] {
  return [...new Map([...newest, ...older].map((result) => [keyOf(result), result])).values()];
}

function ResultLine({ result }: { result: ApiResult }) {
  const w = words.value.target;
  const { at, probe, class: kind, latencyUs, reason, detail, certificate, attempt, late } = result;
  const notes = [
    attempt > 0 ? w.attempt(attempt) : "",
    kind === "ok" || kind === "void" ? "" : w.certificate[certificate],
    late ? w.late : "",
  ].filter(Boolean);
  return (
    <tr>
      <td class="num">{timeText(at)}</td>
      <th scope="row">{probe ?? result.probeId}</th>
      <td class="nowrap">
        <ResultMark result={result} /> {w.classes[kind]}
      </td>
      <td class="num right">{latencyText(latencyUs)}</td>
      <td>
        <PhasesBar result={result} />
      </td>
      <td class="wide">
        {detail || (reason === "ok" ? "" : reason)}
        {notes.length > 0 && <span class="soft small"> {notes.join(" · ")}</span>}
      </td>
    </tr>
  );
}

/** The changes of a verdict, each with the evidence of its moment a click away. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import type { ApiTransition } from "../../../../../shared/api/verdict.ts";
import { pathOf } from "../../api.ts";
import { targetOfEvent } from "../../live/live.ts";
import { useAsk } from "../../live/use-ask.ts";
import { Button, Panel } from "../../parts/basics.tsx";
import { StateMark } from "../../parts/marks.tsx";
import { timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

const ROWS = 8;
const ROWS_MAX = 500;

/** The panel. */
export function Transitions({ target }: { target: ApiTarget }) {
  const w = words.value;
  const [isAll, setAll] = useState(false);
  const { data } = useAsk<ApiPage<ApiTransition>>(`/verdicts${pathOf(target.id)}/transitions`, {
    query: { limit: isAll ? ROWS_MAX : ROWS },
    after: (event) => targetOfEvent(event) === target.id,
  });
  const path = `/targets/${encodeURIComponent(target.name)}`;
  return (
    <Panel title={w.target.history}>
      {data?.items.length === 0 && <p class="soft">{w.target.historyNone}</p>}
      <ol class="changes">
        {data?.items.map(({ number, at, to, sentence }) => (
          <li key={number}>
            <time class="num soft" dateTime={at}>
              {timeText(at)}
            </time>
            <StateMark state={to} />
            <span>{sentence}</span>
            <a class="small soft" href={`${path}?transition=${number}`}>
              {w.target.explain}
            </a>
          </li>
        ))}
      </ol>
      {data !== null && data.next !== null && !isAll && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {w.common.more}
        </Button>
      )}
    </Panel>
  );
}

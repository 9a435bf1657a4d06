/** Why a vantage says what it says of a target. */
import type { ApiExplanation } from "../../../../shared/api/verdict.ts";
import { pathOf } from "../api.ts";
import { useAsk } from "../live/use-ask.ts";
import { Age, Trouble } from "../parts/basics.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { StateWord, VoteMark } from "../parts/marks.tsx";
import { words } from "../words/words.ts";

/** A cell of the matrix. */
export interface Cell {
  targetId: string;
  target: string;
  probeId: string;
  probe: string;
}

/** The dialog. */
export function WhyDialog({ cell, onClose }: { cell: Cell; onClose: () => void }) {
  const w = words.value;
  const path = `/verdicts${pathOf(cell.targetId)}/explain`;
  const { data, trouble } = useAsk<ApiExplanation>(path, { everyMs: 5_000 });
  const vantage = data?.vantages.find(({ probeId }) => probeId === cell.probeId);
  return (
    <Dialog title={w.matrix.why(cell.target, cell.probe)} onClose={onClose}>
      <Trouble text={trouble} />
      {vantage !== undefined && (
        <dl class="facts">
          <dt>{w.target.says}</dt>
          <dd>
            <VoteMark vote={vantage.vote} /> {w.votes[vantage.vote]}
          </dd>
          <dt>{w.target.why}</dt>
          <dd>{vantage.detail || vantage.reason || "–"}</dd>
          <dt>{w.target.counted}</dt>
          <dd>
            {vantage.counted === "counted" ? w.common.yes : vantage.counted.replaceAll("_", " ")}
          </dd>
          <dt>{w.target.seen}</dt>
          <dd>
            <Age at={vantage.seenAt} />
          </dd>
          <dt>{w.target.probe}</dt>
          <dd>
            {w.mesh.states[vantage.probeState]} {vantage.probeReason}
            <span class="soft small under">
              {w.target.canaries(vantage.canaries.passed, vantage.canaries.failed)}
            </span>
          </dd>
        </dl>
      )}
      {data !== null && (
        <>
          <p>
            <StateWord state={data.state} /> <span class="soft">{data.sentence}</span>
          </p>
          <a href={`/targets/${encodeURIComponent(cell.target)}`}>{cell.target}</a>
        </>
      )}
    </Dialog>
  );
}

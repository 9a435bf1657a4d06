/** The evidence behind a verdict: one line a vantage, and why it counted or did not. */
import type { ApiExplanation } from "../../../../../shared/api/verdict.ts";
import { Age } from "../../parts/basics.tsx";
import { VoteMark } from "../../parts/marks.tsx";
import { words } from "../../words/words.ts";

type Vantage = ApiExplanation["vantages"][number];

/** Why a vantage says what it says, as far as it is not simply well. */
function whyOf(vantage: Vantage): string {
  const parts = [vantage.detail];
  if (vantage.counted !== "counted") parts.push(vantage.counted.replaceAll("_", " "));
  if (vantage.probeReason !== "") parts.push(vantage.probeReason);
  return parts.filter(Boolean).join(" · ");
}

/** The table. */
export function Evidence({ explanation }: { explanation: ApiExplanation }) {
  const w = words.value;
  return (
    <div class="table-room" tabIndex={0} role="region" aria-label={w.target.evidence}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.target.vantage}</th>
            <th scope="col">{w.target.says}</th>
            <th scope="col" class="wide">
              {w.target.why}
            </th>
            <th scope="col">{w.target.probe}</th>
            <th scope="col" class="right">
              {w.target.seen}
            </th>
          </tr>
        </thead>
        <tbody>
          {explanation.vantages.map((vantage) => (
            <Line key={vantage.probeId} vantage={vantage} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ vantage }: { vantage: Vantage }) {
  const w = words.value;
  const { probeName, region, zone, vote, counted, probeState, canaries, seenAt } = vantage;
  return (
    <tr class={counted === "counted" ? "" : "not-counted"}>
      <th scope="row">
        {probeName}
        <span class="soft small under">
          {region}
          {zone === probeName ? "" : ` · ${zone}`}
        </span>
      </th>
      <td class="nowrap">
        <VoteMark vote={vote} title={w.votes[vote]} /> {w.votes[vote]}
      </td>
      <td class="wide">{whyOf(vantage) || <span class="soft">–</span>}</td>
      <td class="nowrap">
        {w.mesh.states[probeState]}
        <span class="soft small under">{w.target.canaries(canaries.passed, canaries.failed)}</span>
      </td>
      <td class="right">{seenAt === null ? "–" : <Age at={seenAt} />}</td>
    </tr>
  );
}

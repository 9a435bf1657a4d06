/** Who reaches whom: probes by canaries. */
import type { ApiMesh, ApiMeshAnswer, ApiMeshCanary } from "../../../../../shared/api/mesh.ts";
import { VoteMark } from "../../parts/marks.tsx";
import { latencyText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

const VOTES = { ok: "ok", fail: "dead", unknown: "none" } as const;

/** A canary by the name of what it is, where that is known. */
function nameOf(canary: ApiMeshCanary, mesh: ApiMesh): string {
  const probe = mesh.items.find(({ id }) => canary.id.includes(id));
  if (canary.kind === "probe" && probe !== undefined) return probe.name;
  return canary.kind === "aggregator" ? "aggregator" : (canary.url ?? canary.id);
}

/** The matrix. */
export function Reach({ mesh }: { mesh: ApiMesh }) {
  const w = words.value.mesh;
  return (
    <div class="table-room" tabIndex={0} role="region" aria-label={w.reach}>
      <table class="reach">
        <thead>
          <tr>
            <td />
            {mesh.canaries.map((canary) => (
              <th
                scope="col"
                key={canary.id}
                class={canary.counts && !canary.excluded ? "" : "not-counting"}
                title={[canary.url ?? "", canary.reason].filter(Boolean).join(" – ")}
              >
                <span class="reach-name">{nameOf(canary, mesh)}</span>
                <span class="num small under">
                  {canary.reached}/{canary.asked}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {mesh.items.map((probe) => (
            <tr key={probe.id}>
              <th scope="row">
                {probe.name} <span class="soft small">{probe.region}</span>
              </th>
              {mesh.canaries.map((canary) => (
                <td key={canary.id} class={canary.counts && !canary.excluded ? "" : "not-counting"}>
                  <Answer answer={probe.answers.find((one) => one.canary === canary.id)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Answer({ answer }: { answer: ApiMeshAnswer | undefined }) {
  const w = words.value.mesh;
  if (answer === undefined) return <span class="soft">·</span>;
  const title = answer.detail === "" ? w.answers[answer.state] : answer.detail;
  return (
    <span class="reach-answer" title={title}>
      <VoteMark vote={VOTES[answer.state]} title={title} />
      <span class="num small soft">
        {answer.state === "ok" ? latencyText(answer.latencyUs) : answer.reason}
      </span>
    </span>
  );
}

/** The mesh: who reaches whom, and how every probe is. */
import { useState } from "preact/hooks";
import type { ApiMesh } from "../../../../../shared/api/mesh.ts";
import { byPlace, useProbes } from "../../live/probes.ts";
import { useAsk } from "../../live/use-ask.ts";
import { Button, Empty, PageHead, Panel, Trouble } from "../../parts/basics.tsx";
import { isAdmin } from "../../session.ts";
import { words } from "../../words/words.ts";
import { AddProbeDialog } from "./add-probe.tsx";
import { ProbeTable } from "./probe-table.tsx";
import { Reach } from "./reach.tsx";

const RENEW_MS = 3_000;

/** The page. */
export function MeshPage() {
  const w = words.value.mesh;
  const probes = useProbes();
  const mesh = useAsk<ApiMesh>("/mesh", {
    query: { limit: 1_000 },
    everyMs: RENEW_MS,
    after: ({ type }) => type.startsWith("probe.") || type.startsWith("mesh."),
  });
  const [isAdding, setAdding] = useState(location.search.includes("add"));
  const items = byPlace(probes.data?.items ?? []);
  return (
    <div class="page">
      <PageHead title={w.title}>
        {isAdmin() && (
          <Button kind="main" icon="plus" onClick={() => setAdding(true)}>
            {w.add}
          </Button>
        )}
      </PageHead>
      <Trouble text={probes.trouble || mesh.trouble} retry={() => void probes.reload()} />
      {probes.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <Panel title={w.probes}>
          <ProbeTable probes={items} reload={probes.reload} />
        </Panel>
      )}
      {mesh.data !== null && mesh.data.canaries.length > 0 && (
        <Panel title={w.reach}>
          <p class="soft small">{w.reachHelp}</p>
          <Reach mesh={mesh.data} />
        </Panel>
      )}
      {isAdding && <AddProbeDialog probes={items} onClose={() => setAdding(false)} />}
    </div>
  );
}

/** What the mesh says, beside what is true. */
import { z } from "zod";
import type { AggregatorProcess } from "../bench/aggregator-process.ts";
import { targetIdOf } from "../bench/seeded.ts";
import type { SoakRow } from "./samples.ts";

/** What the mesh says at the end of a soak. */
export interface MeshWords {
  /** Ids of the targets that are down. */
  down: Set<string>;
  up: number;
  /** Ids of targets of all incidents that were ever opened. */
  incidents: Set<string>;
}

const pageSchema = z.object({
  items: z.array(z.object({ targetId: z.string(), state: z.string() })),
  next: z.string().nullable(),
});

/** Asks the API of an aggregator. */
export async function askMesh({ httpUrl, admin }: AggregatorProcess): Promise<MeshWords> {
  const all = async (path: string) => {
    const items: z.output<typeof pageSchema>["items"] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const headers = { authorization: `Bearer ${admin}` };
      const answer = await fetch(`${httpUrl}/api/v1/${path}?limit=1000${more}`, { headers });
      const page = pageSchema.parse(await answer.json());
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  };
  const verdicts = await all("verdicts");
  const ids = (state: string): string[] =>
    verdicts.filter((verdict) => verdict.state === state).map(({ targetId }) => targetId);
  const incidents = await all("incidents");
  return {
    down: new Set(ids("down")),
    up: ids("up").length,
    incidents: new Set(incidents.map(({ targetId }) => targetId)),
  };
}

/** What is true. */
export interface Truth {
  targets: number;
  /** Handles of targets that are down at the end. */
  down: ReadonlySet<number>;
  /** Handles of targets that were ever down. */
  everDown: ReadonlySet<number>;
}

/** Whether the mesh is right. */
export function truthRows(mesh: MeshWords, truth: Truth): SoakRow[] {
  const down = new Set([...truth.down].map(targetIdOf));
  const everDown = new Set([...truth.everDown].map(targetIdOf));
  const missed = [...down].filter((id) => !mesh.down.has(id)).length;
  const falsely = [...mesh.down].filter((id) => !down.has(id)).length;
  const invented = [...mesh.incidents].filter((id) => !everDown.has(id)).length;
  const untold = [...everDown].filter((id) => !mesh.incidents.has(id)).length;
  const wanted = truth.targets - down.size;
  return [
    {
      what: "down at the end and not told, told and not down",
      middle: "",
      last: `${missed}, ${falsely} of ${down.size}`,
      bound: "0, 0",
      holds: missed + falsely === 0,
    },
    {
      what: "targets up at the end",
      middle: "",
      last: String(mesh.up),
      bound: String(wanted),
      holds: mesh.up === wanted,
    },
    {
      what: "incidents of targets that were never down; outages without one",
      middle: "",
      last: `${invented}, ${untold}`,
      bound: "0, 0",
      holds: invented + untold === 0,
    },
  ];
}

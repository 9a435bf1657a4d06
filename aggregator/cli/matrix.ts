/** `quorate probes matrix`: who reaches whom, as a table of probes by canaries. */
import type { ApiMesh, ApiMeshAnswer, ApiMeshCanary } from "../../shared/api/mesh.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Paint, Printer } from "./printer.ts";
import type { Session } from "./session.ts";
import type { Cell } from "./table.ts";
import { wrapText } from "./width.ts";
import { formatDuration } from "./words.ts";

/** Prints the matrix, or the API's own words in JSON. */
export async function printMatrix(session: Session): Promise<void> {
  const mesh = await gatherMesh(session);
  const { printer } = session;
  if (session.json) return printer.json(mesh);
  if (mesh.items.length === 0) return printer.note("There are no probes yet.");
  for (const line of matrixLines(mesh, printer)) printer.line(line);
}

/** All pages of the matrix as one. */
async function gatherMesh({ client }: Session): Promise<ApiMesh> {
  const limit = LIMITS.pageRowsMax;
  const mesh = await client.probes.mesh({ limit });
  while (mesh.next !== null) {
    const page = await client.probes.mesh({ limit, cursor: mesh.next });
    mesh.items.push(...page.items);
    mesh.next = page.next;
  }
  return mesh;
}

/** The matrix, its legend, the failures with their reasons, and the canaries that do not count. */
export function matrixLines(mesh: ApiMesh, printer: Printer): string[] {
  const { layOut, paint, clean } = printer;
  const wrap = (text: string): string[] => wrapText(clean(text), printer.width() ?? Infinity);
  const names = new Map(mesh.items.map(({ id, name }) => [`probe:${id}`, name]));
  const titleOf = (id: string): string => names.get(id) ?? id;
  const columns = mesh.canaries.map((canary) => ({ header: titleOf(canary.id), widthMax: 24 }));
  const rows = mesh.items.map(({ name, connected, answers }) => {
    const byCanary = new Map(answers.map((answer) => [answer.canary, answer]));
    const cells = mesh.canaries.map(({ id }) => answerCell(byCanary.get(id), paint));
    return [connected ? name : `${name} (away)`, ...cells];
  });
  const lines = layOut([{ header: "PROBE" }, ...columns], rows);
  lines.push("", ...wrap("● reaches it  ✖ does not  ○ not known  blank: not asked"));
  const failures = mesh.items.flatMap(({ name, answers }) =>
    answers
      .filter(({ state }) => state === "fail")
      .map((answer) => failureLine(`${name} → ${titleOf(answer.canary)}`, answer)),
  );
  if (failures.length > 0) lines.push("", ...failures.flatMap(wrap));
  const silent = mesh.canaries.filter(({ counts }) => !counts);
  if (silent.length > 0) {
    lines.push("", ...silent.flatMap((canary) => wrap(silentLine(titleOf(canary.id), canary))));
  }
  return lines;
}

function answerCell(answer: ApiMeshAnswer | undefined, paint: Paint): Cell {
  if (answer === undefined) return "";
  const age = answer.ageMs === null ? "" : ` ${formatDuration(answer.ageMs)}`;
  switch (answer.state) {
    case "ok":
      return { text: `●${age}`, paint: paint.green };
    case "fail":
      return { text: `✖${age}`, paint: paint.red };
    case "unknown":
      return { text: `○${age}`, paint: paint.gray };
  }
}

const failureLine = (pair: string, { reason, detail }: ApiMeshAnswer): string =>
  `${pair}: ${detail === "" ? reason : detail}`;

const silentLine = (title: string, { excluded, reason }: ApiMeshCanary): string =>
  `${title} ${excluded ? "is excluded" : "does not count yet"}: ${reason}`;

/** What `quorate mesh` shows: a table of verdicts with a mark a vantage, and what happened last. */
import type { ProbeState, VerdictState, Vote } from "../../shared/verdict.ts";
import type { Paint, Printer } from "./printer.ts";
import type { Cell } from "./table.ts";
import { cleanText, cutText } from "./width.ts";
import { formatDuration, probeCell, verdictCell, voteMark } from "./words.ts";

/** One target as the view shows it. */
export interface TargetLine {
  name: string;
  kind: string;
  state: VerdictState;
  /** How long it has been in that state, milliseconds. */
  forMs: number;
  sentence: string;
  /** Vote of each vantage by the probe's name. */
  votes: ReadonlyMap<string, Vote>;
}

/** One probe as the view shows it. */
export interface ProbeLine {
  name: string;
  region: string;
  zone: string;
  state: ProbeState;
  /** Process id; null when it has ended. */
  pid: number | null;
}

/** Something that happened, on one line. */
export interface Happening {
  text: string;
  paint: (text: string) => string;
}

/** Everything the view shows at one moment. */
export interface MeshScene {
  targets: readonly TargetLine[];
  probes: readonly ProbeLine[];
  /** Latest happenings, oldest first, each one line. */
  happenings: readonly Happening[];
  /** What went wrong with the view itself; empty when nothing did. */
  trouble: string;
}

/** Happenings the view shows; older ones scroll away. */
export const HAPPENINGS_SHOWN = 12;

/** The lines of the live view. */
export function drawMesh(
  scene: MeshScene,
  printer: Pick<Printer, "layOut" | "paint" | "width" | "height">,
): string[] {
  const { paint } = printer;
  const width = printer.width();
  const fit = (text: string): string => (width === null ? text : cutText(text, width));
  const lines = ["", ...targetTable(scene, printer), "", ...probeTable(scene, printer), ""];
  lines.push(
    paint.dim(fit("● reaches it   ✖ fails   ◐ fails, not yet confirmed   ○ says nothing")),
  );
  const trouble = scene.trouble === "" ? [] : ["", paint.red(fit(cleanText(scene.trouble)))];
  if (scene.happenings.length > 0) lines.push("", paint.bold("LATEST"));
  // The last line of the terminal is the cursor's.
  const room = (printer.height() ?? Infinity) - lines.length - trouble.length - 1;
  const count = Math.max(1, Math.min(HAPPENINGS_SHOWN, room));
  for (const { text, paint: paintIt } of scene.happenings.slice(-count)) {
    lines.push(paintIt(fit(cleanText(text))));
  }
  return [...lines, ...trouble];
}

function targetTable(
  scene: MeshScene,
  { layOut, paint }: Pick<Printer, "layOut" | "paint">,
): string[] {
  const columns = [
    { header: "TARGET" },
    { header: "KIND" },
    { header: "VERDICT" },
    { header: "FOR", align: "right" as const },
    ...scene.probes.map(({ name }) => ({ header: name })),
    { header: "WHY", widthMax: 200 },
  ];
  const rows = scene.targets.map((target): Cell[] => [
    target.name,
    target.kind,
    verdictCell(target.state, paint),
    formatDuration(target.forMs),
    ...scene.probes.map(({ name }) => voteMark(target.votes.get(name) ?? "none", paint)),
    target.sentence,
  ]);
  return layOut(columns, rows);
}

function probeTable(
  scene: MeshScene,
  { layOut, paint }: Pick<Printer, "layOut" | "paint">,
): string[] {
  const columns = [
    { header: "PROBE" },
    { header: "REGION" },
    { header: "ZONE" },
    { header: "STATE" },
    { header: "PROCESS", align: "right" as const },
  ];
  const rows = scene.probes.map((probe): Cell[] => [
    probe.name,
    probe.region,
    probe.zone,
    probeCell(probe.state, paint),
    processCell(probe.pid, paint),
  ]);
  return layOut(columns, rows);
}

function processCell(pid: number | null, paint: Paint): Cell {
  return pid === null ? { text: "ended", paint: paint.red } : String(pid);
}

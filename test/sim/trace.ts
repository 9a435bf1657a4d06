/** The story of a run as lines, to see why a single case came out as it did. */
import type { Effect } from "../../aggregator/verdict/effect.ts";
import type { ResultsEvent } from "../../aggregator/verdict/event.ts";
import { effectLine } from "../helpers/verdict-mesh.ts";
import type { Fault } from "./faults.ts";
import type { Room } from "./sim.ts";

const CLASSES = ["", "ok", "sub", "dead", "dns", "void"];
const CERTIFICATES = ["", "certified", "canaries fail", "not certified"];

/** A batch that arrived, one line for each result. */
export function traceResults(room: Room, probe: number, event: ResultsEvent): void {
  const { trace } = room.options;
  if (!trace) return;
  const { batch, replayed, sentMonoMs } = event;
  for (const [row, handle] of batch.handle.entries()) {
    const failure = batch.failures.find((one) => one.row === row);
    const endMs =
      batch.baseMonoMs + (batch.startMs[row] ?? 0) + (batch.latencyUs[row] ?? 0) / 1_000;
    const words = [
      `prb_${probe} sees tgt_${handle - 1}: ${CLASSES[batch.outcome[row] ?? 0]}`,
      `attempt ${batch.attempt[row]}, ${Math.round(sentMonoMs - endMs)} ms before it was sent`,
      failure ? `${failure.reason}, ${CERTIFICATES[failure.certificate]}` : "",
      failure?.resolver ?? "",
      replayed ? "replayed" : "",
    ];
    trace(words.filter((word) => word !== "").join(", "), room.agenda.nowMs());
  }
}

/** What the fold asked for. */
export function traceEffect(room: Room, effect: Effect): void {
  room.options.trace?.(effectLine(effect), room.agenda.nowMs());
}

/** A fault that began or ended. */
export function traceFault(room: Room, { kind, who, strength }: Fault, begins: boolean): void {
  const line = `${begins ? "BEGIN" : "END"} ${kind} of ${who}, strength ${strength.toFixed(2)}`;
  room.options.trace?.(line, room.agenda.nowMs());
}

/** Whether a line matters to a target: it is about it, or about no target at all. */
export function isAbout(line: string, target: number): boolean {
  const others = line.match(/tgt_\d+|inc_\d+/g) ?? [];
  return (
    others.length === 0 || others.some((id) => id === `tgt_${target}` || id === `inc_${target}`)
  );
}

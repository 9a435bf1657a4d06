/** Driving the fold: events out of the log, and each through the step. */
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { Store } from "../ports.ts";
import type { Effect } from "../verdict/effect.ts";
import type { LogEvent } from "../verdict/event.ts";
import type { EngineState } from "../verdict/state.ts";
import { finished } from "../verdict/rests.ts";
import { stepSlowly } from "../verdict/step.ts";
import type { Stepping } from "../verdict/step.ts";

/** Events read from the log at a time. */
const READ_EVENTS = 2_000;

/** The log after a seq to its end, some events at a time, each in its place. */
export async function* eventsAfter(
  log: Pick<Store["log"], "read">,
  afterSeq: number,
): AsyncGenerator<LogEvent[]> {
  let seq = afterSeq;
  for (;;) {
    const events = await log.read(seq, READ_EVENTS);
    const last = events.at(-1);
    if (last === undefined) return;
    yield events;
    seq = last.seq;
  }
}

/** Folds one event. One that fails is left out: it would fail, and be left out, at every replay. */
export function foldEvent(state: EngineState, event: LogEvent, log: Log): Effect[] {
  return finished(foldSlowly(state, event, log));
}

/** The same with rests. */
export function* foldSlowly(state: EngineState, event: LogEvent, log: Log): Stepping {
  try {
    return yield* stepSlowly(state, event);
  } catch (error) {
    log.error(
      { error: messageOf(error), seq: event.seq, type: event.body.type },
      "An event could not be folded and is left out; this is a defect, please report it.",
    );
    return [];
  }
}

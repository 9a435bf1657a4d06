/** The living part of `quorate mesh`: asks the API what is, listens to what happens, shows both. */
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiEvent } from "../../shared/api/event.ts";
import type { ApiProbe } from "../../shared/api/probe.ts";
import type { ApiTarget } from "../../shared/api/target.ts";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { describeEvent, eventText, paintOfType, saidOf } from "./event-text.ts";
import { followEvents } from "./events.ts";
import type { Child } from "./mesh-children.ts";
import { drawMesh, HAPPENINGS_SHOWN } from "./mesh-view.ts";
import type { Happening, MeshScene, ProbeLine, TargetLine } from "./mesh-view.ts";
import type { Printer } from "./printer.ts";
import { once, pause } from "./stopping.ts";
import { timeOfDay } from "./words.ts";

/** Time between two looks at the verdicts. */
const REFRESH_MS = 1_000;

/** Targets and probes the view shows; the verbs that list show the rest. */
const ROWS_SHOWN = 20;

/** What the live view needs. */
export interface LiveOptions {
  client: ApiClient;
  clock: Clock;
  printer: Printer;
  stop: AbortSignal;
  /** The mesh's probes as processes, by the probe's name. */
  processes: ReadonlyMap<string, Child>;
}

/** The live view. */
export interface Live {
  /** Tells of something that happened: below the table on a terminal, else a line of its own. */
  tell(text: string, paint?: (text: string) => string): void;
  /** Listens to the events until stopped; what comes before `show` waits for it. */
  listen(): Promise<void>;
  /** Shows until stopped. */
  show(): Promise<void>;
}

/** Creates the live view: a table that is redrawn on a terminal, else one line a happening. */
export function createLive(options: LiveOptions): Live {
  const { client, clock, printer, stop } = options;
  const happenings: Happening[] = [];
  let known: Pick<MeshScene, "targets" | "probes"> = { targets: [], probes: [] };
  let printsLines = false;
  const print = ({ text, paint }: Happening): void => printer.line(paint(printer.clean(text)));
  const tell: Live["tell"] = (text, paint = (same) => same) => {
    if (printsLines) return print({ text, paint });
    happenings.push({ text, paint });
    if (happenings.length > HAPPENINGS_SHOWN) happenings.shift();
  };
  const onEvent = (event: ApiEvent): void => {
    if (!printer.isTerminal) return tell(describeEvent(event, printer));
    const said = saidOf(eventText(event));
    const text = `${timeOfDay(event.timestamp)}  ${event.type.padEnd(18)}  ${said}`;
    return tell(text, paintOfType(event.type, printer.paint));
  };
  const draw = async (): Promise<void> => {
    while (!stop.aborted) {
      let trouble = "";
      try {
        known = await lookAround(options);
      } catch (thrown) {
        trouble = messageOf(thrown);
      }
      if (!stop.aborted) printer.redraw(drawMesh({ ...known, happenings, trouble }, printer));
      await pause(clock, REFRESH_MS, stop);
    }
  };
  return {
    tell,
    listen: () => followEvents({ client, clock, stop, onEvent, onBreak: (text) => tell(text) }),
    show: async () => {
      if (printer.isTerminal) return draw();
      printsLines = true;
      happenings.splice(0).forEach(print);
      return once(stop);
    },
  };
}

async function lookAround(options: LiveOptions): Promise<Pick<MeshScene, "targets" | "probes">> {
  const { client, clock, processes } = options;
  const [probes, targets] = await Promise.all([
    client.probes.list({ limit: ROWS_SHOWN }),
    client.targets.list({ limit: ROWS_SHOWN }),
  ]);
  const nowMs = clock.wallMs();
  return {
    probes: probes.items.map((probe) => probeLine(probe, processes)),
    targets: await Promise.all(targets.items.map((one) => targetLine(client, one, nowMs))),
  };
}

async function targetLine(
  client: ApiClient,
  target: ApiTarget,
  nowMs: number,
): Promise<TargetLine> {
  const { state, since, sentence, vantages } = await client.verdicts.explain(target.id);
  return {
    name: target.name,
    kind: target.kind,
    state,
    forMs: Math.max(0, nowMs - Date.parse(since)),
    sentence,
    votes: new Map(vantages.map(({ probeName, vote }) => [probeName, vote])),
  };
}

function probeLine(probe: ApiProbe, processes: ReadonlyMap<string, Child>): ProbeLine {
  const { name, region, zone, status } = probe;
  const child = processes.get(name);
  return { name, region, zone, state: status.state, pid: child?.end() === null ? child.pid : null };
}

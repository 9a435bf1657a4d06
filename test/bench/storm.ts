/** 50,000 targets that fall at once: how few messages, how soon, and at what cost. */
import { BOUNDS } from "./bounds.ts";
import { clockText, systemClock } from "../../shared/clock.ts";
import { openAlertRoom } from "../helpers/alert-room.ts";
import { testChannel } from "../helpers/delivery-room.ts";
import { verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";

const TARGETS = 50_000;
const MESSAGES_MAX = 6;
const LOG_TIME_MS_MAX = 10_000;

/** Runs the benchmark on a clock of its own; a minute or two of the machine. */
export async function benchStorm(): Promise<BenchRow[]> {
  const machine = systemClock();
  const room = await openAlertRoom(TARGETS, (handle) => ({ rack: `r${handle % 3}` }));
  await room.store.channels.put(testChannel("ops"), null);
  const handles = room.targets.map(({ handle }) => handle);
  await room.look(handles, "succeeds");
  const fellAtMs = room.engine().nowMs();
  const startMs = machine.monoMs();
  const cpu = process.cpuUsage();
  await room.look(handles, "fails");
  await room.pass(LOG_TIME_MS_MAX - (room.engine().nowMs() - fellAtMs));
  const tookMs = machine.monoMs() - startMs;
  const used = process.cpuUsage(cpu);
  const peakMib = process.resourceUsage().maxRSS / 1_024;
  const sent = await room.sent();
  const down = handles.filter((_, index) => {
    const target = room.targets[index];
    return target && room.engine().verdict(target.id)?.state === "down";
  }).length;
  await room.engine().close();
  await room.close();
  const what = `${TARGETS} targets fall at once at ${clockText(fellAtMs)}`;
  return [
    { what: `${what}: down 10 s of log time later`, figure: `${down}`, aim: `${TARGETS}` },
    {
      what: `${what}: messages by then`,
      figure: `${sent.length} (${sent.join("; ")})`,
      aim: verdictOn(sent.length > 0 && sent.length <= MESSAGES_MAX, `1 to ${MESSAGES_MAX}`),
    },
    {
      what: `${what}: folded, judged, committed, planned in, ms of this machine`,
      figure: tookMs.toFixed(0),
      aim: verdictOn(tookMs <= LOG_TIME_MS_MAX, `at most ${LOG_TIME_MS_MAX}`, BOUNDS.stormTime),
    },
    {
      what: `${what}: CPU s of it; most memory of the process, MiB`,
      figure: `${((used.user + used.system) / 1e6).toFixed(1)}; ${peakMib.toFixed(0)}`,
      aim: "",
    },
  ];
}

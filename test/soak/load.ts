/** The probes of a soak: they go round their targets and tell what the weather lets them see. */
import type { Timer } from "../../shared/clock.ts";
import { systemClock } from "../../shared/clock.ts";
import type { Recheck } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { AggregatorProcess } from "../bench/aggregator-process.ts";
import { startLoadProbe } from "../bench/mesh-load.ts";
import type { LoadLook, LoadProbe } from "../bench/mesh-load.ts";
import { weatherAt } from "./faults.ts";
import type { Scene, Weather } from "./faults.ts";

const clock = systemClock();
/** As a probe does: what was seen in this time is one batch. */
const BATCH_MS = 250;
const BEAT_MS = 5_000;
/** Attempts with which a probe confirms a first failure. */
const FALL = 3;
/** Rows of one batch. */
const ROWS_MAX = 1_000;

/** The load of a soak. */
export interface SoakLoad {
  /** Results sent so far. */
  sent(): number;
  /** Handles of all targets that were ever down. */
  everDown: ReadonlySet<number>;
  /** Sessions that were broken off. */
  disconnects(): number;
  stop(): void;
}

interface Seat {
  index: number;
  /** Null while it is away. */
  session: LoadProbe | null;
  boots: number;
  connecting: boolean;
  place: number;
  /** Targets that it saw fail the last time. */
  failing: Set<number>;
}

interface LoadState {
  aggregator: AggregatorProcess;
  scene: Scene & { intervalMs: number };
  seats: Seat[];
  startMs: number;
  sent: number;
  disconnects: number;
  everDown: Set<number>;
  over: boolean;
}

/** Starts all probes; resolves once they have sessions. */
export async function startLoad(
  aggregator: AggregatorProcess,
  scene: Scene & { intervalMs: number },
): Promise<SoakLoad> {
  const seats = aggregator.probes.map((_, index) => ({
    index,
    session: null,
    boots: 0,
    connecting: false,
    place: Math.floor((index * scene.targets) / scene.probes),
    failing: new Set<number>(),
  }));
  const load: LoadState = {
    aggregator,
    scene,
    seats,
    startMs: clock.monoMs(),
    sent: 0,
    disconnects: 0,
    everDown: new Set(),
    over: false,
  };
  await Promise.all(load.seats.map((seat) => connect(load, seat)));
  const timers: Timer[] = [
    clock.every(BATCH_MS, () => turn(load)),
    clock.every(BEAT_MS, () => load.seats.forEach(({ session }) => session?.beat())),
  ];
  load.startMs = clock.monoMs();
  return {
    sent: () => load.sent,
    disconnects: () => load.disconnects,
    everDown: load.everDown,
    stop() {
      load.over = true;
      for (const timer of timers) timer.cancel();
      for (const { session } of load.seats) session?.close();
    },
  };
}

async function connect(load: LoadState, seat: Seat): Promise<void> {
  const known = load.aggregator.probes[seat.index];
  if (known === undefined || seat.connecting) return;
  seat.connecting = true;
  seat.boots += 1;
  // Another boot each time: its sequences begin anew.
  const probe = { ...known, id: `${known.id}b${seat.boots}` };
  const onRecheck = (recheck: Recheck): void => lookAgain(load, seat, recheck);
  const session = await startLoadProbe({ at: load.aggregator, probe, onRecheck });
  seat.connecting = false;
  if (load.over) return session.close();
  seat.session = session;
  session.beat();
}

function weatherNow(load: LoadState): Weather {
  return weatherAt(clock.monoMs() - load.startMs, load.scene);
}

function turn(load: LoadState): void {
  const weather = weatherNow(load);
  for (const handle of weather.down) load.everDown.add(handle);
  for (const seat of load.seats) {
    if (weather.away === seat.index) {
      if (seat.session !== null) load.disconnects += 1;
      seat.session?.close();
      seat.session = null;
    } else if (seat.session === null) {
      void connect(load, seat);
    } else {
      goOn(load, seat, weather);
    }
  }
}

/** Looks at the next targets of a round. */
function goOn(load: LoadState, seat: Seat, weather: Weather): void {
  const { targets, intervalMs } = load.scene;
  const looks: LoadLook[] = [];
  const count = Math.ceil((targets * BATCH_MS) / intervalMs);
  for (let step = 0; step < count; step += 1) {
    const handle = ((seat.place + step) % targets) + 1;
    const ok = seesOk(seat, handle, weather);
    looks.push({ handle, attempt: 0, ok });
    if (!ok && !seat.failing.has(handle)) {
      for (let attempt = 1; attempt <= FALL; attempt += 1) looks.push({ handle, attempt, ok });
    }
    if (ok) seat.failing.delete(handle);
    else seat.failing.add(handle);
  }
  seat.place = (seat.place + count) % targets;
  send(load, seat, looks);
}

function lookAgain(
  load: LoadState,
  seat: Seat,
  { handles, attempts, stopAfterOks }: Recheck,
): void {
  const weather = weatherNow(load);
  const looks = handles.flatMap((handle) => {
    const ok = seesOk(seat, handle, weather);
    const count = ok ? Math.min(attempts, stopAfterOks) : stopAfterOks > 1 ? 1 : attempts;
    return Array.from({ length: count }, (_, index) => ({ handle, attempt: index + 1, ok }));
  });
  send(load, seat, looks);
}

function seesOk({ index }: Seat, handle: number, { down, liar }: Weather): boolean {
  return liar !== index && !down.has(handle);
}

function send(load: LoadState, seat: Seat, looks: readonly LoadLook[]): void {
  for (let from = 0; from < looks.length; from += ROWS_MAX) {
    seat.session?.send(looks.slice(from, from + ROWS_MAX));
  }
  load.sent += looks.length;
}

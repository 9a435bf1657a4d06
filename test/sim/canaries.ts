/** Which canaries each simulated probe is told, and which of them count: the real rules. */
import type { CanaryAnswer } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { peerCanaryId } from "../../shared/canary.ts";
import { chooseCanaries, peerZones } from "../../aggregator/grpc/canaries.ts";
import { createReach } from "../../aggregator/grpc/reach.ts";
import { createTrials } from "../../aggregator/grpc/trials.ts";
import { freshAnswerMs } from "../../aggregator/grpc/teller.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import { clockOf } from "./agenda.ts";
import type { SimSession } from "./ends.ts";
import type { Room } from "./sim.ts";
import { CANARY } from "./world.ts";

/** Changes are gathered this long, as in grpc/teller.ts. */
const GATHER_MS = 50;

/** Where a canary is dialled: the number behind the colon tells which it is. */
export function canaryAddress(canary: number): string {
  return `canary:${canary}`;
}

/** What a teller works with. */
export interface CanaryTellerDeps {
  room: Room;
  sessions: ReadonlyMap<number, SimSession>;
  /** The canaries that the fold leaves out, and the time of the log. */
  excluded: () => readonly string[];
  nowMs: () => number;
}

/** Tells probes their canaries; it knows nothing when the aggregator starts. */
export interface CanaryTeller {
  /** Looks at peers and trials anew, a moment later, and tells every session. */
  tell(): void;
  /** Takes the answers of a heartbeat and gives those that count. */
  heard(session: SimSession, answers: readonly CanaryAnswer[]): { id: string; ok: boolean }[];
  /** Tells nothing more: the aggregator is gone. */
  stop(): void;
}

/** Creates a teller for the sessions of the aggregator. */
export function createCanaryTeller(deps: CanaryTellerDeps): CanaryTeller {
  const { room, sessions, nowMs } = deps;
  const { agenda } = room;
  const reach = createReach();
  const trials = createTrials({
    clock: clockOf(agenda),
    engine: { excludedCanaries: () => deps.excluded(), nowMs },
    reach,
    freshMs: freshAnswerMs(DEFAULT_SETTINGS.heartbeatMs),
  });
  /** Whether a canary counts that was given in a session. */
  const given = new WeakMap<SimSession, Map<string, boolean>>();
  let isGathering = false;
  let isStopped = false;
  let round = 0;

  function tell(): void {
    if (isGathering) return;
    isGathering = true;
    agenda.at(agenda.nowMs() + GATHER_MS, refresh);
  }

  function refresh(): void {
    isGathering = false;
    if (isStopped) return;
    round += 1;
    const thisRound = round;
    const connected = [...sessions.keys()];
    trials.setPeers(new Map(connected.map((one) => [peerCanaryId(`prb_${one}`), urlOf(one)])));
    const retryMs = trials.refresh();
    for (const session of sessions.values()) tellOne(session, connected);
    if (retryMs === null) return;
    agenda.at(agenda.nowMs() + retryMs, () => thisRound === round && tell());
  }

  function tellOne(session: SimSession, connected: readonly number[]): void {
    const canaries = listOf(room, session.probe, connected);
    const onTrial = canaries.filter(({ id, url }) => {
      return trials.isExcluded(id) || !trials.isProven(id, url);
    });
    const trialIds = onTrial.map(({ id }) => id);
    const mine = given.get(session) ?? new Map<string, boolean>();
    for (const { id } of canaries) mine.set(id, !trialIds.includes(id));
    given.set(session, mine);
    session.tell((orders) => orders.onCanaries(canaries, trialIds));
  }

  return {
    tell,
    heard(session, answers) {
      const mine = given.get(session);
      const known = answers.filter(({ id }) => mine?.has(id));
      reach.take(`prb_${session.probe}`, known, nowMs());
      if (trials.heard(known)) tell();
      return known.filter(({ id }) => mine?.get(id)).map(({ id, ok }) => ({ id, ok }));
    },
    stop: () => void (isStopped = true),
  };
}

function urlOf(canary: number): string {
  return `tcp://${canaryAddress(canary)}`;
}

function listOf({ probes }: Room, probe: number, connected: readonly number[]) {
  const spec = probes[probe]?.spec;
  const peers = connected.map((one) => ({
    probeId: `prb_${one}`,
    zone: probes[one]?.spec.zone ?? "",
    healthAddress: canaryAddress(one),
  }));
  return chooseCanaries({
    probeId: `prb_${probe}`,
    zone: spec?.zone ?? "",
    region: spec?.region ?? "",
    named: [],
    aggregatorUrl: urlOf(CANARY.aggregator),
    zones: peerZones(peers),
  });
}

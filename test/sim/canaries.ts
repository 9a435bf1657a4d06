/** Which canaries each simulated probe is told, chosen as the real aggregator does. */
import { chooseCanaries, peerZones } from "../../aggregator/grpc/canaries.ts";
import type { SimSession } from "./ends.ts";
import { indexOf } from "./sim.ts";
import type { Room } from "./sim.ts";
import { CANARY } from "./world.ts";

/** How long a canary that fails for half of the mesh is left out, as in grpc/canary-lists.ts. */
const LEFT_OUT_MS = 60_000;

/** Tells probes their canaries. */
export interface CanaryTeller {
  /** Tells every session its list anew. */
  tell(): void;
  /** Leaves canaries out for a while. */
  leaveOut(ids: readonly string[]): void;
}

/** Creates a teller for the sessions of the aggregator. */
export function createCanaryTeller(
  room: Room,
  sessions: ReadonlyMap<number, SimSession>,
): CanaryTeller {
  const { agenda } = room;
  const untilMs = new Map<string, number>();

  function tell(): void {
    for (const [id, endMs] of untilMs) if (endMs <= agenda.nowMs()) untilMs.delete(id);
    const excluded = [...untilMs.keys()];
    const zones = zonesOf(room, sessions.keys());
    for (const session of sessions.values()) {
      const canaries = chooseCanaries({
        probeId: `prb_${session.probe}`,
        zone: room.probes[session.probe]?.spec.zone ?? "",
        named: [],
        aggregatorAddress: "aggregator",
        zones,
        excluded,
      });
      const indexes = canaries.map(({ id }) => {
        return id === "aggregator" ? CANARY.aggregator : indexOf(id);
      });
      session.tell((orders) => orders.onCanaries(indexes));
    }
  }

  return {
    tell,
    leaveOut(ids) {
      const endMs = agenda.nowMs() + LEFT_OUT_MS;
      for (const id of ids) untilMs.set(id, endMs);
      tell();
      if (ids.length > 0) agenda.at(endMs, tell);
    },
  };
}

function zonesOf(room: Room, connected: Iterable<number>) {
  const peers = [...connected].map((probe) => ({
    probeId: `prb_${probe}`,
    zone: room.probes[probe]?.spec.zone ?? "",
    healthAddress: `peer-${probe}`,
  }));
  return peerZones(peers);
}

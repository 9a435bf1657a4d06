/** Which canaries a probe compares itself with. */
import { LIMITS } from "../../shared/limits.ts";
import type { Canary } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { stableHash } from "../assign.ts";

/** A probe that others may use as a canary. */
export interface Peer {
  probeId: string;
  zone: string;
  /** host:port of its health endpoint. */
  healthAddress: string;
}

/** Peers by zone, both in order, so that every probe is given the same at every turn. */
export type PeerZones = readonly (readonly [zone: string, peers: readonly Peer[]])[];

/** Puts peers in order by zone; done once for all probes that are told of a change. */
export function peerZones(peers: readonly Peer[]): PeerZones {
  const zones = new Map<string, Peer[]>();
  const ordered = [...peers].sort((left, right) => (left.probeId < right.probeId ? -1 : 1));
  for (const peer of ordered) {
    const zone = zones.get(peer.zone);
    if (zone === undefined) zones.set(peer.zone, [peer]);
    else zone.push(peer);
  }
  return [...zones].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What the canaries of one probe are chosen from. */
export interface CanaryChoice {
  probeId: string;
  zone: string;
  /** Reference endpoints that the operator named. */
  named: readonly Canary[];
  /** host:port of the aggregator as this probe sees it; null when it is not known. */
  aggregatorAddress: string | null;
  zones: PeerZones;
  /** Canaries that fail from half of the mesh or more. */
  excluded: readonly string[];
}

/**
 * Peers of other zones, one zone after the other, so that the first ones already stand in as many
 * networks as there are. Where each probe begins depends on its id: with thousands of probes
 * nobody is everybody's canary.
 */
function* peersInTurn({ probeId, zone, zones }: CanaryChoice): Generator<Peer> {
  const others = zones.filter(([name]) => name !== zone);
  const start = stableHash(probeId);
  const rounds = Math.max(0, ...others.map(([, peers]) => peers.length));
  for (let round = 0; round < Math.min(rounds, LIMITS.canariesMax); round += 1) {
    for (let turn = 0; turn < others.length; turn += 1) {
      const [, peers = []] = others[(start + turn) % others.length] ?? [];
      const peer = round < peers.length ? peers[(start + round) % peers.length] : undefined;
      if (peer !== undefined) yield peer;
    }
  }
}

/** The canaries of one probe: what the operator names, the aggregator, then peers. */
export function chooseCanaries(choice: CanaryChoice): Canary[] {
  const excluded = new Set(choice.excluded);
  const chosen: Canary[] = [];
  const add = (canary: Canary): boolean => {
    if (!excluded.has(canary.id)) chosen.push(canary);
    return chosen.length < LIMITS.canariesMax;
  };
  for (const canary of choice.named) if (!add(canary)) return chosen;
  if (choice.aggregatorAddress !== null) {
    const url = `tcp://${choice.aggregatorAddress}`;
    if (!add({ id: "aggregator", url })) return chosen;
  }
  for (const peer of peersInTurn(choice)) {
    if (!add({ id: `probe:${peer.probeId}`, url: `tcp://${peer.healthAddress}` })) return chosen;
  }
  return chosen;
}

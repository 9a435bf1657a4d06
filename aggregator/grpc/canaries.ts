/** Which canaries a probe compares itself with. */
import { AGGREGATOR_CANARY, peerCanaryId } from "../../shared/canary.ts";
import type { NamedCanary } from "../../shared/canary.ts";
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
  region: string;
  /** Reference endpoints that the operator named, for whatever region. */
  named: readonly NamedCanary[];
  /** URL of the aggregator as this probe sees it; null when it is not known. */
  aggregatorUrl: string | null;
  zones: PeerZones;
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

/** The canaries of one probe: what the operator names for its region, the aggregator, peers. */
export function chooseCanaries(choice: CanaryChoice): Canary[] {
  const { named, region, aggregatorUrl } = choice;
  const chosen: Canary[] = [];
  const add = (canary: Canary): boolean => chosen.push(canary) < LIMITS.canariesMax;
  for (const { id, url, region: where } of named) {
    if ((where === null || where === region) && !add({ id, url })) return chosen;
  }
  if (aggregatorUrl !== null && !add({ id: AGGREGATOR_CANARY, url: aggregatorUrl })) return chosen;
  for (const { probeId, healthAddress } of peersInTurn(choice)) {
    const url = `tcp://${healthAddress}`;
    if (!add({ id: peerCanaryId(probeId), url })) return chosen;
  }
  return chosen;
}

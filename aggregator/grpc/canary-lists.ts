/** The canary list of every session, from the peers that are connected now. */
import type { Clock } from "../../shared/clock.ts";
import type { Canary } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Engine } from "../ports.ts";
import { parseHostPort } from "../../shared/host-port.ts";
import type { Peer, PeerZones } from "./canaries.ts";
import { chooseCanaries, peerZones } from "./canaries.ts";
import type { Directory } from "./directory.ts";
import type { CanaryList } from "./outbox.ts";
import type { Session } from "./session.ts";

/**
 * How long a canary that failed for half of the mesh is left out before probes look at it again.
 * Nobody reports on a canary that nobody is given, so without this time it would come back with
 * the next heartbeat, fail for everybody again, and so on for as long as it is broken.
 */
const LEFT_OUT_MS = 60_000;

/** What canary lists are made of. */
export interface CanaryListsOptions {
  clock: Clock;
  engine: Pick<Engine, "excludedCanaries">;
  directory: Pick<Directory, "probe">;
  /** Reference endpoints that the operator named. */
  named: readonly Canary[];
  /** host:port of this aggregator for probes; null: the address each of them dialled. */
  advertisedAddress: string | null;
  /** host:port that nothing may answer; null when none is known. */
  mustFailAddress: string | null;
  sessions(): Iterable<Session>;
}

/** The canary lists of all sessions. */
export interface CanaryLists {
  /** Looks at peers and exclusions anew; returns when to look again, null when nothing waits. */
  refresh(): number | null;
  listOf(session: Session): CanaryList;
}

/** Creates the canary lists; they are empty of peers until the first refresh. */
export function createCanaryLists(options: CanaryListsOptions): CanaryLists {
  const { clock, engine, directory } = options;
  const leftOutUntilMs = new Map<string, number>();
  let zones: PeerZones = [];
  let excluded: readonly string[] = [];

  function peers(): Peer[] {
    const found: Peer[] = [];
    for (const session of options.sessions()) {
      const { healthAddress } = session.facts();
      const probe = directory.probe(session.probeId);
      if (healthAddress === null || probe === null || probe.draining) continue;
      found.push({ probeId: probe.id, zone: probe.spec.zone, healthAddress });
    }
    return found;
  }

  function refreshExcluded(): number | null {
    const nowMs = clock.monoMs();
    for (const [id, untilMs] of leftOutUntilMs) if (untilMs <= nowMs) leftOutUntilMs.delete(id);
    for (const id of engine.excludedCanaries()) leftOutUntilMs.set(id, nowMs + LEFT_OUT_MS);
    excluded = [...leftOutUntilMs.keys()];
    return excluded.length === 0 ? null : Math.min(...leftOutUntilMs.values()) - nowMs;
  }

  return {
    refresh() {
      zones = peerZones(peers());
      return refreshExcluded();
    },
    listOf(session) {
      const dialled = parseHostPort(session.authority) === null ? null : session.authority;
      const canaries = chooseCanaries({
        probeId: session.probeId,
        zone: directory.probe(session.probeId)?.spec.zone ?? "",
        named: options.named,
        aggregatorAddress: options.advertisedAddress ?? dialled,
        zones,
        excluded,
      });
      return { canaries, mustFailAddress: options.mustFailAddress ?? "" };
    },
  };
}

/** What is kept of every probe, and what every part of the sessions shares. */
import type { NamedCanary } from "../../shared/canary.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Engine, Revocations, Store } from "../ports.ts";
import type { Boots } from "./boots.ts";
import { createBoots } from "./boots.ts";
import type { Directory } from "./directory.ts";
import type { ProbeFacts } from "../../shared/probe.ts";
import { createReach } from "./reach.ts";
import type { Reach } from "./reach.ts";
import type { Session } from "./session.ts";

/** What the sessions need. */
export interface SessionsDeps {
  clock: Clock;
  engine: Engine;
  store: Pick<Store, "targets" | "probes" | "tokens">;
  revocations: Pick<Revocations, "watch">;
  log: Log;
  /** Time between heartbeats that probes are told. */
  heartbeatMs: number;
  /** Reference endpoints that the operator named. */
  canaries: readonly NamedCanary[];
  /** URL of this aggregator as probes' canary; null: the address each of them dialled. */
  advertisedUrl: string | null;
  /** host:port that nothing may answer; null when none is known. */
  mustFailAddress: string | null;
}

/** What is kept of a probe, beyond one session. */
export interface ProbeRecord {
  boots: Boots;
  session: Session | null;
  /** Facts of the last session that was open; null before the first. */
  facts: ProbeFacts | null;
}

/** What every part of the sessions shares. */
export interface Shared {
  deps: SessionsDeps;
  directory: Directory;
  records: Map<string, ProbeRecord>;
  reach: Reach;
  /** Sessions that did not say hello yet. */
  waiting: Set<Session>;
  /** True once no call is taken any more. */
  closing: boolean;
  openSessions(): Iterable<Session>;
}

/** What the parts of the sessions share, before anybody is connected. */
export function createShared(deps: SessionsDeps, directory: Directory): Shared {
  const records = new Map<string, ProbeRecord>();
  return {
    deps,
    directory,
    records,
    reach: createReach(),
    waiting: new Set(),
    closing: false,
    *openSessions() {
      for (const { session } of records.values()) if (session !== null) yield session;
    },
  };
}

/** The record of a probe, made when there is none yet. */
export function recordOf({ deps, records }: Shared, probeId: string): ProbeRecord {
  const known = records.get(probeId);
  if (known !== undefined) return known;
  const boots = createBoots(probeId, deps.store.probes);
  const record: ProbeRecord = { boots, session: null, facts: null };
  records.set(probeId, record);
  return record;
}

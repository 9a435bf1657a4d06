/** The canary list of every session, from the peers that are connected now. */
import { parseHostPort } from "../../shared/host-port.ts";
import type { NamedCanary } from "../../shared/canary.ts";
import { peerCanaryId } from "../../shared/canary.ts";
import type { Peer, PeerZones } from "./canaries.ts";
import { chooseCanaries, peerZones } from "./canaries.ts";
import type { Directory } from "./directory.ts";
import type { CanaryList } from "./outbox.ts";
import type { Session } from "./session.ts";
import type { TrialsDeps } from "./trials.ts";
import { createTrials } from "./trials.ts";
import type { Trials } from "./trials.ts";

/** What canary lists are made of. */
export interface CanaryListsOptions extends TrialsDeps {
  directory: Pick<Directory, "probe">;
  /** Reference endpoints that the operator named. */
  named: readonly NamedCanary[];
  /** URL of this aggregator as a canary; null: the address each probe dialled. */
  advertisedUrl: string | null;
  /** host:port that nothing may answer; null when none is known. */
  mustFailAddress: string | null;
  sessions(): Iterable<Session>;
}

/** The canary lists of all sessions. */
export interface CanaryLists {
  readonly trials: Trials;
  /** Looks at peers and trials anew; returns when to look again, null when nothing waits. */
  refresh(): number | null;
  listOf(session: Session): CanaryList;
}

/** Creates the canary lists; they are empty of peers until the first refresh. */
export function createCanaryLists(options: CanaryListsOptions): CanaryLists {
  const { directory } = options;
  const trials = createTrials(options);
  let zones: PeerZones = [];
  let urls: ReadonlyMap<string, string> = new Map();

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

  return {
    trials,
    refresh() {
      const found = peers();
      zones = peerZones(found);
      urls = new Map(found.map((one) => [peerCanaryId(one.probeId), `tcp://${one.healthAddress}`]));
      trials.setPeers(urls);
      return trials.refresh();
    },
    listOf(session) {
      const spec = directory.probe(session.probeId)?.spec;
      const dialled = parseHostPort(session.authority) === null ? null : session.authority;
      const canaries = chooseCanaries({
        probeId: session.probeId,
        zone: spec?.zone ?? "",
        region: spec?.region ?? "",
        named: options.named,
        aggregatorUrl: options.advertisedUrl ?? (dialled === null ? null : `tcp://${dialled}`),
        zones,
      });
      const onTrial = canaries.filter(
        ({ id, url }) => trials.isExcluded(id) || !trials.isProven(id, url),
      );
      const trialCanaryIds = onTrial.map(({ id }) => id);
      return { canaries, mustFailAddress: options.mustFailAddress ?? "", trialCanaryIds };
    },
  };
}

/** Ends or tells sessions whose probe was removed, drained, fell silent, or lost its token. */
import type { Shared } from "./records.ts";
import type { Session } from "./session.ts";

/** A session that says nothing for this long, and for six heartbeats, is ended. */
const SILENCE_MS = 30_000;

/** Watches over the probes of the sessions. */
export interface ProbeWatch {
  /** A session begins; its welcome says whether the probe drains. */
  begin(session: Session): void;
  /** The probes were read: ends sessions of those that are gone, tells those that drain. */
  lookAtAll(): void;
}

/** Creates the watch over all sessions. */
export function createProbeWatch(shared: Shared): ProbeWatch {
  const draining = new Set<string>();

  function look(session: Session): void {
    const probe = shared.directory.probe(session.probeId);
    if (probe === null) {
      session.end("This probe was removed from the mesh; its token is not valid any more.", true);
      return;
    }
    if (probe.draining === draining.has(probe.id)) return;
    if (probe.draining) {
      draining.add(probe.id);
      session.outbox.drain("An operator drains this probe: it is given no more checks.");
    } else {
      session.end("This probe drains no more; begin a new session to be given checks.");
    }
  }

  return {
    begin(session: Session): void {
      if (shared.directory.probe(session.probeId)?.draining === true) {
        draining.add(session.probeId);
      } else {
        draining.delete(session.probeId);
      }
    },
    lookAtAll(): void {
      for (const session of shared.openSessions()) look(session);
      for (const [probeId, { session }] of shared.records) {
        if (session === null && shared.directory.probe(probeId) === null) {
          shared.records.delete(probeId);
          shared.reach.forget(probeId);
          draining.delete(probeId);
        }
      }
    },
  };
}

/** Ends sessions that fell silent, and those whose token has expired. */
export function sweep(shared: Shared): void {
  const { clock, heartbeatMs } = shared.deps;
  const silenceMs = Math.max(SILENCE_MS, 6 * heartbeatMs);
  for (const session of shared.openSessions()) {
    const silentMs = clock.monoMs() - session.lastHeardMs();
    const { tokenExpiresAtMs } = session;
    if (silentMs > silenceMs) {
      const seconds = Math.round(silentMs / 1_000);
      session.end(`Nothing was heard of this probe for ${seconds} seconds; begin a new session.`);
    } else if (tokenExpiresAtMs !== null && tokenExpiresAtMs <= clock.wallMs()) {
      session.end("This probe's token has expired; it needs a new one.", true);
    }
  }
}

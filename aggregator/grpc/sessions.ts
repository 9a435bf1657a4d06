/** Every probe's session: who is connected, and who must be told what. */
import { status } from "@grpc/grpc-js";
import type { Timer } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { MeshSessions } from "../ports.ts";
import type { Directory } from "./directory.ts";
import { identify } from "./identity.ts";
import { readMeshReach } from "./mesh-reach.ts";
import type { ProbeWatch } from "./probe-watch.ts";
import { createProbeWatch, sweep } from "./probe-watch.ts";
import type { SessionsDeps, Shared } from "./records.ts";
import { createShared, recordOf } from "./records.ts";
import type { Session } from "./session.ts";
import { createSession } from "./session.ts";
import type { Teller } from "./teller.ts";
import { createTeller } from "./teller.ts";
import type { SessionCall } from "./wire.ts";

/** The tokens of a probe are the first of it that are removed, so this may be its end too. */
const REVOKED =
  "This probe's token is not valid any more: it was revoked, or this probe was removed from the " +
  "mesh. `quorate probes list` says which; then give it a new token, or stop it.";

/** The sessions, and what the server does with them. */
export interface Sessions extends MeshSessions {
  /** Begins to look after silent sessions and expired tokens. */
  open(): void;
  /** Takes a call of Mesh.Session. */
  accept(call: SessionCall): void;
  /** Refuses new calls, and ends every session once what it sent is on disk. */
  close(): Promise<void>;
}

/** Ends a call with a gRPC status before it became a session. */
function refuse(call: SessionCall, code: status, details: string): void {
  call.emit("error", { code, details });
}

/** Makes the accept: from a call to a session that is the one of its probe. */
function createAccept(shared: Shared, teller: Teller, watch: ProbeWatch) {
  const { deps, directory, waiting } = shared;

  function onOpen(session: Session): void {
    const record = recordOf(shared, session.probeId);
    waiting.delete(session);
    const previous = record.session;
    record.session = session;
    previous?.end("Another session with this probe's token began.");
    watch.begin(session);
    // A probe that was created a moment ago may not be in the directory yet.
    if (directory.probe(session.probeId) === null) reload(shared);
    teller.tellCanaries();
  }

  function onEnd(session: Session): void {
    waiting.delete(session);
    const record = shared.records.get(session.probeId);
    if (record === undefined || record.session !== session) return;
    record.session = null;
    record.facts = { ...session.facts(), connected: false };
    teller.tellCanaries();
  }

  return async (call: SessionCall): Promise<void> => {
    const identity = await identify(call.metadata, deps.store, deps.clock);
    if (call.cancelled || call.destroyed) return;
    if (!identity.ok) return refuse(call, identity.code, identity.details);
    if (shared.closing) return refuse(call, status.UNAVAILABLE, "The aggregator is stopping.");
    const { probe, token } = identity;
    const unwatch = deps.revocations.watch(token.id, () => {
      session.end(REVOKED, true);
    });
    const session = createSession({
      ...deps,
      call,
      probe,
      tokenExpiresAtMs: token.expiresAtMs,
      directory,
      boots: recordOf(shared, probe.id).boots,
      canaries: (one) => teller.lists.listOf(one),
      onOpen,
      onEnd(ended) {
        unwatch();
        onEnd(ended);
      },
      onAnswers(answers, atMs) {
        shared.reach.take(probe.id, answers, atMs);
        if (teller.lists.trials.heard(answers)) teller.tellCanaries();
      },
      onCommitted: (bootId, sequence) =>
        shared.records.get(probe.id)?.session?.outbox.ack(bootId, sequence),
    });
    waiting.add(session);
  };
}

/** Reads the probes anew; a failure is logged, and the next change reads them again. */
function reload({ directory, deps }: Shared): void {
  directory.reloadProbes().catch((error: unknown) => {
    deps.log.error({ error: messageOf(error) }, "the probes could not be read from the store");
  });
}

/** Creates the sessions; calls are accepted as soon as the engine is ready. */
export function createSessions(deps: SessionsDeps, directory: Directory): Sessions {
  const shared = createShared(deps, directory);
  const { records, waiting, openSessions } = shared;
  const teller = createTeller(shared);
  const watch = createProbeWatch(shared);
  const begin = createAccept(shared, teller, watch);
  let sweeper: Timer | null = null;

  directory.listen({
    assignmentChanged: teller.tellAssignment,
    targetChanged: () => undefined,
    probesChanged() {
      watch.lookAtAll();
      teller.tellCanaries();
    },
  });

  return {
    open: () => void (sweeper ??= deps.clock.every(deps.heartbeatMs, () => sweep(shared))),
    accept(call) {
      if (shared.closing || !deps.engine.ready()) {
        const why = shared.closing ? "is stopping" : "is not ready yet";
        return refuse(call, status.UNAVAILABLE, `The aggregator ${why}; try again in a moment.`);
      }
      begin(call).catch((error: unknown) => {
        deps.log.error({ error: messageOf(error) }, "a session could not begin");
        refuse(call, status.UNAVAILABLE, "The aggregator cannot read its store; try again later.");
      });
    },
    status(probeId) {
      const record = records.get(probeId);
      return record?.session?.facts() ?? record?.facts ?? null;
    },
    reach: () => readMeshReach({ shared, lists: teller.lists }),
    targetChanged: (target) => directory.setTarget(target),
    targetDeleted: (target) => directory.deleteTarget(target),
    probesChanged: () => reload(shared),
    recheck(request) {
      for (const id of request.probeIds) records.get(id)?.session?.outbox.recheck(request);
    },
    canariesChanged: () => teller.tellCanaries(),
    async close() {
      shared.closing = true;
      sweeper?.cancel();
      teller.stop();
      const all = [...openSessions(), ...waiting];
      await Promise.all(
        all.map((one) => one.finish("The aggregator is stopping; come back in a moment.")),
      );
    },
  };
}

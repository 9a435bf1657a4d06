/** The probe: its parts, wired. */
import type { Clock } from "../shared/clock.ts";
import type { HostPort } from "../shared/host-port.ts";
import type { Log } from "../shared/log.ts";
import type { Hello } from "../shared/proto/gen/quorate/v1/mesh.ts";
import { randomText } from "../shared/random.ts";
import type { Random } from "../shared/random.ts";
import type { TimeAnchor } from "../shared/result.ts";
import type { PrepareCheck } from "./assigned.ts";
import type { LinkChannel } from "./channel.ts";
import { holdFolder } from "./folder.ts";
import type { Folder } from "./folder.ts";
import { listenHealth } from "./health-endpoint.ts";
import type { HealthEndpoint } from "./health-endpoint.ts";
import { serveHealth } from "./health-service.ts";
import type { ServedHealth } from "./health-service.ts";
import { createHeartbeats } from "./heartbeat.ts";
import type { Heartbeats } from "./heartbeat.ts";
import { createIntake } from "./intake.ts";
import type { LoadKinds } from "./intake.ts";
import type { LinkHandlers } from "./link-handlers.ts";
import type { LinkState } from "./link-state.ts";
import { createLink } from "./link.ts";
import type { HeartbeatFacts, Link } from "./link.ts";
import { createOutageWatch } from "./outage.ts";
import type { OutageWatch } from "./outage.ts";
import { createPushDoor } from "./push-endpoint.ts";
import { openSpool } from "./spool.ts";
import type { Spool } from "./spool.ts";
import { processVitals } from "./vitals.ts";
import type { Vitals } from "./vitals.ts";
import { waitUntil } from "./wait.ts";
import { createWork } from "./work.ts";
import type { Work } from "./work.ts";
import { createCrew } from "./workers/crew.ts";
import type { Crew, CrewDeps } from "./workers/crew.ts";

/** Protocol version said in hello. */
const PROTOCOL = 1;
/** Length of a boot id; 5 bits of chance a character. */
const BOOT_ID_CHARS = 20;

/** What a probe needs. */
export interface ProbeDeps {
  clock: Clock;
  random: Random;
  log: Log;
  /** The way to the aggregator, see channel.ts. */
  channel: LinkChannel;
  /** Probe token; a secret. */
  token: string;
  /** Folder of the spool, of this probe alone; made when missing. */
  dataDir: string;
  version: string;
  hostname: string;
  /** Names of the kinds of checks this probe can run. */
  kinds: readonly string[];
  prepareCheck: PrepareCheck;
  /** Loads the kinds of a message before their options are prepared. Default: all are loaded. */
  loadKinds?: LoadKinds | undefined;
  /** Is told how the process is, with each heartbeat. Default: nobody is. */
  onVitals?: ((vitals: Vitals) => void) | undefined;
  /** Local address that checks and canaries connect from; absent: the system's choice. */
  sourceAddress?: string | undefined;
  /** Where the health endpoint listens; null: nowhere. */
  healthListen: HostPort | null;
  /** Where its own view of its targets is served as gRPC health; null or absent: nowhere. */
  serveHealth?: { listen: HostPort; insecure: boolean } | null;
  /** host:port that nothing may answer; null: what the aggregator names. */
  mustFailAddress: string | null;
  /** Name that every resolver knows, asked of a resolver that failed; null: none. */
  knownGoodName: string | null;
  /** Workers that look at the targets. Default: its own process does. */
  crew?: Omit<CrewDeps, "clock" | "log" | "onBatch"> | null | undefined;
  /** Called when this probe cannot go on; it still has to be stopped. */
  onRefused?: (why: string) => void;
}

/** A probe. */
export interface Probe {
  /** Listens, opens the spool, connects. Throws a sentence when it cannot. */
  start(): Promise<void>;
  /** Ends checks, hands over what it can within `deadlineMs`, says goodbye, keeps the rest. */
  stop(options: { reason: string; deadlineMs: number }): Promise<void>;
  state(): LinkState;
  /** Identity of this start of the probe. */
  bootId: string;
  /** host:port of the health endpoint; empty when there is none. */
  healthAddress(): string;
  /** host:port where its view of its targets is served; empty when it is not. */
  servedHealthAddress(): string;
}

interface Parts {
  work: Work;
  crew: Crew | null;
  heartbeats: Heartbeats;
  outage: OutageWatch;
  link: Link;
}

type WorkFacts = Omit<HeartbeatFacts, "canaries" | "mustFailHeld" | "lastOutage">;

interface ProbeState {
  deps: ProbeDeps;
  bootId: string;
  anchor: TimeAnchor | null;
  folder: Folder | null;
  health: HealthEndpoint | null;
  served: ServedHealth | null;
  spool: Spool | null;
  parts: Parts | null;
}

/** Creates a probe; nothing happens before it is started. */
export function createProbe(deps: ProbeDeps): Probe {
  const bootId = randomText(deps.random, BOOT_ID_CHARS);
  const probe: ProbeState = {
    deps,
    bootId,
    anchor: null,
    folder: null,
    health: null,
    served: null,
    spool: null,
    parts: null,
  };
  return {
    bootId,
    healthAddress: () => probe.health?.address ?? "",
    servedHealthAddress: () => probe.served?.address ?? "",
    state: () => probe.parts?.link.state() ?? { name: "idle" },
    start: () => start(probe),
    stop: (options) => stop(probe, options),
  };
}

async function start(probe: ProbeState): Promise<void> {
  const { clock, log, dataDir, hostname, healthListen, onRefused } = probe.deps;
  const { serveHealth: wish } = probe.deps;
  const { bootId } = probe;
  const onLost = (why: string): void => {
    log.error({}, why);
    onRefused?.(why);
  };
  const pushDoor = createPushDoor({
    clock,
    report: (target, report) => probe.parts?.work.assigned.report(target, report) ?? false,
  });
  const folder = holdFolder({ clock, log, dataDir, bootId, hostname, onLost });
  try {
    if (healthListen) probe.health = await listenHealth(healthListen, pushDoor);
    if (wish) probe.served = await serveHealth({ clock, ...wish });
  } catch (error) {
    folder.release();
    await probe.health?.close();
    throw error;
  }
  probe.folder = folder;
  const spool = openSpool({ clock, log, dataDir, bootId });
  probe.spool = spool;
  const parts = assemble(probe, spool);
  probe.parts = parts;
  parts.work.wheel.start();
  parts.crew?.start();
  parts.link.start();
}

function assemble(probe: ProbeState, spool: Spool): Parts {
  const { deps } = probe;
  const onBatch = (batch: Uint8Array): void => {
    spool.add(batch);
    link.pump();
  };
  const views = probe.served?.views;
  const work = createWork({ ...deps, views, anchor: () => probe.anchor, onBatch });
  const crew = deps.crew ? createCrew({ ...deps, ...deps.crew, onBatch }) : null;
  const readVitals = processVitals(deps);
  const outage = createOutageWatch({ ...deps, selfCheck: work.selfCheck });
  const heartbeats = createHeartbeats({
    clock: deps.clock,
    selfCheck: work.selfCheck,
    facts: () => workFacts({ work, crew }, spool, readVitals()),
    lastOutage: outage.last,
    send: (facts) => link.heartbeat(facts),
  });
  const link = createLink({
    clock: deps.clock,
    random: deps.random,
    log: deps.log,
    channel: deps.channel,
    token: deps.token,
    spool,
    hello: () => helloOf(probe),
    handlers: handlersOf(probe, { work, crew, heartbeats, outage }),
  });
  return { work, crew, heartbeats, outage, link };
}

function workFacts(
  { work, crew }: Pick<Parts, "work" | "crew">,
  spool: Spool,
  vitals: Vitals,
): WorkFacts {
  const { wheel, runner } = work;
  const { batches, dropped } = spool.counts();
  const theirs = crew?.takeFacts() ?? NO_FACTS;
  return {
    ...vitals,
    cpuMilli: vitals.cpuMilli + theirs.cpuMilli,
    rssBytes: vitals.rssBytes + theirs.rssBytes,
    eventLoopLagMs: Math.max(0, Math.round(wheel.takeLagMs()), theirs.lagMs),
    skippedChecks: runner.takeSkipped() + theirs.skipped,
    runningChecks: runner.running() + theirs.running,
    spooledBatches: batches,
    droppedBatches: dropped,
  };
}

const NO_FACTS = { cpuMilli: 0, rssBytes: 0, lagMs: 0, skipped: 0, running: 0 };

function helloOf(probe: ProbeState): Hello {
  const { version, hostname, kinds } = probe.deps;
  return {
    protocol: PROTOCOL,
    bootId: probe.bootId,
    version,
    kinds: [...kinds],
    hostname,
    healthAddress: probe.health?.address ?? "",
  };
}

function handlersOf(probe: ProbeState, parts: Omit<Parts, "link">): LinkHandlers {
  const { work, crew, heartbeats, outage } = parts;
  const { log, onRefused, loadKinds } = probe.deps;
  const intake = createIntake({ ...work, loadKinds, onCanaries: heartbeats.canariesKnown });
  const setDraining = (draining: boolean): void => {
    work.setDraining(draining);
    crew?.setDraining(draining);
  };
  return {
    onAnchor(anchor) {
      probe.anchor = anchor;
      crew?.setAnchor(anchor);
    },
    onIdentity: (welcome) => probe.folder?.claim(welcome) ?? null,
    onWelcome(welcome, heartbeatMs) {
      outage.restored();
      setDraining(welcome.draining);
      heartbeats.begin(heartbeatMs);
    },
    onAssignments: (message) => intake.take(crew?.assign(message) ?? message),
    onRecheck(recheck) {
      const { handles, attempts, stopAfterOks } = recheck;
      work.runner.recheck(handles, attempts, stopAfterOks);
      crew?.recheck(recheck);
    },
    onDrain(reason) {
      log.info({ reason }, "Draining: no new checks, the session stays.");
      setDraining(true);
    },
    onDown(why) {
      intake.drop();
      heartbeats.end();
      outage.lost(why);
    },
    onRefused: (why) => onRefused?.(why),
  };
}

async function stop(
  probe: ProbeState,
  { reason, deadlineMs }: { reason: string; deadlineMs: number },
): Promise<void> {
  const { parts, spool, deps } = probe;
  const { clock } = deps;
  const untilMs = clock.monoMs() + deadlineMs;
  if (parts && spool) {
    const { work, crew, heartbeats, outage, link } = parts;
    heartbeats.end();
    outage.stop();
    const patienceMs = deadlineMs / 4;
    await Promise.all([work.stop(patienceMs), crew?.stop(patienceMs)]);
    link.pump();
    const handedOver = (): boolean => spool.counts().own === 0 || link.state().name !== "open";
    await waitUntil({ clock, untilMs, holds: handedOver });
    await link.stop(reason);
    spool.close();
  }
  probe.folder?.release();
  await probe.health?.close();
  await probe.served?.close();
  probe.parts = null;
  probe.spool = null;
  probe.folder = null;
  probe.health = null;
  probe.served = null;
}

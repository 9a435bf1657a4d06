/** One aggregator: its rooms put together. Creating it starts nothing. */
import { CHECK_KINDS, mergeSecretOptions, prepareCheck } from "../probe/checks/index.ts";
import { describeKinds, redactOptions } from "../probe/checks/index.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf, QuorateError } from "../shared/errors.ts";
import { formatHostPort } from "../shared/host-port.ts";
import type { Log } from "../shared/log.ts";
import type { Random } from "../shared/random.ts";
import { VERSION } from "../shared/version.ts";
import { createAuditTrail } from "./audit/trail.ts";
import type { RunningTrail } from "./audit/trail.ts";
import type { AggregatorOptions } from "./aggregator-options.ts";
import { createJudge } from "./agent/judge.ts";
import { listenAgent } from "./agent/listen.ts";
import type { AgentListener } from "./agent/listen.ts";
import { createDeliveryWorker } from "./alert/delivery.ts";
import { createBackups } from "./backup/pack.ts";
import { createEventBus } from "./bus.ts";
import { createDeadMan } from "./dead-man.ts";
import { createEngine } from "./engine/engine.ts";
import { createReplays } from "./engine/replays.ts";
import type { RunningEngine } from "./engine/engine.ts";
import { createGrpcServer } from "./grpc/server.ts";
import type { GrpcServer } from "./grpc/server.ts";
import { createHttpApp } from "./http/app.ts";
import type { DescribedKinds } from "./http/context.ts";
import { listenHttp } from "./http/listen.ts";
import type { HttpListener } from "./http/listen.ts";
import { NOTIFIER_KINDS, prepareNotifier } from "./notifiers/index.ts";
import type { NotifierAllowance } from "./notifiers/index.ts";
import * as notifiers from "./notifiers/index.ts";
import type { MeshSessions, Revocations, Store } from "./ports.ts";
import { createMaintenanceRounds } from "./registry/maintenance-rounds.ts";
import { createRegistry } from "./registry/registry.ts";
import type { Registry } from "./registry/registry.ts";
import { createRevocations } from "./revocations.ts";
import { createUpkeep } from "./upkeep.ts";
import { openDashboard } from "./web/serve.ts";
import { createStatusRenderer } from "./web/status/renderer.ts";
import { settingsFor } from "./verdict/settings.ts";

/** What an aggregator is given. */
export interface AggregatorDeps {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  options: AggregatorOptions;
}

/** Where an aggregator can be reached. */
export interface Listening {
  /** Such as http://127.0.0.1:7700. */
  httpUrl: string;
  /** Such as 127.0.0.1:7701. */
  grpcAddress: string;
  /** Where agent checks ask, such as 127.0.0.1:7702; absent: nowhere. */
  agentAddress?: string | undefined;
}

/** A living aggregator. */
export interface Aggregator {
  registry: Registry;
  /** Replays the log, takes over, and listens. */
  start(): Promise<Listening>;
  /** Answers a request of the API that is made in this process. */
  ask(url: string, init: RequestInit): Promise<Response>;
  /** Takes nothing new, finishes what runs within `deadlineMs`, saves its state. */
  stop(deadlineMs: number): Promise<void>;
}

/** Kinds of check as the registry and the API use them. */
const CHECKS: DescribedKinds = {
  names: CHECK_KINDS.map(({ kind }) => kind),
  prepare: prepareCheck,
  redact: redactOptions,
  merge: mergeSecretOptions,
  describe: describeKinds,
};

/** Kinds of notifier as the registry, the API and the delivery use them. */
function notifierKinds(allowed: NotifierAllowance) {
  return {
    names: NOTIFIER_KINDS.map(({ kind }) => kind),
    prepare: (kind: string, options: unknown) => prepareNotifier(kind, options, allowed),
    redact: notifiers.redactOptions,
    merge: notifiers.mergeSecretOptions,
  };
}

/** Creates an aggregator on an open store; the caller closes the store after `stop`. */
export function createAggregator(deps: AggregatorDeps): Aggregator {
  const { store, clock, random, log, options } = deps;
  const bus = createEventBus({ log });
  const revocations = createRevocations();
  const kinds = notifierKinds({ exec: options.allowExecChannels ?? false });
  const delivery = createDeliveryWorker({
    store,
    channels: store.channels,
    notifiers: kinds.prepare,
    clock,
    random,
    log,
  });
  // Engine and sessions need each other: the engine's wishes reach the sessions through here.
  const wishes: { sessions: MeshSessions | null } = { sessions: null };
  const engine = createEngine({
    store,
    clock,
    log,
    bus,
    settings: settingsFor(options.heartbeatMs),
    publicUrl: options.publicUrl?.replace(/\/+$/, ""),
    onRecheck: (request) => wishes.sessions?.recheck(request),
    onCanaries: () => wishes.sessions?.canariesChanged(),
    onCommitted: (atMs) => delivery.wake(atMs),
  });
  const references = referencesOf(options);
  const grpc = createGrpcServer({ ...deps, ...options, engine, bus, revocations, ...references });
  wishes.sessions = grpc.sessions;
  const audit = createAuditTrail(deps);
  const registry = createRegistry({
    ...deps,
    ...sessionLimitsOf(options),
    store: audit.store,
    revocations,
    engine: audit.watch(engine),
    sessions: grpc.sessions,
    kinds: CHECKS,
    notifiers: kinds,
    channelsChanged: () => delivery.wake(),
  });
  const parts = { engine, grpc, registry, revocations, audit, bus, delivery, kinds };
  return living(deps, parts);
}

/** How long a person stays signed in at a browser. */
function sessionLimitsOf({ sessionIdleMs, sessionMaxMs }: AggregatorOptions) {
  return { sessionIdleMs, sessionMaxMs };
}

/** What probes compare themselves with, beside the mesh's own. */
function referencesOf({ canaries = [], advertisedUrl, mustFail }: AggregatorOptions) {
  const mustFailAddress = mustFail === undefined ? null : formatHostPort(mustFail);
  return { canaries, advertisedUrl: advertisedUrl ?? null, mustFailAddress };
}

/** What a probe must say beside address and token to trust this aggregator. */
function joinFlagsOf({ tls, insecure }: AggregatorOptions): string[] {
  if (tls) return ["--ca", "ca.pem"];
  return insecure ? ["--insecure"] : [];
}

interface Parts {
  engine: RunningEngine;
  grpc: GrpcServer;
  registry: Registry;
  revocations: Revocations;
  audit: RunningTrail;
  bus: ReturnType<typeof createEventBus>;
  delivery: ReturnType<typeof createDeliveryWorker>;
  kinds: ReturnType<typeof notifierKinds>;
}

/** Makes the targets that are missing; all are looked at before the first is made. */
async function plantTargets(
  { store, log, options }: AggregatorDeps,
  registry: Registry,
): Promise<void> {
  const listed = options.targets ?? [];
  for (const { name, kind, options } of listed) {
    try {
      prepareCheck(kind, options);
    } catch (error) {
      const sentence = `The target ${name} of QUORATE_TARGETS cannot be made: ${messageOf(error)}`;
      throw new QuorateError("invalid", sentence);
    }
  }
  for (const target of listed) {
    if ((await store.targets.get(target.name)) !== null) continue;
    await registry.targets.create(target);
    log.info({ target: target.name }, "A target of QUORATE_TARGETS was made.");
  }
}

/** Opens the port of agent checks, where there is to be one. */
async function openAgent(
  deps: AggregatorDeps,
  engine: RunningEngine,
): Promise<AgentListener | null> {
  const { agentListen } = deps.options;
  if (agentListen === undefined) return null;
  return listenAgent({ ...deps, ...agentListen, judge: createJudge({ ...deps, engine }) });
}

/** What an aggregator does by itself from time to time. */
function periodicWork(deps: AggregatorDeps, { engine, grpc, registry }: Parts) {
  const { keepLogMs, deadMan } = deps.options;
  const { sessions } = grpc;
  const works = [
    createUpkeep({ ...deps, engine, keepLogMs }),
    createMaintenanceRounds({ ...deps, maintenance: registry.maintenance }),
    ...(deadMan ? [createDeadMan({ ...deps, ...deadMan, engine, sessions })] : []),
  ];
  return {
    start: () => {
      for (const work of works) work.start();
    },
    stop: () => Promise.all(works.map((work) => work.stop())),
  };
}

/** Backups of the data directory, where there is one. */
function backupsOf(deps: AggregatorDeps) {
  const { data: folder } = deps.options;
  return folder === undefined ? undefined : createBackups({ ...deps, folder, version: VERSION });
}

function living(deps: AggregatorDeps, parts: Parts): Aggregator {
  const { engine, grpc, registry, delivery } = parts;
  const { options } = deps;
  const { heartbeatMs } = options;
  const work = periodicWork(deps, parts);
  const replays = createReplays({ ...deps, settings: settingsFor(heartbeatMs) });
  const { grpcListen } = options;
  let grpcPort = grpcListen.port;
  const app = createHttpApp({
    ...options,
    ...deps,
    ...parts,
    store: parts.audit.store,
    replays,
    sessions: grpc.sessions,
    kinds: CHECKS,
    notifiers: parts.kinds,
    sendTest: (channel) => delivery.sendTest(channel),
    wakeDelivery: () => delivery.wake(),
    grpcAddress: () => formatHostPort({ ...grpcListen, port: grpcPort }),
    joinFlags: joinFlagsOf(options),
    publicUrl: options.publicUrl,
    backups: backupsOf(deps),
    dashboard: openDashboard(),
    statusRenderer: createStatusRenderer(),
    version: VERSION,
  });
  let http: HttpListener | null = null;
  let agent: AgentListener | null = null;

  return {
    registry,
    ask: async (url, init) => app.request(url, init),
    start: async () => {
      await engine.start();
      await plantTargets(deps, registry);
      grpcPort = await grpc.listen(formatHostPort(grpcListen));
      const { tls } = options;
      const pair = tls ? { cert: tls.certPem, key: tls.keyPem } : undefined;
      http = await listenHttp({ ...deps, ...options.listen, app, tls: pair });
      agent = await openAgent(deps, engine);
      delivery.start();
      delivery.wake(engine.nowMs());
      work.start();
      const grpcAddress = formatHostPort({ ...grpcListen, port: grpcPort });
      return { httpUrl: http.url, grpcAddress, agentAddress: agent?.address };
    },
    stop: async (deadlineMs) => {
      const doors = [http?.close(deadlineMs), grpc.close(deadlineMs), agent?.close()];
      await Promise.all([...doors, work.stop()]);
      await replays.close();
      await delivery.stop(deadlineMs);
      await engine.close();
    },
  };
}

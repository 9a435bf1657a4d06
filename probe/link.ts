/**
 * The link: one session with the aggregator at a time, and a new one when it ends.
 * Everything sent is at least once: what is not acknowledged is sent again in the next session.
 */
import { Metadata } from "@grpc/grpc-js";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import type { Clock, Timer } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Log } from "../shared/log.ts";
import { MeshClient } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type {
  AggregatorMessage,
  Heartbeat,
  HeartbeatAck,
  Hello,
  ProbeMessage,
  Welcome,
} from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { Random } from "../shared/random.ts";
import type { LinkChannel } from "./channel.ts";
import type { LinkHandlers } from "./link-handlers.ts";
import { createRefusals } from "./refusals.ts";
import type { Refusals } from "./refusals.ts";
import { retryDelayMs } from "./link-state.ts";
import type { LinkState } from "./link-state.ts";
import type { Spool } from "./spool.ts";

/** Time an aggregator has to welcome a probe. */
const WELCOME_TIMEOUT_MS = 10_000;
/** Heartbeats without an acknowledgement after which a session is torn down. */
export const SILENT_HEARTBEATS_MAX = 3;
/** Bounds of what an aggregator may ask for as time between heartbeats. */
const HEARTBEAT_MS_MIN = 100;
const HEARTBEAT_MS_MAX = 60_000;
/** Time a goodbye has to reach the aggregator. */
const GOODBYE_MS = 500;

/** Facts of a heartbeat; the link adds the number and the stamp. */
export type HeartbeatFacts = Omit<Heartbeat, "sequence" | "sentMonoMs">;

/** What a link needs. */
export interface LinkDeps {
  clock: Clock;
  random: Random;
  log: Log;
  channel: LinkChannel;
  /** Probe token; a secret. */
  token: string;
  /** Said at the beginning of every session. */
  hello: () => Hello;
  spool: Spool;
  handlers: LinkHandlers;
}

/** The link to the aggregator. */
export interface Link {
  start(): void;
  state(): LinkState;
  /** Sends what the spool has, as far as the window allows. */
  pump(): void;
  /** Sends a heartbeat; false when no session is open. */
  heartbeat(facts: HeartbeatFacts): boolean;
  /** Says goodbye and ends the session; resolves when it is over, soon in any case. */
  stop(reason: string): Promise<void>;
}

type Stream = ClientDuplexStream<ProbeMessage, AggregatorMessage>;

interface Session {
  client: MeshClient;
  stream: Stream;
  window: number;
  heartbeatMs: number;
  heartbeats: number;
  acknowledgedMonoMs: number;
  /** The deadline of the welcome, then the watch over acknowledgements. */
  watch: Timer;
  /** Called once the stream has ended, while stopping. */
  onOver: () => void;
}

interface LinkData {
  deps: LinkDeps;
  state: LinkState;
  session: Session | null;
  /** Sessions in a row that ended before a heartbeat was acknowledged. */
  failures: number;
  refusals: Refusals;
  retry: Timer | null;
}

/** Creates a link that is idle. */
export function createLink(deps: LinkDeps): Link {
  const link: LinkData = {
    deps,
    state: { name: "idle" },
    session: null,
    failures: 0,
    refusals: createRefusals(deps),
    retry: null,
  };
  return {
    start: () => void (link.state.name === "idle" && connect(link)),
    state: () => link.state,
    pump: () => pump(link),
    heartbeat(facts) {
      const { session } = link;
      if (!session || link.state.name !== "open") return false;
      session.heartbeats += 1;
      const sentMonoMs = deps.clock.monoMs();
      const value = { ...facts, sequence: session.heartbeats, sentMonoMs };
      session.stream.write({ body: { $case: "heartbeat", value } });
      return true;
    },
    stop: (reason) => stop(link, reason),
  };
}

function connect(link: LinkData): void {
  const { clock, channel, token } = link.deps;
  const client = new MeshClient(channel.address, channel.credentials, channel.options);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const stream = client.session(metadata);
  const session: Session = {
    client,
    stream,
    window: 1,
    heartbeatMs: HEARTBEAT_MS_MAX,
    heartbeats: 0,
    acknowledgedMonoMs: clock.monoMs(),
    watch: clock.after(WELCOME_TIMEOUT_MS, () => {
      endSession(link, session, `No welcome came within ${WELCOME_TIMEOUT_MS} ms.`);
    }),
    onOver: () => undefined,
  };
  link.session = session;
  link.state = { name: "connecting", sinceMonoMs: clock.monoMs() };
  stream.on("data", (message: AggregatorMessage) => {
    if (link.session === session) receive(link, session, message);
  });
  stream.on("error", (error) => endSession(link, session, `${messageOf(error)}.`));
  stream.on("end", () => endSession(link, session, "The aggregator ended the session."));
  stream.write({ body: { $case: "hello", value: link.deps.hello() } });
}

function receive(link: LinkData, session: Session, { body }: AggregatorMessage): void {
  if (body?.$case === "goodbye") return goodbye(link, session, body.value);
  const expected = link.state.name === "open" ? "anything but welcome" : "welcome";
  if ((body?.$case === "welcome") === (link.state.name === "open")) {
    const found = body?.$case ?? "an unknown message";
    return endSession(link, session, `Expected ${expected} from the aggregator, found ${found}.`);
  }
  const { spool, handlers, log } = link.deps;
  switch (body?.$case) {
    case "welcome":
      return welcomed(link, session, body.value);
    case "ack":
      spool.acknowledge(body.value.bootId, body.value.sequence);
      return pump(link);
    case "heartbeatAck":
      return acknowledged(link, session, body.value);
    case "assignments":
      return hold(session, handlers.onAssignments(body.value));
    case "recheck":
      return handlers.onRecheck(body.value);
    case "refused":
      return link.refusals.take(body.value);
    case "drain":
      return handlers.onDrain(body.value.reason);
    case undefined: // A newer aggregator may say things this probe does not know.
      return log.debug({}, "A message of an unknown type was passed over.");
  }
}

function welcomed(link: LinkData, session: Session, welcome: Welcome): void {
  const { clock, spool, handlers, log } = link.deps;
  const misfit = handlers.onIdentity(welcome);
  if (misfit !== null) return refuse(link, session, misfit);
  const nowMs = clock.monoMs();
  session.watch.cancel();
  session.window = Math.min(Math.max(1, welcome.window), LIMITS.batchWindow);
  session.heartbeatMs = Math.min(Math.max(HEARTBEAT_MS_MIN, welcome.heartbeatMs), HEARTBEAT_MS_MAX);
  session.acknowledgedMonoMs = nowMs;
  session.watch = clock.every(session.heartbeatMs, () => watchSilence(link, session));
  link.state = { name: "open", sinceMonoMs: nowMs, probeName: welcome.name };
  const { probeId, name, region, zone } = welcome;
  log.info({ probeId, name, region, zone }, "The session with the aggregator is open.");
  handlers.onAnchor({ atMs: welcome.atMs, monoMs: nowMs });
  spool.beginSession(welcome.ackedSequence);
  spool.setLinkUp(true);
  handlers.onWelcome(welcome, session.heartbeatMs);
  pump(link);
}

function acknowledged(link: LinkData, session: Session, { atMs }: HeartbeatAck): void {
  const monoMs = link.deps.clock.monoMs();
  session.acknowledgedMonoMs = monoMs;
  link.failures = 0;
  link.deps.handlers.onAnchor({ atMs, monoMs });
}

/** Reads nothing until what came has been taken in: what follows may build on it. */
function hold({ stream }: Session, taken: Promise<void> | undefined): void {
  if (taken === undefined) return;
  stream.pause();
  void taken.then(() => stream.resume());
}

function watchSilence(link: LinkData, session: Session): void {
  const silentMs = link.deps.clock.monoMs() - session.acknowledgedMonoMs;
  if (silentMs <= SILENT_HEARTBEATS_MAX * session.heartbeatMs) return;
  endSession(link, session, `No heartbeat was acknowledged for ${Math.round(silentMs)} ms.`);
}

function pump(link: LinkData): void {
  const { session, deps } = link;
  if (!session || link.state.name !== "open") return;
  while (deps.spool.inFlight() < session.window) {
    const spooled = deps.spool.take();
    if (!spooled) return;
    const { bootId, sequence } = spooled;
    const batch = Buffer.from(spooled.batch.buffer, spooled.batch.byteOffset, spooled.batch.length);
    const value = { sentMonoMs: deps.clock.monoMs(), bootId, sequence, batch };
    session.stream.write({ body: { $case: "results", value } });
  }
}

function goodbye(
  link: LinkData,
  session: Session,
  { reason, final }: { reason: string; final: boolean },
): void {
  if (final) return refuse(link, session, reason);
  endSession(link, session, `The aggregator said goodbye: ${reason}`);
}

/** Ends a session for good: no other one of this credential could be better. */
function refuse(link: LinkData, session: Session, why: string): void {
  const { handlers, log } = link.deps;
  endSession(link, session, why);
  link.retry?.cancel();
  link.state = { name: "refused", why };
  log.error({ why }, "This probe cannot have a session any more; it does not try again.");
  handlers.onRefused(why);
}

/** Ends a session, whoever wanted it, and plans the next one. */
function endSession(link: LinkData, session: Session, why: string): void {
  session.watch.cancel();
  session.onOver();
  if (link.session !== session) return;
  const { clock, spool, handlers, log, random } = link.deps;
  const wasOpen = link.state.name === "open";
  link.session = null;
  closeSession(session);
  spool.setLinkUp(false);
  link.failures += 1;
  const delayMs = retryDelayMs(link.failures, random);
  link.state = { name: "waiting", retryAtMonoMs: clock.monoMs() + delayMs, why };
  link.retry = clock.after(delayMs, () => connect(link));
  log.warn({ why, retryInMs: delayMs }, "There is no session with the aggregator.");
  if (wasOpen) handlers.onDown(why);
}

function closeSession({ stream, client }: Session): void {
  stream.cancel();
  client.close();
}

async function stop(link: LinkData, reason: string): Promise<void> {
  const { session } = link;
  link.retry?.cancel();
  link.state = link.state.name === "refused" ? link.state : { name: "closed" };
  link.session = null;
  if (!session) return;
  session.watch.cancel();
  await new Promise<void>((resolve) => {
    const timer = link.deps.clock.after(GOODBYE_MS, resolve);
    session.onOver = () => {
      timer.cancel();
      resolve();
    };
    session.stream.write({ body: { $case: "goodbye", value: { reason, final: false } } });
    session.stream.end();
  });
  closeSession(session);
}

/** One session of a probe: hello, welcome, then results and heartbeats in, and work out. */
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import { noProbeFacts } from "../../shared/probe.ts";
import type { Probe, ProbeFacts } from "../../shared/probe.ts";
import type {
  AggregatorMessage,
  CanaryAnswer,
  Heartbeat,
  Hello,
  ProbeMessage,
  Refused,
} from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Engine } from "../ports.ts";
import { peerHost } from "../../shared/host-port.ts";
import type { BootProgress, Boots } from "./boots.ts";
import type { Directory } from "./directory.ts";
import { factsAfterHeartbeat, factsOfHello } from "./facts.ts";
import type { Intake } from "./intake.ts";
import { createIntake } from "./intake.ts";
import { checkHello, heartbeatFlaw, knownAnswers } from "./message-check.ts";
import type { CanaryList, Outbox } from "./outbox.ts";
import { createOutbox } from "./outbox.ts";
import type { Received, SessionCall } from "./wire.ts";

/** Time in which hello must come; a connection that says nothing is not kept. */
const HELLO_WAIT_MS = 10_000;
/** Canary ids remembered as given to this session; beyond, only the newest list counts. */
const GIVEN_CANARIES_MAX = 256;

/**
 * `waiting` for hello; `joining` its boot is looked up; `open` both sides talk; `ended` a goodbye
 * was said or the stream broke, and nothing that still comes is looked at.
 */
type SessionState = "waiting" | "joining" | "open" | "ended";

/** One session, as the list of sessions sees it. */
export interface Session {
  readonly probeId: string;
  /** host:port of the aggregator as the probe dialled it. */
  readonly authority: string;
  readonly tokenExpiresAtMs: number | null;
  readonly outbox: Outbox;
  facts(): ProbeFacts;
  /** When anything was last heard of the probe, on the monotonic clock. */
  lastHeardMs(): number;
  /** Ends the session with a sentence; `final`: the probe shall not come back with this token. */
  end(reason: string, final?: boolean): void;
  /**
   * Takes no more results, waits until what was taken is on disk and acknowledged, then ends with
   * a sentence; with none when it is empty, as an answer to the probe's own goodbye.
   */
  finish(reason: string): Promise<void>;
}

/** What a session is made of. */
export interface SessionOptions {
  call: SessionCall;
  probe: Probe;
  tokenExpiresAtMs: number | null;
  clock: Clock;
  engine: Engine;
  log: Log;
  heartbeatMs: number;
  directory: Directory;
  boots: Boots;
  canaries(session: Session): CanaryList;
  /** The session is about to be open: from here it is the one of its probe. */
  onOpen(session: Session): void;
  /** Called once when the session has ended, in whatever way and state. */
  onEnd(session: Session): void;
  /** Takes what the probe's canaries said, whether they count or not. */
  onAnswers(answers: readonly CanaryAnswer[], atMs: number): void;
  /** Batches are on disk; told to the probe's present session, which may be a later one. */
  onCommitted(bootId: string, sequence: number): void;
}

/** What changes in the life of a session. */
interface Life {
  state: SessionState;
  facts: ProbeFacts;
  helloBootId: string;
  lastHeardMs: number;
  /** Canaries that were given to this probe, and whether they count. */
  given: Map<string, boolean>;
}

function welcomeOf(options: SessionOptions, progress: BootProgress): AggregatorMessage {
  const probe = options.directory.probe(options.probe.id) ?? options.probe;
  return {
    body: {
      $case: "welcome",
      value: {
        probeId: probe.id,
        name: probe.spec.name,
        region: probe.spec.region,
        zone: probe.spec.zone,
        atMs: options.engine.nowMs(),
        heartbeatMs: options.heartbeatMs,
        ackedSequence: progress.committed,
        draining: probe.draining,
        window: LIMITS.batchWindow,
      },
    },
  };
}

/** How a session ends, beside its reason. */
interface Ending {
  /** The probe shall not come back with this token. Default false. */
  final?: boolean;
  /** The batch that is malformed, if that is the reason. */
  refused?: Refused | undefined;
}

/** What every part of one session shares. */
interface Parts {
  options: SessionOptions;
  life: Life;
  session: Session;
  intake: Intake;
}

/** Takes hello: looks its boot up and answers with welcome and a snapshot. */
async function join({ options, life, session }: Parts, hello: Hello): Promise<void> {
  const { engine, boots, directory, probe } = options;
  const checked = checkHello(hello, peerHost(options.call.getPeer()));
  if (!checked.ok) return session.end(checked.sentence);
  life.state = "joining";
  life.helloBootId = checked.hello.bootId;
  life.facts = factsOfHello(checked.hello);
  const progress = await boots.progress(life.helloBootId);
  if (isOver(life)) return;
  life.state = "open";
  options.onOpen(session);
  session.outbox.begin(welcomeOf(options, progress), directory.handlesOf(probe.id));
  // Not waited for: what the probe sends next is submitted behind it.
  engine.submit({ type: "probe_joined", probeId: probe.id }).catch((error: unknown) => {
    session.end(`The beginning of the session could not be committed: ${messageOf(error)}`);
  });
}

/** Whether the session ended; asked anew after every wait. */
function isOver(life: Life): boolean {
  return life.state === "ended";
}

/** Takes a heartbeat: answers at once with log time, and gives it to the engine. */
async function beat({ options, life, session, intake }: Parts, heartbeat: Heartbeat) {
  const sentence = heartbeatFlaw(heartbeat);
  if (sentence !== null) return session.end(sentence);
  const canaries = knownAnswers(heartbeat.canaries, life.given);
  const atMs = options.engine.nowMs();
  life.facts = factsAfterHeartbeat(life.facts, { ...heartbeat, canaries }, atMs);
  options.onAnswers(canaries, atMs);
  session.outbox.heartbeatAck(heartbeat.sequence);
  const room = intake.room();
  if (room !== null) await room;
  if (isOver(life)) return;
  await options.engine.submit({
    type: "heartbeat",
    probeId: options.probe.id,
    canaries: canaries
      .filter(({ id }) => life.given.get(id) === true)
      .map(({ id, ok }) => ({ id, ok })),
    mustFailHeld: heartbeat.mustFailHeld,
    lagMs: heartbeat.eventLoopLagMs,
    overloaded: heartbeat.skippedChecks > 0,
  });
}

/** Takes a message of an open session; a promise means: read no further until then. */
function takeOpen(parts: Parts, body: NonNullable<ProbeMessage["body"]>): Promise<void> | null {
  const { life, session, intake } = parts;
  switch (body.$case) {
    case "results":
      return intake.take(body.value, life.helloBootId);
    case "heartbeat": {
      const beaten = beat(parts, body.value).catch((error: unknown) => {
        session.end(`A heartbeat could not be committed: ${messageOf(error)}`);
      });
      // Only a full queue holds up reading; the commit of a heartbeat does not.
      return intake.room() === null ? null : beaten;
    }
    case "goodbye":
      return session.finish("");
    case "hello":
      session.end("Expected hello once, as the first message, and it came again.");
      return null;
  }
}

/** Takes any message; a promise means: read no further until then. */
function take(parts: Parts, received: Received): Promise<void> | null {
  const { life, session } = parts;
  if (isOver(life)) return null;
  life.lastHeardMs = parts.options.clock.monoMs();
  if (!received.ok) {
    session.end(received.sentence);
    return null;
  }
  const { body } = received;
  if (life.state === "open") return takeOpen(parts, body);
  if (body.$case !== "hello") {
    session.end(`Expected hello as the first message, and found ${body.$case}.`);
    return null;
  }
  return join(parts, body.value).catch((error: unknown) => {
    session.end(`The session could not begin, try again: ${messageOf(error)}`);
  });
}

/** Reads the call message by message, and stops reading while one of them must wait. */
function read(call: SessionCall, onMessage: (received: Received) => Promise<void> | null): void {
  call.on("data", (received: Received) => {
    const pending = onMessage(received);
    if (pending === null) return;
    call.pause();
    void pending.then(() => call.resume());
  });
}

/** Canaries that a session was told of, kept so that answers of others can be left out. */
function rememberGiven(given: Map<string, boolean>, list: CanaryList): CanaryList {
  if (given.size > GIVEN_CANARIES_MAX) given.clear();
  for (const { id } of list.canaries) given.set(id, !list.trialCanaryIds.includes(id));
  return list;
}

/** Begins a session on a call whose token was accepted. */
export function createSession(options: SessionOptions): Session {
  const { call, clock, engine, probe, directory } = options;
  const life: Life = {
    state: "waiting",
    facts: noProbeFacts(),
    helloBootId: "",
    lastHeardMs: clock.monoMs(),
    given: new Map(),
  };
  const outbox = createOutbox({
    call,
    nowMs: () => engine.nowMs(),
    assignment: (handle) => directory.assignment(handle, probe.id),
    canaries: () => rememberGiven(life.given, options.canaries(session)),
  });
  const intake = createIntake({
    probeId: probe.id,
    clock,
    engine,
    boots: options.boots,
    onCommitted: options.onCommitted,
    onFailed: (sentence, refused) => close(sentence, { refused }),
  });
  const helloTimer = clock.after(HELLO_WAIT_MS, () => {
    if (life.state === "waiting") {
      session.end(`Expected hello within ${HELLO_WAIT_MS / 1_000} seconds, and nothing came.`);
    }
  });

  function close(reason: string, { final = false, refused }: Ending = {}): void {
    if (isOver(life)) return;
    life.state = "ended";
    helloTimer.cancel();
    intake.stop();
    outbox.end(reason === "" ? null : { reason, final }, refused);
    options.onEnd(session);
    options.log.info({ probeId: probe.id, reason }, "a probe's session ended");
  }

  const session: Session = {
    probeId: probe.id,
    authority: call.getHost(),
    tokenExpiresAtMs: options.tokenExpiresAtMs,
    outbox,
    facts: () => life.facts,
    lastHeardMs: () => life.lastHeardMs,
    end: (reason, final = false) => close(reason, { final }),
    async finish(reason) {
      intake.stop();
      await intake.settled();
      close(reason);
    },
  };
  const parts: Parts = { options, life, session, intake };
  call.on("end", () => void session.finish(""));
  for (const event of ["cancelled", "error", "close"]) call.on(event, () => close(""));
  read(call, (received) => take(parts, received));
  return session;
}

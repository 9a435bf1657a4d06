/**
 * What waits to be sent on one session. Everything that can pile up is merged while it waits (a
 * target has one newest assignment, a boot one highest acknowledgement), so a probe that reads
 * slowly costs at most one entry a target, and always gets the newest.
 */
import { LIMITS } from "../../shared/limits.ts";
import type {
  AggregatorMessage,
  Assignment,
  Assignments,
  Canary,
  Goodbye,
  Refused,
} from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { RecheckRequest } from "../ports.ts";
import type { SessionCall } from "./wire.ts";

/** Bytes of assignments in one message: a quarter of what may be received, as sizes are guessed. */
const ASSIGNMENTS_BYTES = LIMITS.grpcMessageBytesMax / 4;
/** Bytes of an assignment beside its texts, at most. */
const ASSIGNMENT_HEAD_BYTES = 96;

/** Canaries of a probe, and the address that nothing may answer. */
export interface CanaryList {
  canaries: Canary[];
  mustFailAddress: string;
  /** Ids of those that are looked at and do not count. */
  trialCanaryIds: string[];
}

const NO_CANARIES: CanaryList = { canaries: [], mustFailAddress: "", trialCanaryIds: [] };

/** What is to be sent on one session. */
export interface Outbox {
  /** Sends welcome, and then everything in `handles` as a snapshot. */
  begin(welcome: AggregatorMessage, handles: readonly number[]): void;
  ack(bootId: string, sequence: number): void;
  heartbeatAck(sequence: number): void;
  recheck(request: RecheckRequest): void;
  drain(reason: string): void;
  /** Marks assignments as changed; they are sent at the next `flush`. */
  changed(handle: number): void;
  /** Sends the canary list anew if it differs from what was sent. */
  canariesChanged(): void;
  /** Lets what was marked go. */
  flush(): void;
  /**
   * Sends the acknowledgements that wait, which batch is malformed, if one is, and a last goodbye,
   * if one is given, and ends the call. Nothing is sent after it.
   */
  end(goodbye: Goodbye | null, refused?: Refused): void;
}

/** What an outbox is made of. */
export interface OutboxOptions {
  call: Pick<SessionCall, "write" | "end" | "on">;
  nowMs(): number;
  /** The present assignment for this probe; null when it shall not look at the target. */
  assignment(handle: number): Assignment | null;
  canaries(): CanaryList;
}

/** Everything that waits, merged. */
interface Waiting {
  first: AggregatorMessage | null;
  acks: Map<string, number>;
  heartbeat: number | null;
  drain: string | null;
  /** Handles to look at, by attempts and successes that end it. */
  rechecks: Map<string, { attempts: number; stopAfterOks: number; handles: Set<number> }>;
  handles: Set<number>;
  snapshot: boolean;
  canaries: boolean;
  /** Whether marked assignments and canaries may go. */
  released: boolean;
  /** Nothing goes before welcome. */
  begun: boolean;
  /** The canary list as it was last sent. */
  sentCanaries: string;
}

const assignmentBytes = (assignment: Assignment): number =>
  ASSIGNMENT_HEAD_BYTES +
  3 * (assignment.name.length + assignment.targetId.length + assignment.kind.length) +
  Buffer.byteLength(assignment.optionsJson);

/** Takes as many marked assignments as fit; at least one, if any is marked. */
function takeAssignments(waiting: Waiting, options: OutboxOptions): Assignments {
  const upserts: Assignment[] = [];
  const removedHandles: number[] = [];
  let bytes = 0;
  for (const handle of waiting.handles) {
    const assignment = options.assignment(handle);
    const size = assignment === null ? 6 : assignmentBytes(assignment);
    if (bytes > 0 && bytes + size > ASSIGNMENTS_BYTES) break;
    bytes += size;
    waiting.handles.delete(handle);
    if (assignment !== null) upserts.push(assignment);
    else if (!waiting.snapshot) removedHandles.push(handle);
  }
  const list = waiting.canaries ? options.canaries() : NO_CANARIES;
  const { snapshot, canaries: hasCanaries } = waiting;
  waiting.snapshot = false;
  waiting.canaries = false;
  return { snapshot, upserts, removedHandles, hasCanaries, ...list };
}

/** Takes the next rechecks, at most as many as one message may have; null when none waits. */
function takeRecheck({ rechecks }: Waiting): AggregatorMessage | null {
  for (const [key, { attempts, stopAfterOks, handles }] of rechecks) {
    const taken = [...handles].slice(0, LIMITS.recheckHandlesMax);
    for (const handle of taken) handles.delete(handle);
    if (handles.size === 0) rechecks.delete(key);
    return { body: { $case: "recheck", value: { handles: taken, attempts, stopAfterOks } } };
  }
  return null;
}

/** The next small message: welcome, acknowledgements, heartbeats, drain, rechecks. */
function takeSmall(waiting: Waiting, nowMs: () => number): AggregatorMessage | null {
  const { first, heartbeat, drain } = waiting;
  if (first !== null) {
    waiting.first = null;
    return first;
  }
  for (const [bootId, sequence] of waiting.acks) {
    waiting.acks.delete(bootId);
    return { body: { $case: "ack", value: { bootId, sequence } } };
  }
  if (heartbeat !== null) {
    waiting.heartbeat = null;
    const value = { sequence: heartbeat, atMs: nowMs() };
    return { body: { $case: "heartbeatAck", value } };
  }
  if (drain !== null) {
    waiting.drain = null;
    return { body: { $case: "drain", value: { reason: drain } } };
  }
  return takeRecheck(waiting);
}

function nothingWaiting(): Waiting {
  return {
    first: null,
    acks: new Map(),
    heartbeat: null,
    drain: null,
    rechecks: new Map(),
    handles: new Set(),
    snapshot: false,
    canaries: false,
    released: false,
    begun: false,
    sentCanaries: "",
  };
}

/** Sends what `take` gives while the stream takes it, and goes on when it has drained. */
function createPump(call: OutboxOptions["call"], take: () => AggregatorMessage | null) {
  let blocked = false;
  let scheduled = false;
  let ended = false;

  function pump(): void {
    scheduled = false;
    while (!ended && !blocked) {
      const message = take();
      if (message === null) return;
      blocked = !call.write(message);
      // Others get a turn after every large message: a thousand snapshots at once must not hold
      // up heartbeats.
      if (message.body?.$case === "assignments") return wake();
    }
  }

  function wake(): void {
    if (scheduled || ended || blocked) return;
    scheduled = true;
    setImmediate(pump);
  }

  call.on("drain", () => {
    blocked = false;
    wake();
  });
  return {
    wake,
    end(last: readonly AggregatorMessage[]): void {
      if (ended) return;
      ended = true;
      for (const message of last) call.write(message);
      call.end();
    },
  };
}

/** Marks a target to be looked at now, with others of the same request. */
function addRecheck({ rechecks }: Waiting, request: RecheckRequest): void {
  const { handle, attempts, stopAfterOks } = request;
  const key = `${attempts}/${stopAfterOks}`;
  const known = rechecks.get(key);
  if (known !== undefined) known.handles.add(handle);
  else rechecks.set(key, { attempts, stopAfterOks, handles: new Set([handle]) });
}

/** What is said at the very end: acknowledgements that wait, a refusal, and goodbye. */
function lastMessages(
  waiting: Waiting,
  goodbye: Goodbye | null,
  refused: Refused | undefined,
): AggregatorMessage[] {
  const last: AggregatorMessage[] = [...waiting.acks].map(([bootId, sequence]) => ({
    body: { $case: "ack", value: { bootId, sequence } },
  }));
  if (refused !== undefined) last.push({ body: { $case: "refused", value: refused } });
  if (goodbye !== null) last.push({ body: { $case: "goodbye", value: goodbye } });
  return last;
}

/** Takes the next message in order of urgency; null when nothing waits or may go yet. */
function createTake(waiting: Waiting, options: OutboxOptions) {
  return (): AggregatorMessage | null => {
    if (!waiting.begun) return null;
    const small = takeSmall(waiting, options.nowMs);
    if (small !== null) return small;
    const { handles, snapshot, canaries, released } = waiting;
    if (!released || (handles.size === 0 && !snapshot && !canaries)) {
      waiting.released = false;
      return null;
    }
    const value = takeAssignments(waiting, options);
    if (value.hasCanaries) waiting.sentCanaries = canaryText(value);
    return { body: { $case: "assignments", value } };
  };
}

/** Creates the outbox of a session. */
export function createOutbox(options: OutboxOptions): Outbox {
  const waiting = nothingWaiting();
  const { wake, end } = createPump(options.call, createTake(waiting, options));
  return {
    begin(welcome, handles) {
      waiting.begun = true;
      waiting.first = welcome;
      for (const handle of handles) waiting.handles.add(handle);
      Object.assign(waiting, { snapshot: true, canaries: true, released: true });
      wake();
    },
    ack(bootId, sequence) {
      waiting.acks.set(bootId, Math.max(sequence, waiting.acks.get(bootId) ?? 0));
      wake();
    },
    heartbeatAck(sequence) {
      waiting.heartbeat = sequence;
      wake();
    },
    recheck(request) {
      addRecheck(waiting, request);
      wake();
    },
    drain(reason) {
      waiting.drain = reason;
      wake();
    },
    changed: (handle) => void waiting.handles.add(handle),
    canariesChanged() {
      if (canaryText(options.canaries()) !== waiting.sentCanaries) waiting.canaries = true;
    },
    flush() {
      waiting.released = true;
      wake();
    },
    end: (goodbye, refused) => end(lastMessages(waiting, goodbye, refused)),
  };
}

function canaryText({ canaries, mustFailAddress, trialCanaryIds }: CanaryList): string {
  return JSON.stringify([canaries, mustFailAddress, trialCanaryIds]);
}

/** Sends one message over one channel, within its deadline, whatever the notifier does. */
import type { Channel } from "../../shared/channel.ts";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { PreparedNotifier, SendOutcome, Threads, ThreadStore } from "../ports.ts";

/** What the sender works with. */
export interface SenderDeps {
  notifiers: (kind: string, options: unknown) => PreparedNotifier;
  /** What receivers named earlier messages; usually `store.threads`. */
  threads: ThreadStore;
  clock: Clock;
}

/** Sends messages and can abort all that is being sent. */
export interface Sender {
  /** Sends once. Resolves with null when it was aborted; never rejects. */
  send(channel: Channel, message: { id: string; body: string }): Promise<SendOutcome | null>;
  /** What a send is, for the record: where it goes and how much; holds no secret. */
  requestOf(channel: Channel, message: { body: string }): string;
  /** Aborts everything that is being sent. */
  abort(): void;
}

/** Time a notifier has to end after its abort, before it is left alone. */
const GRACE_MS = 1_000;

/** Creates a sender. */
export function createSender({ notifiers, threads, clock }: SenderDeps): Sender {
  const prepared = new Map<string, { revision: number; notifier: PreparedNotifier }>();
  const aborts = new Set<() => void>();

  /** Prepared once for each revision of a channel; throws when its options are not valid. */
  function notifierOf(channel: Channel): PreparedNotifier {
    const known = prepared.get(channel.id);
    if (known?.revision === channel.revision) return known.notifier;
    const notifier = notifiers(channel.spec.kind, channel.spec.options);
    // Deleted channels are not told of; dropping all now and then keeps the map bounded.
    if (prepared.size >= LIMITS.channelsMax) prepared.clear();
    prepared.set(channel.id, { revision: channel.revision, notifier });
    return notifier;
  }

  return {
    async send(channel, message) {
      let notifier: PreparedNotifier;
      try {
        notifier = notifierOf(channel);
      } catch (error) {
        return failure(`The channel cannot send, correct its options: ${messageOf(error)}`, false);
      }
      const { id, body } = message;
      const outgoing = { id, body, threads: threadsOf(channel.id, threads) };
      return await sendWithin({ notifier, message: outgoing, clock, aborts });
    },
    requestOf(channel, { body }) {
      try {
        return `${notifierOf(channel).destination}, ${Buffer.byteLength(body)} bytes of event`;
      } catch {
        // The send tells what is wrong with the options.
        return "";
      }
    },
    abort: () => aborts.forEach((abort) => abort()),
  };
}

function threadsOf(channelId: string, threads: ThreadStore): Threads {
  return {
    get: (thread) => threads.get(channelId, thread),
    put: (thread, name) => threads.put(channelId, thread, name),
  };
}

interface Sending {
  notifier: PreparedNotifier;
  message: { id: string; body: string; threads: Threads };
  clock: Clock;
  aborts: Set<() => void>;
}

function sendWithin({ notifier, message, clock, aborts }: Sending): Promise<SendOutcome | null> {
  const controller = new AbortController();
  const seconds = notifier.timeoutMs / 1_000;
  return new Promise((resolve) => {
    const end = (outcome: SendOutcome | null): void => {
      deadline.cancel();
      giveUp.cancel();
      aborts.delete(abort);
      resolve(outcome && { ...outcome, detail: cut(outcome.detail) });
    };
    const abort = (): void => {
      controller.abort();
      end(null);
    };
    const deadline = clock.after(notifier.timeoutMs, () => controller.abort());
    const giveUp = clock.after(notifier.timeoutMs + GRACE_MS, () =>
      end(failure(`The notifier did not end within ${seconds} s and was left alone.`, true)),
    );
    aborts.add(abort);
    trySend(notifier, { ...message, atMs: clock.wallMs() }, controller.signal).then(
      end,
      (error: unknown) => end(failure(`The notifier failed: ${messageOf(error)}`, true)),
    );
  });
}

/** An async function, so that a notifier that throws becomes a rejection. */
async function trySend(
  notifier: PreparedNotifier,
  message: Parameters<PreparedNotifier["send"]>[0],
  signal: AbortSignal,
): Promise<SendOutcome> {
  return await notifier.send(message, signal);
}

/** The outcome of a send that got no answer. */
export function failure(detail: string, retry: boolean): SendOutcome {
  return { ok: false, status: null, detail: cut(detail), retry, retryAfterMs: null };
}

function cut(detail: string): string {
  const max = LIMITS.detailCharsMax;
  return detail.length <= max ? detail : `${detail.slice(0, max - 1)}…`;
}

/** quorate.v1.Watch: the stream of public events over gRPC, from the same feed as SSE. */
import { status } from "@grpc/grpc-js";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { Clock } from "../../shared/clock.ts";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import type {
  WatchedEvent,
  WatchRequest,
  WatchServer,
} from "../../shared/proto/gen/quorate/v1/watch.ts";
import type { VantageEvidence } from "../../shared/verdict.ts";
import { openEventFeed, TOO_SLOW } from "../feed/event-feed.ts";
import type { EventFeed } from "../feed/event-feed.ts";
import { eventMatcher, withoutVotes } from "../feed/event-filter.ts";
import type { EventBus, Revocations, Store, StoredEvent, Token } from "../ports.ts";
import { identifyReader } from "./identity.ts";

/** What watches need. */
export interface WatchDeps {
  clock: Clock;
  store: Pick<Store, "tokens" | "events">;
  bus: Pick<EventBus, "subscribe">;
  revocations: Pick<Revocations, "watch">;
  log: Log;
}

/** The watch service. */
export interface Watches {
  readonly handlers: WatchServer;
  /** Ends every watch; further ones are refused. */
  close(): void;
}

type WatchCall = ServerWritableStream<WatchRequest, WatchedEvent>;

/** Time between two looks at whether a reader may still read. */
const TOKEN_MS = 15_000;

const STOPPING = "The aggregator is stopping; watch again in a moment with the last number seen.";

const REVOKED = "This token was revoked; create a new one with `quorate tokens create`.";

const UNEXPECTED = "Something unexpected happened; watch again with the last number seen.";

/** What is wrong with a request, as a sentence; null when nothing is. */
function faultOf({ types, labels }: WatchRequest): string | null {
  if (types.length > LIMITS.labelsMax || labels.length > LIMITS.labelsMax) {
    return `Expected at most ${LIMITS.labelsMax} types and labels each.`;
  }
  const badType = types.find((type) => !/^[a-z_.*]{1,100}$/.test(type));
  if (badType !== undefined) {
    return `Expected patterns such as target.*, and found ${JSON.stringify(badType.slice(0, 40))}.`;
  }
  const badLabel = labels.find((label) => !/^[^=]+=/.test(label));
  if (badLabel === undefined) return null;
  return `Expected labels as key=value, and found ${JSON.stringify(badLabel.slice(0, 40))}.`;
}

const votesOf = (vantages: readonly VantageEvidence[]): WatchedEvent["votes"] =>
  vantages.map(({ probeId, probeName, region, zone, vote, counted, detail }) => {
    return { probeId, probeName, region, zone, vote, counted, detail };
  });

/** An event on the wire. */
function wireEvent({ number, event }: StoredEvent): WatchedEvent {
  const { id, type, timestamp, data } = event;
  const { target, from = "", to = "", incidentId, sentence, vantages = [] } = data;
  return {
    number,
    id,
    type,
    timestamp,
    sentence,
    target: target && {
      id: target.id,
      name: target.name,
      kind: target.kind,
      labels: target.labels,
    },
    from,
    to,
    incidentId: incidentId ?? "",
    votes: votesOf(vantages),
    dataJson: JSON.stringify(data),
  };
}

/** Writes the events of a feed as fast as the reader takes them. */
async function pump(call: WatchCall, feed: EventFeed): Promise<void> {
  const shown = call.request.votes ? (event: StoredEvent) => event : withoutVotes;
  for (;;) {
    const events = await feed.next();
    if (events.length === 0) return;
    for (const event of events) {
      if (call.writableEnded || call.destroyed || call.cancelled) return;
      const room = call.write(wireEvent(shown(event)));
      if (!room) await roomOf(call);
    }
  }
}

/** Resolves when the reader takes more, or is gone. */
function roomOf(call: WatchCall): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ENDS) call.off(event, done);
      resolve();
    };
    for (const event of ENDS) call.on(event, done);
  });
}

const ENDS = ["drain", "cancelled", "close", "error", "finish"] as const;

/** Ends a watch, with the reason. */
type End = (code: status, details: string) => void;

/** Serves one watch whose reader is known, until it ends. */
async function serve(
  call: WatchCall,
  deps: WatchDeps,
  { open, token }: { open: Set<End>; token: Token },
): Promise<void> {
  const { clock, store, bus, revocations, log } = deps;
  const { types, labels, after } = call.request;
  const wanted = { types: types.length === 0 ? undefined : types.join(), label: labels };
  const feed = openEventFeed({
    events: store.events,
    bus,
    after: after ?? null,
    matches: eventMatcher({ ...wanted, bound: token.labels }),
    onTooSlow: () => end(status.RESOURCE_EXHAUSTED, TOO_SLOW),
  });
  const looks = clock.every(TOKEN_MS, () => void look().catch(failed));
  const unwatch = revocations.watch(token.id, () => end(status.UNAUTHENTICATED, REVOKED));
  const forget = (): void => {
    looks.cancel();
    unwatch();
    feed.close();
    open.delete(end);
  };
  function end(code: status, details: string): void {
    if (!open.has(end)) return;
    forget();
    call.emit("error", { code, details });
  }
  async function look(): Promise<void> {
    const still = await identifyReader(call.metadata, store, clock);
    if (!still.ok) end(still.code, still.details);
  }
  function failed(error: unknown): void {
    log.error({ error: messageOf(error) }, "A watch of events failed.");
    end(status.INTERNAL, UNEXPECTED);
  }
  open.add(end);
  for (const event of ["cancelled", "close", "error"]) call.on(event, forget);
  await pump(call, feed).catch(failed);
}

/** Creates the watch service. */
export function createWatches(deps: WatchDeps): Watches {
  const open = new Set<End>();
  let closed = false;

  async function watch(call: WatchCall): Promise<void> {
    const refuse: End = (code, details) => void call.emit("error", { code, details });
    const reader = await identifyReader(call.metadata, deps.store, deps.clock);
    if (!reader.ok) return refuse(reader.code, reader.details);
    const fault = faultOf(call.request);
    if (fault !== null) return refuse(status.INVALID_ARGUMENT, fault);
    if (closed) return refuse(status.UNAVAILABLE, STOPPING);
    if (!call.cancelled) await serve(call, deps, { open, token: reader.token });
  }

  return {
    handlers: {
      events(call) {
        watch(call).catch((error: unknown) => {
          const known = error instanceof QuorateError;
          if (!known) deps.log.error({ error: messageOf(error) }, "A watch of events failed.");
          const details = known ? error.message : UNEXPECTED;
          call.emit("error", { code: status.UNAVAILABLE, details });
        });
      },
    },
    close() {
      closed = true;
      for (const end of open) end(status.UNAVAILABLE, STOPPING);
    },
  };
}

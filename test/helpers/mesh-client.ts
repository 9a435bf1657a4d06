/** A probe's end of Mesh.Session by a real grpc-js client, message by message. */
import { Client, credentials, Metadata, type StatusObject } from "@grpc/grpc-js";
import {
  AggregatorMessage,
  type Heartbeat,
  type Hello,
  ProbeMessage,
  type Results,
} from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { encodedBatch, makeBatch } from "./make-nouns.ts";

type Body = NonNullable<AggregatorMessage["body"]>;
type BodyOf<Case extends Body["$case"]> = Extract<Body, { $case: Case }>["value"];

/** One session, seen from the probe. */
export interface MeshClientSession {
  send(body: NonNullable<ProbeMessage["body"]>): void;
  /** Sends bytes as a message, whatever they are. */
  sendRaw(bytes: Uint8Array): void;
  hello(changes?: Partial<Hello>): void;
  /** Sends a batch of one ok result under a sequence, with `changes` laid over the envelope. */
  results(sequence: number, changes?: Partial<Results>): void;
  /** The next message of a case that was not taken yet; rejects when the call ends before. */
  next<Case extends Body["$case"]>(wanted: Case): Promise<BodyOf<Case>>;
  /** Messages of a case that came and were not taken. */
  waiting(wanted: Body["$case"]): number;
  /** The status that the call ended with. */
  readonly ended: Promise<StatusObject>;
  halfClose(): void;
  cancel(): void;
  /** Reads no more, so that the other side feels back-pressure. */
  pause(): void;
  resume(): void;
}

/** The boot id that a session says unless told otherwise. */
export const BOOT_ID = "boot000000000001";

const PATH = "/quorate.v1.Mesh/Session";

interface Waiter {
  wanted: Body["$case"];
  resolve: (value: Body) => void;
  reject: (error: Error) => void;
}

function createInbox() {
  const bodies: Body[] = [];
  const waiters = new Set<Waiter>();
  let over: string | null = null;
  return {
    bodies,
    add(body: Body): void {
      for (const waiter of waiters) {
        if (waiter.wanted !== body.$case) continue;
        waiters.delete(waiter);
        return waiter.resolve(body);
      }
      bodies.push(body);
    },
    end(why: string): void {
      over = why;
      for (const waiter of waiters) waiter.reject(new Error(`no ${waiter.wanted}: ${why}`));
      waiters.clear();
    },
    next(wanted: Body["$case"]): Promise<Body> {
      const at = bodies.findIndex((body) => body.$case === wanted);
      const [found] = at === -1 ? [] : bodies.splice(at, 1);
      if (found !== undefined) return Promise.resolve(found);
      if (over !== null) return Promise.reject(new Error(`no ${wanted}: ${over}`));
      return new Promise((resolve, reject) => waiters.add({ wanted, resolve, reject }));
    },
  };
}

/**
 * The value of a body. Guarantee: `body` was found or awaited by its case, so its value has the
 * type of that case.
 */
function valueOf<Case extends Body["$case"]>(body: Body): BodyOf<Case> {
  return body.value as BodyOf<Case>;
}

/** Opens a session on a client; `token` null sends no credential at all. */
export function openSession(client: Client, token: string | null): MeshClientSession {
  const metadata = new Metadata();
  if (token !== null) metadata.set("authorization", `Bearer ${token}`);
  const call = client.makeBidiStreamRequest(
    PATH,
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => AggregatorMessage.decode(bytes),
    metadata,
  );
  const inbox = createInbox();
  call.on("data", (message: AggregatorMessage) => {
    if (message.body !== undefined) inbox.add(message.body);
  });
  call.on("error", () => undefined);
  const ended = new Promise<StatusObject>((resolve) => {
    call.on("status", (status: StatusObject) => {
      inbox.end(`the call ended with ${status.code} ${status.details}`);
      resolve(status);
    });
  });
  const send = (body: NonNullable<ProbeMessage["body"]>): void => {
    call.write(Buffer.from(ProbeMessage.encode({ body }).finish()));
  };
  return {
    send,
    sendRaw: (bytes) => void call.write(Buffer.from(bytes)),
    hello: (changes = {}) => send({ $case: "hello", value: { ...plainHello(), ...changes } }),
    results: (sequence, changes = {}) =>
      send({ $case: "results", value: { ...plainResults(sequence), ...changes } }),
    async next<Case extends Body["$case"]>(wanted: Case) {
      return valueOf<Case>(await inbox.next(wanted));
    },
    waiting: (wanted) => inbox.bodies.filter((body) => body.$case === wanted).length,
    ended,
    halfClose: () => call.end(),
    cancel: () => call.cancel(),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
  };
}

function plainHello(): Hello {
  return {
    protocol: 1,
    bootId: BOOT_ID,
    version: "0.1.0",
    kinds: ["tcp"],
    hostname: "host",
    healthAddress: "",
  };
}

function plainResults(sequence: number): Results {
  return { sentMonoMs: 2_000, bootId: BOOT_ID, sequence, batch: encodedBatch(makeBatch(1)) };
}

/** A client of a server on this machine, on a connection of its own. */
export function connect(port: number): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
}

/** A heartbeat with nothing to tell. */
export function plainHeartbeat(sequence: number): Heartbeat {
  return {
    sequence,
    sentMonoMs: 2_000,
    canaries: [],
    mustFailHeld: true,
    eventLoopLagMs: 0,
    cpuMilli: 0,
    rssBytes: 0,
    loadMilli: 0,
    skippedChecks: 0,
    runningChecks: 0,
    spooledBatches: 0,
    droppedBatches: 0,
    lastOutage: undefined,
  };
}

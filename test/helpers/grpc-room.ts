/** The gRPC server on a free port, with a real store, a fake engine, and clients that it closes. */
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Client } from "@grpc/grpc-js";
import { createEventBus } from "../../aggregator/bus.ts";
import type { GrpcServer, GrpcServerDeps } from "../../aggregator/grpc/server.ts";
import { createGrpcServer } from "../../aggregator/grpc/server.ts";
import type { EventBus, Store, Token } from "../../aggregator/ports.ts";
import { createRevocations } from "../../aggregator/revocations.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import type { Probe } from "../../shared/probe.ts";
import type { Target } from "../../shared/target.ts";
import type { FakeEngine } from "./fake-engine.ts";
import { createFakeEngine } from "./fake-engine.ts";
import { makeProbe } from "./make-nouns.ts";
import { connect, type MeshClientSession, openSession } from "./mesh-client.ts";

/** A running gRPC server and what stands around it. */
export interface GrpcRoom {
  readonly port: number;
  readonly store: Store;
  readonly engine: FakeEngine;
  readonly bus: EventBus;
  readonly server: GrpcServer;
  /** Stores a probe and a token for it; the token is `token-<name>`. */
  addProbe(probe: Probe): Promise<string>;
  setProbe(probe: Probe): Promise<void>;
  removeProbe(probe: Probe): Promise<void>;
  setTarget(target: Target): Promise<void>;
  deleteTarget(target: Target): Promise<void>;
  addToken(text: string, token: Partial<Token>): Promise<void>;
  /** A client with a connection of its own, closed with the room. */
  client(): Client;
  session(token: string | null): MeshClientSession;
  /** A session that has said hello, been welcomed, and taken its snapshot. */
  joined(token: string): Promise<MeshClientSession>;
  close(): Promise<void>;
}

/** What is in the room before the server starts, and deps that differ. */
export interface GrpcRoomOptions {
  probes?: readonly Probe[];
  targets?: readonly Target[];
  deps?: Partial<GrpcServerDeps>;
}

function createStocking(store: Store) {
  const append = async (body: Parameters<FakeEngine["submit"]>[0]): Promise<void> => {
    await store.log.append([{ atMs: 1, body }]);
  };
  const addToken = (text: string, token: Partial<Token>): Promise<void> =>
    store.tokens.put(
      {
        id: `tok_${text}`,
        name: text,
        scope: "probe",
        probeId: null,
        labels: {},
        createdAtMs: 1,
        expiresAtMs: null,
        rotatedAtMs: null,
        lastUsedAtMs: null,
        ...token,
      },
      createHash("sha256").update(text).digest("hex"),
    );
  return {
    append,
    addToken,
    async addProbe(probe: Probe): Promise<string> {
      const token = `token-${probe.spec.name}`;
      await append({ type: "probe_set", probe });
      await addToken(token, { probeId: probe.id });
      return token;
    },
  };
}

/** What a room's owner changes: first on disk, then told to the sessions, as the API does. */
function createChanges(stock: ReturnType<typeof createStocking>, server: GrpcServer) {
  const { sessions } = server;
  return {
    async addProbe(probe: Probe): Promise<string> {
      const token = await stock.addProbe(probe);
      sessions.probesChanged();
      return token;
    },
    async setProbe(probe: Probe): Promise<void> {
      await stock.append({ type: "probe_set", probe });
      sessions.probesChanged();
    },
    async removeProbe({ id: probeId }: Probe): Promise<void> {
      await stock.append({ type: "probe_left", probeId, hard: true });
      sessions.probesChanged();
    },
    async setTarget(target: Target): Promise<void> {
      await stock.append({ type: "target_set", target });
      sessions.targetChanged(target);
    },
    async deleteTarget(target: Target): Promise<void> {
      await stock.append({ type: "target_deleted", targetId: target.id });
      sessions.targetDeleted(target);
    },
  };
}

/** Starts the room. */
export async function openGrpcRoom(options: GrpcRoomOptions = {}): Promise<GrpcRoom> {
  const clock = systemClock();
  const log = silentLog();
  const store = openSqliteStore({ path: ":memory:", log, clock });
  const stock = createStocking(store);
  for (const probe of options.probes ?? []) await stock.addProbe(probe);
  const engine = createFakeEngine(store, clock);
  for (const target of options.targets ?? []) await engine.submit({ type: "target_set", target });
  const bus = createEventBus({ log });
  const parts = { clock, engine, store, bus, log };
  const server = createGrpcServer({ ...parts, ...PLAIN_DEPS, ...options.deps });
  const port = await server.listen("127.0.0.1:0");
  const clients: Client[] = [];
  const client = (): Client => {
    const made = connect(port);
    clients.push(made);
    return made;
  };
  const session = (token: string | null): MeshClientSession => openSession(client(), token);
  return {
    ...createChanges(stock, server),
    addToken: stock.addToken,
    port,
    store,
    engine,
    bus,
    server,
    client,
    session,
    async joined(token) {
      const one = session(token);
      one.hello();
      await one.next("welcome");
      await one.next("assignments");
      return one;
    },
    async close() {
      engine.release();
      await server.close(500);
      for (const made of clients) made.close();
      await store.close();
    },
  };
}

/** Deps that most rooms share: plaintext, and no canary that anybody named. */
export const PLAIN_DEPS = {
  revocations: createRevocations(),
  heartbeatMs: 5_000,
  canaries: [],
  advertisedUrl: null,
  mustFailAddress: null,
  tls: null,
  insecure: false,
};

/** A probe named `a`, in zone `a`, whose token in a room test is token-a. */
export const PROBE_A = makeProbe("a");

/** A test in a room of its own, with probe `a` unless other probes are given. */
export function roomTest(
  name: string,
  body: (room: GrpcRoom) => Promise<void>,
  options: GrpcRoomOptions = {},
): void {
  test(name, { timeout: 20_000 }, async () => {
    const room = await openGrpcRoom({ probes: [PROBE_A], ...options });
    try {
      await body(room);
    } finally {
      await room.close();
    }
  });
}

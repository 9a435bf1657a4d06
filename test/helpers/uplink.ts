/**
 * The uplink of one probe: everything it dials, its session with the aggregator included, goes
 * through here and can be broken on cue, while the rest of the mesh is well.
 *
 * A relay on a gRPC port of its own passes the session on, and names to the probe, in the place of
 * each canary and each target, a fault proxy in front of it: what address translation would do.
 */
import { Client, credentials, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { ClientDuplexStream, ServerDuplexStream, StatusObject } from "@grpc/grpc-js";
import { AggregatorMessage, MeshService } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import type { Fault, FaultProxy } from "./fault-proxy.ts";

/** What an uplink leads to. */
export type Beyond = "canaries" | "targets";

/** The uplink of one probe. */
export interface Uplink {
  /** Port that the probe dials as its aggregator's. */
  port: number;
  /** How connections to all canaries, or to all targets, fare from now on. */
  set(beyond: Beyond, fault: Fault): Promise<void>;
  /** Connections that were made to the target that really listens on this port. */
  dialed(targetPort: number): number;
  /** Breaks the session, and refuses new ones until it is mended. */
  cutSession(): void;
  mendSession(): void;
  close(): Promise<void>;
}

type Down = ServerDuplexStream<Buffer, Buffer>;
type Up = ClientDuplexStream<Buffer, Buffer>;

/** The proxies in front of what one probe dials, made when an address is first named. */
interface Proxies {
  all: Map<string, Promise<FaultProxy>>;
  faults: Record<Beyond, Fault>;
}

/** Opens an uplink to the aggregator whose gRPC port this is. */
export async function openUplink(aggregatorPort: number): Promise<Uplink> {
  const proxies: Proxies = { all: new Map(), faults: { canaries: "pass", targets: "pass" } };
  const known = new Map<string, FaultProxy>();
  const relay = createRelay(aggregatorPort, async (message) => {
    const changed = await readdress(message, proxies);
    for (const [key, made] of proxies.all) known.set(key, await made);
    return changed;
  });
  const port = await relay.listen();
  return {
    port,
    async set(beyond, fault) {
      proxies.faults[beyond] = fault;
      for (const [key, proxy] of known) if (key.startsWith(beyond)) await proxy.set(fault);
    },
    dialed: (targetPort) => known.get(`targets 127.0.0.1:${targetPort}`)?.dialed() ?? 0,
    cutSession: () => relay.cut(true),
    mendSession: () => relay.cut(false),
    async close() {
      relay.close();
      for (const made of proxies.all.values()) await (await made).close();
    },
  };
}

/** Names the proxies in the place of what a message of the aggregator names. */
async function readdress(bytes: Buffer, proxies: Proxies): Promise<Buffer> {
  const message = AggregatorMessage.decode(bytes);
  if (message.body?.$case !== "assignments") return bytes;
  const { canaries, upserts } = message.body.value;
  for (const canary of canaries) canary.url = await proxied(canary.url, "canaries", proxies);
  for (const upsert of upserts) {
    for (const text of addressesIn(upsert.optionsJson)) {
      const there = await proxied(text, "targets", proxies);
      upsert.optionsJson = upsert.optionsJson.replace(text, there);
    }
  }
  return Buffer.from(AggregatorMessage.encode(message).finish());
}

function addressesIn(optionsJson: string): string[] {
  return [...optionsJson.matchAll(/127\.0\.0\.1:\d+/g)].map(([text]) => text);
}

/** A text with its address replaced by that of the proxy in front of it. */
async function proxied(text: string, beyond: Beyond, { all, faults }: Proxies): Promise<string> {
  const [address = "", port = ""] = /127\.0\.0\.1:(\d+)/.exec(text) ?? [];
  if (port === "") throw new Error(`expected an address on 127.0.0.1, found ${text}`);
  const key = `${beyond} ${address}`;
  const made = all.get(key) ?? startFaultProxy({ host: "127.0.0.1", port: Number(port) });
  all.set(key, made);
  const proxy = await made;
  await proxy.set(faults[beyond]);
  return text.replace(address, `127.0.0.1:${proxy.port}`);
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** The session as bytes, so that the relay changes nothing that it does not mean to. */
const SESSION = {
  path: MeshService.session.path,
  requestStream: true,
  responseStream: true,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

/** Passes sessions on, each message of the aggregator through `change`. */
function createRelay(aggregatorPort: number, change: (message: Buffer) => Promise<Buffer>) {
  const client = new Client(`127.0.0.1:${aggregatorPort}`, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
    // A probe that tries again finds an aggregator that came back, not the backoff of a relay.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 200,
  });
  const server = new Server();
  const sessions = new Map<Down, Up>();
  let isCut = false;
  const session = (down: Down): void => {
    if (isCut) return refuse(down);
    const { path, requestSerialize, responseDeserialize } = SESSION;
    const { metadata } = down;
    const up = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
    sessions.set(down, up);
    pass(down, up, change);
    up.on("status", () => sessions.delete(down));
  };
  server.addService({ session: SESSION }, { session });
  return {
    listen: () =>
      new Promise<number>((resolve, reject) => {
        const plain = ServerCredentials.createInsecure();
        server.bindAsync("127.0.0.1:0", plain, (error, port) => {
          if (error) reject(error);
          else resolve(port);
        });
      }),
    cut(cut: boolean): void {
      isCut = cut;
      if (!cut) return;
      for (const [down, up] of sessions) {
        refuse(down);
        up.cancel();
      }
    },
    close(): void {
      server.forceShutdown();
      client.close();
    },
  };
}

function refuse(down: Down): void {
  down.emit("error", { code: status.UNAVAILABLE, details: "The uplink is cut." });
}

function pass(down: Down, up: Up, change: (message: Buffer) => Promise<Buffer>): void {
  let queue = Promise.resolve();
  down.on("data", (bytes: Buffer) => void up.write(bytes));
  down.on("end", () => up.end());
  down.on("cancelled", () => up.cancel());
  down.on("error", () => up.cancel());
  up.on("data", (bytes: Buffer) => {
    queue = queue.then(async () => void down.write(await change(bytes)));
  });
  up.on("error", () => undefined);
  up.on("status", ({ code, details }: StatusObject) => {
    void queue.then(() => {
      if (code === status.OK) down.end();
      else down.emit("error", { code, details });
    });
  });
}

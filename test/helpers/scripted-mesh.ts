/** A real gRPC server with a Mesh service that does what the test says. */
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Certificate } from "./certificates.ts";
import { MeshService } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type {
  AggregatorMessage,
  Heartbeat,
  Hello,
  MeshServer,
  ProbeMessage,
  Results,
  Welcome,
} from "../../shared/proto/gen/quorate/v1/mesh.ts";

type Body = NonNullable<AggregatorMessage["body"]>;

/** What the server does by itself; a test may change it at any time. */
export interface MeshScript {
  /** Sent upon hello; null: nothing is. */
  welcome: Partial<Welcome> | null;
  /** Whether results are acknowledged as they come. */
  acknowledge: boolean;
  /** Whether heartbeats are acknowledged as they come. */
  acknowledgeHeartbeats: boolean;
  /** gRPC status that ends every session at once; null: none. */
  refuse: number | null;
}

/** One session as the server saw it. */
export interface ScriptedSession {
  token: string;
  hello: Hello | null;
  results: Results[];
  heartbeats: Heartbeat[];
  goodbyes: string[];
  over: boolean;
  send(body: Body): void;
  /** Ends the stream; with a code, as an error. */
  end(code?: number): void;
}

/** A scripted server. */
export interface ScriptedMesh {
  port: number;
  script: MeshScript;
  /** Every session so far, the oldest first. */
  sessions: ScriptedSession[];
  /** The newest session. */
  last(): ScriptedSession | undefined;
  close(): void;
}

/** What an aggregator would say in a welcome. */
export const WELCOME: Welcome = {
  probeId: "prb_1",
  name: "rack-a",
  region: "north",
  zone: "a",
  atMs: 1_767_225_600_000,
  heartbeatMs: 5_000,
  ackedSequence: 0,
  draining: false,
  window: 32,
};

type Call = ServerDuplexStream<ProbeMessage, AggregatorMessage>;

/** Starts a scripted server on a free port, or the one given; with a certificate, on TLS. */
export async function openScriptedMesh(
  given: Partial<MeshScript> = {},
  { port = 0, tls }: { port?: number; tls?: Certificate } = {},
): Promise<ScriptedMesh> {
  const script: MeshScript = {
    welcome: {},
    acknowledge: true,
    acknowledgeHeartbeats: true,
    refuse: null,
    ...given,
  };
  const sessions: ScriptedSession[] = [];
  const server = new Server();
  const service: Pick<MeshServer, "session"> = {
    session: (call) => void sessions.push(takeSession(call, script)),
  };
  server.addService(MeshService, { ...service });
  const credentials = tls ? tlsOf(tls) : ServerCredentials.createInsecure();
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
  return {
    port: bound,
    script,
    sessions,
    last: () => sessions.at(-1),
    close: () => server.forceShutdown(),
  };
}

function tlsOf({ cert, key }: Certificate): ServerCredentials {
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return ServerCredentials.createSsl(null, [pair]);
}

function takeSession(call: Call, script: MeshScript): ScriptedSession {
  const session: ScriptedSession = {
    token: String(call.metadata.get("authorization")[0] ?? ""),
    hello: null,
    results: [],
    heartbeats: [],
    goodbyes: [],
    over: false,
    send: (body) => void call.write({ body }),
    end(code) {
      if (code === undefined) call.end();
      else call.emit("error", { code, details: "as the script says" });
    },
  };
  call.on("error", () => (session.over = true));
  call.on("cancelled", () => (session.over = true));
  call.on("end", () => {
    session.over = true;
    call.end();
  });
  call.on("data", ({ body }: ProbeMessage) => take(session, script, body));
  if (script.refuse !== null) session.end(script.refuse);
  return session;
}

function take(session: ScriptedSession, script: MeshScript, body: ProbeMessage["body"]): void {
  switch (body?.$case) {
    case "hello":
      session.hello = body.value;
      if (script.welcome === null) return;
      return session.send({ $case: "welcome", value: { ...WELCOME, ...script.welcome } });
    case "results": {
      session.results.push(body.value);
      const { bootId, sequence } = body.value;
      if (script.acknowledge) session.send({ $case: "ack", value: { bootId, sequence } });
      return;
    }
    case "heartbeat": {
      session.heartbeats.push(body.value);
      const { sequence } = body.value;
      const atMs = WELCOME.atMs + sequence;
      if (script.acknowledgeHeartbeats) {
        session.send({ $case: "heartbeatAck", value: { sequence, atMs } });
      }
      return;
    }
    case "goodbye":
      session.goodbyes.push(body.value.reason);
      return;
    case undefined:
  }
}

/** The status a scripted server ends a session with when the token is of no use. */
export const UNAUTHENTICATED = status.UNAUTHENTICATED;

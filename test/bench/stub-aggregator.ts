/** An aggregator that only hands out work and acknowledges: so a probe is measured alone. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { MeshService, ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { AggregatorMessage, Assignment } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { ProbeMessage } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { createTally } from "./tally.ts";
import type { TallyBook } from "./tally.ts";

/** The work that the stub hands out. */
export interface StubWork {
  targets: number;
  intervalMs: number;
  kind: string;
  /** Options of the n-th target. */
  options: (index: number) => Record<string, unknown>;
}

/** A stub that listens. */
export interface StubAggregator {
  port: number;
  /** What its probes said. */
  tally: TallyBook;
  close(): void;
}

/** Longest wait for the first result: a busy machine starts processes slowly. */
const FIRST_MS_MAX = 20_000;

/** Waits until a check has passed; a benchmark of a probe that looks at nothing says so. */
export async function untilPassed({ tally }: StubAggregator): Promise<void> {
  const clock = systemClock();
  for (let waitedMs = 0; tally.read().ok === 0; waitedMs += 100) {
    if (waitedMs > FIRST_MS_MAX) throw new Error(`No check passed within ${FIRST_MS_MAX} ms.`);
    await sleep(clock, 100);
  }
}

type Call = ServerDuplexStream<ProbeMessage, AggregatorMessage>;

const CHUNK = 1_000;

/** Listens on a free port and serves any number of probes. */
export async function startStub(work: StubWork): Promise<StubAggregator> {
  const server = new Server();
  const tally = createTally();
  server.addService(MeshService, { session: (call: Call) => serve(call, work, tally) });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, tally, close: () => server.forceShutdown() };
}

function serve(call: Call, work: StubWork, tally: TallyBook): void {
  const clock = systemClock();
  const send = (body: NonNullable<AggregatorMessage["body"]>): void => void call.write({ body });
  call.on("error", () => undefined);
  call.on("data", ({ body }: ProbeMessage) => {
    if (body?.$case === "hello") {
      welcome(send, clock.wallMs());
      assign(send, work);
    } else if (body?.$case === "heartbeat") {
      const { sequence } = body.value;
      tally.beat(body.value);
      send({ $case: "heartbeatAck", value: { sequence, atMs: clock.wallMs() } });
    } else if (body?.$case === "results") {
      const { bootId, sequence, batch } = body.value;
      tally.take(ResultBatch.decode(batch));
      send({ $case: "ack", value: { bootId, sequence } });
    }
  });
}

type Send = (body: NonNullable<AggregatorMessage["body"]>) => void;

function welcome(send: Send, atMs: number): void {
  send({
    $case: "welcome",
    value: {
      probeId: "bench",
      name: "bench",
      region: "bench",
      zone: "bench",
      atMs,
      heartbeatMs: 5_000,
      ackedSequence: 0,
      draining: false,
      window: 32,
    },
  });
}

function assign(send: Send, work: StubWork): void {
  for (let from = 0; from < work.targets; from += CHUNK) {
    const upserts: Assignment[] = [];
    for (let index = from; index < Math.min(from + CHUNK, work.targets); index += 1) {
      upserts.push(assignment(work, index));
    }
    send({
      $case: "assignments",
      value: {
        snapshot: from === 0,
        upserts,
        removedHandles: [],
        hasCanaries: from === 0,
        canaries: [],
        mustFailAddress: "",
        trialCanaryIds: [],
      },
    });
  }
}

function assignment(work: StubWork, index: number): Assignment {
  return {
    handle: index + 1,
    targetId: `tgt_${index}`,
    name: `target-${index}`,
    revision: 1,
    kind: work.kind,
    optionsJson: JSON.stringify(work.options(index)),
    intervalMs: work.intervalMs,
    timeoutMs: 5_000,
    phaseMs: Math.floor((index * work.intervalMs) / work.targets),
    fall: 3,
    fastMs: 1_000,
  };
}

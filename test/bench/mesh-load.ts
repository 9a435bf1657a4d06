/** Probes that are only their sessions: they beat, and send what a benchmark says they saw. */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { sleep, systemClock } from "../../shared/clock.ts";
import { AggregatorMessage, ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Recheck } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { MeshService, ProbeMessage } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { plainHeartbeat } from "../helpers/mesh-client.ts";
import type { AggregatorReady } from "./roles/aggregator.ts";

/** What one look of a simulated probe gives. */
export interface LoadLook {
  handle: number;
  /** 0 for a scheduled check. */
  attempt: number;
  ok: boolean;
}

/** One simulated probe. */
export interface LoadProbe {
  /** Sends looks that ended just now, as one batch. */
  send(looks: readonly LoadLook[]): void;
  /** Milliseconds from the sending of each batch to its acknowledgement. */
  ackMs: number[];
  /** Milliseconds from each heartbeat to its acknowledgement. */
  beatMs: number[];
  /** Milliseconds from the dialling to welcome. */
  welcomedMs: number;
  beat(): void;
  close(): void;
}

/** What a simulated probe is made of. */
export interface LoadProbeOptions {
  at: Pick<AggregatorReady, "grpcAddress">;
  probe: AggregatorReady["probes"][number];
  /** Called when the aggregator asks for a look at once. */
  onRecheck?: (recheck: Recheck) => void;
}

const clock = systemClock();

/** Length of a look: a refused connection, or a quick page. */
const LOOK_US = 800;

interface Life {
  sequence: number;
  beats: number;
  anchorAtMs: number;
  anchorMonoMs: number;
  sentMs: Map<number, number>;
  beatSentMs: Map<number, number>;
  canaryIds: readonly string[];
}

/** Dials, says hello, and resolves when it is welcomed. */
export async function startLoadProbe(options: LoadProbeOptions): Promise<LoadProbe> {
  const startMs = clock.monoMs();
  const client = new Client(options.at.grpcAddress, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${options.probe.secret}`);
  const call = client.makeBidiStreamRequest(
    MeshService.session.path,
    (message: ProbeMessage) => Buffer.from(ProbeMessage.encode(message).finish()),
    (bytes: Buffer) => AggregatorMessage.decode(bytes),
    metadata,
  );
  const life: Life = {
    sequence: 0,
    beats: 0,
    anchorAtMs: 0,
    anchorMonoMs: 0,
    sentMs: new Map(),
    beatSentMs: new Map(),
    canaryIds: [],
  };
  const bootId = options.probe.id.replace(/[^0-9a-z]/g, "").padEnd(16, "0");
  const write = (body: NonNullable<ProbeMessage["body"]>): void => void call.write({ body });
  const probe = { ackMs: new Array<number>(), beatMs: new Array<number>(), welcomedMs: 0 };
  await new Promise<void>((resolve, reject) => {
    call.on("error", reject);
    call.on("data", ({ body }: AggregatorMessage) => {
      if (body?.$case === "welcome") {
        probe.welcomedMs = clock.monoMs() - startMs;
        anchor(life, body.value.atMs);
        resolve();
      } else if (body) hear(body, { life, probe, options });
    });
    const about = { protocol: 1, bootId, version: "0.1.0", kinds: ["tcp"], hostname: "bench" };
    write({ $case: "hello", value: { ...about, healthAddress: "" } });
  });
  return {
    ...probe,
    send: (looks) => write({ $case: "results", value: resultsOf(life, bootId, looks) }),
    beat: () => {
      life.beats += 1;
      life.beatSentMs.set(life.beats, clock.monoMs());
      const canaries = life.canaryIds.map((id) => ({
        id,
        ok: true,
        latencyUs: 500,
        reason: "",
        detail: "",
      }));
      const sentMonoMs = clock.monoMs();
      const value = { ...plainHeartbeat(life.beats), sentMonoMs, canaries };
      write({ $case: "heartbeat", value });
    },
    close: () => {
      call.cancel();
      client.close();
    },
  };
}

function anchor(life: Life, atMs: number): void {
  life.anchorAtMs = atMs;
  life.anchorMonoMs = clock.monoMs();
}

interface Hearing {
  life: Life;
  probe: Pick<LoadProbe, "ackMs" | "beatMs">;
  options: LoadProbeOptions;
}

function hear(
  body: NonNullable<AggregatorMessage["body"]>,
  { life, probe, options }: Hearing,
): void {
  const nowMs = clock.monoMs();
  if (body.$case === "ack") {
    for (const [sequence, sentMs] of life.sentMs) {
      if (sequence > body.value.sequence) break;
      probe.ackMs.push(nowMs - sentMs);
      life.sentMs.delete(sequence);
    }
  } else if (body.$case === "heartbeatAck") {
    const sentMs = life.beatSentMs.get(body.value.sequence) ?? nowMs;
    probe.beatMs.push(nowMs - sentMs);
    life.beatSentMs.delete(body.value.sequence);
    anchor(life, body.value.atMs);
  } else if (body.$case === "recheck") options.onRecheck?.(body.value);
  else if (body.$case === "assignments" && body.value.hasCanaries) {
    life.canaryIds = body.value.canaries.map(({ id }) => id);
  }
}

function resultsOf(life: Life, bootId: string, looks: readonly LoadLook[]) {
  life.sequence += 1;
  const { sequence, anchorAtMs, anchorMonoMs } = life;
  const sentMonoMs = clock.monoMs();
  life.sentMs.set(sequence, sentMonoMs);
  const baseMonoMs = Math.max(0, Math.floor(sentMonoMs) - 60);
  const batch = ResultBatch.encode({
    baseMonoMs,
    anchorAtMs,
    anchorMonoMs,
    handle: looks.map(({ handle }) => handle),
    revision: looks.map(() => 1),
    startMs: looks.map((_, index) => index % 50),
    lateMs: looks.map((_, index) => index % 4),
    attempt: looks.map(({ attempt }) => attempt),
    outcome: looks.map(({ ok }) => (ok ? 1 : 3)),
    latencyUs: looks.map(({ handle }) => LOOK_US + ((handle * 7 + sequence * 13) % 200)),
    phaseUs: looks.flatMap(() => [0, 300, 0, 0]),
    failures: looks.flatMap(({ ok }, row) =>
      ok
        ? []
        : [{ row, reason: "connection_refused", detail: REFUSED, resolver: "", certificate: 1 }],
    ),
  });
  return { bootId, sequence, sentMonoMs, batch: Buffer.from(batch.finish()) };
}

const REFUSED = "Connection refused: nothing is listening on 10.0.0.7:443.";

/** Starts every probe that the aggregator knows, all at once. */
export function startLoadProbes(
  at: AggregatorReady,
  onRecheck: (index: number, recheck: Recheck) => void = () => undefined,
): Promise<LoadProbe[]> {
  return Promise.all(
    at.probes.map((probe, index) =>
      startLoadProbe({ at, probe, onRecheck: (recheck) => onRecheck(index, recheck) }),
    ),
  );
}

/** Beats of all probes, spread over five seconds, until stopped; three at once to begin with. */
export async function keepBeating(probes: readonly LoadProbe[]): Promise<() => void> {
  for (let count = 0; count < 4; count += 1) {
    for (const probe of probes) probe.beat();
    await sleep(clock, 700);
  }
  let next = 0;
  const timer = clock.every(5_000 / probes.length, () => {
    probes[next % probes.length]?.beat();
    next += 1;
  });
  return () => timer.cancel();
}

/** The dead man's switch against a real receiver, with a clock of the test's own. */
import assert from "node:assert/strict";
import test from "node:test";
import { createDeadMan } from "../../aggregator/dead-man.ts";
import { noProbeFacts } from "../../shared/probe.ts";
import type { ProbeState } from "../../shared/verdict.ts";
import { recordingLog } from "../helpers/recording-log.ts";
import type { LogLine } from "../helpers/recording-log.ts";
import { simClock } from "../helpers/sim-clock.ts";
import type { SimClock } from "../helpers/sim-clock.ts";
import { probeNamed } from "../helpers/store-data.ts";
import { startWebhookReceiver, until } from "../helpers/webhook-receiver.ts";
import type { WebhookReceiver } from "../helpers/webhook-receiver.ts";

const EVERY_MS = 60_000;

interface Room {
  receiver: WebhookReceiver;
  clock: SimClock;
  lines: LogLine[];
  mesh: { ready: boolean; heard: boolean; state: ProbeState };
  /** Lets a period go by, and waits for the sentence that it leads to. */
  period(sentence: RegExp, byMs?: number): Promise<void>;
}

async function withSwitch(use: (room: Room) => Promise<void>, port?: number): Promise<void> {
  const receiver = await startWebhookReceiver();
  const clock = simClock();
  const { log, lines } = recordingLog();
  const mesh: Room["mesh"] = { ready: true, heard: true, state: "eligible" };
  const place = `127.0.0.1:${port ?? receiver.port}`;
  const status = { connected: true, lastHeartbeatAtMs: 1 };
  const deadMan = createDeadMan({
    url: new URL(`http://someone:s3cret@${place}/ping/t0ken?key=h1dden`),
    everyMs: EVERY_MS,
    engine: {
      ready: () => mesh.ready,
      probe: () => ({ state: mesh.state, reason: "", sinceMs: 0 }),
    },
    sessions: { status: () => (mesh.heard ? { ...noProbeFacts(), ...status } : null) },
    store: { probes: { all: async () => [probeNamed("a")], get: never, boot: never } },
    clock,
    log,
  });
  deadMan.start();
  const period = async (sentence: RegExp, byMs = EVERY_MS): Promise<void> => {
    await clock.run(byMs);
    await until(String(sentence), () => sentence.test(lines.at(-1)?.sentence ?? ""));
  };
  try {
    await use({ receiver, clock, lines, mesh, period });
  } finally {
    await deadMan.stop();
    await receiver.close();
  }
  assert.equal(clock.pending(), 0);
  assert.doesNotMatch(JSON.stringify(lines), /s3cret|t0ken|h1dden|someone/);
}

const never = (): never => {
  throw new Error("nobody asks this");
};

test("the URL is asked with its credentials once a period while a probe is heard", () =>
  withSwitch(async ({ receiver, clock, lines, period }) => {
    await clock.run(EVERY_MS - 1);
    assert.equal(receiver.received.length, 0);
    await period(/is told that the mesh watches/, 1);
    await clock.run(EVERY_MS);
    await receiver.until(2);
    const [first] = receiver.received;
    assert.equal(first?.method, "GET");
    assert.equal(first?.path, "/ping/t0ken?key=h1dden");
    assert.equal(first?.headers.authorization, `Basic ${btoa("someone:s3cret")}`);
    assert.equal(lines.length, 1);
  }));

test("nothing is told while the engine is not ready, or no probe is heard", () =>
  withSwitch(async ({ receiver, mesh, period }) => {
    mesh.ready = false;
    await period(/is told nothing: the engine is not ready\.$/);
    Object.assign(mesh, { ready: true });
    await period(/is told that the mesh watches/);
    mesh.heard = false;
    await period(/is told nothing: no probe is heard\.$/);
    mesh.heard = true;
    await period(/is told that the mesh watches/);
    mesh.state = "offline";
    await period(/is told nothing: no probe is heard\.$/);
    assert.equal(receiver.received.length, 2);
  }));

test("an answer that is not 2xx, or none in time, is told once, without the URL", () =>
  withSwitch(async ({ receiver, clock, lines, period }) => {
    receiver.next({ status: 302, headers: { location: "/ping/t0ken" } }, "hang");
    await period(/was not told: it answered 302, and 2xx is expected\.$/);
    await clock.run(EVERY_MS);
    await receiver.until(2);
    await clock.run(10_000);
    assert.equal(lines.length, 1);
    // A body that never ends holds nothing up.
    receiver.next("ok_without_end", "endless");
    await period(/is told that the mesh watches/, EVERY_MS - 10_000);
    await period(/was not told: it answered 500/);
  }));

test("a URL that nobody listens at is told by its host only", () =>
  withSwitch(async ({ lines, period }) => {
    await period(/was not told: it could not be reached \(ECONNREFUSED\)\.$/);
    assert.deepEqual(lines[0]?.fields, { host: "127.0.0.1:1" });
  }, 1));

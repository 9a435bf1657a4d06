import assert from "node:assert/strict";
import { test } from "node:test";
import { credentials, status } from "@grpc/grpc-js";
import { startDuke } from "../../../aggregator/cli/duke.ts";
import type { Duke, DukeOptions } from "../../../aggregator/cli/duke.ts";
import { HealthClient } from "../../../shared/proto/gen/grpc/health/v1/health.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const loopback = { host: "127.0.0.1", port: 0 };

async function withDuke(
  options: Partial<DukeOptions>,
  body: (duke: Duke, clock: ReturnType<typeof simClock>) => Promise<void>,
): Promise<void> {
  const clock = simClock();
  const duke = await startDuke({
    clock,
    listen: loopback,
    grpcListen: null,
    periodMs: 60_000,
    steady: false,
    ...options,
  });
  try {
    await body(duke, clock);
  } finally {
    await duke.close();
  }
  assert.equal(clock.pending(), 0, "a closed duke leaves no timer");
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.text();
  return response.status;
}

/** Number of the serving status, or of the gRPC error. */
function healthOf(address: string, service: string): Promise<{ status?: number; code?: number }> {
  const client = new HealthClient(address, credentials.createInsecure());
  return new Promise((resolve) => {
    client.check({ service }, (error, answer) => {
      client.close();
      resolve(error ? { code: error.code } : { status: answer.status });
    });
  });
}

test("a duke is up first and flips every period", async () => {
  const flips: boolean[] = [];
  await withDuke({ onFlip: (up) => flips.push(up) }, async (duke, clock) => {
    assert.equal(await statusOf(duke.url), 200);
    clock.advance(59_999);
    assert.equal(await statusOf(duke.url), 200);
    clock.advance(1);
    assert.equal(await statusOf(duke.url), 500);
    clock.advance(60_000);
    assert.equal(await statusOf(duke.url), 200);
  });
  assert.deepEqual(flips, [false, true]);
});

test("a steady duke never flips", async () => {
  await withDuke({ steady: true }, async (duke, clock) => {
    clock.advance(3_600_000);
    assert.equal(await statusOf(duke.url), 200);
  });
});

test("the health service says what HTTP says", async () => {
  await withDuke({ grpcListen: loopback }, async (duke, clock) => {
    const address = duke.grpcAddress ?? "";
    assert.deepEqual(await healthOf(address, ""), { status: 1 });
    clock.advance(60_000);
    assert.deepEqual(await healthOf(address, ""), { status: 2 });
    assert.deepEqual(await healthOf(address, "duke"), { status: 2 });
    assert.deepEqual(await healthOf(address, "other"), { code: status.NOT_FOUND });
  });
});

test("a watcher of the health service is told of a flip", async () => {
  await withDuke({ grpcListen: loopback }, async (duke, clock) => {
    const client = new HealthClient(duke.grpcAddress ?? "", credentials.createInsecure());
    const seen: number[] = [];
    const call = client.watch({ service: "" });
    await new Promise<void>((resolve, reject) => {
      call.on("error", reject);
      call.on("data", ({ status: now }: { status: number }) => {
        seen.push(now);
        if (seen.length === 1) clock.advance(60_000);
        else resolve();
      });
    });
    call.on("error", () => assert.ok(true, "cancelled by the test"));
    call.cancel();
    client.close();
    assert.deepEqual(seen, [1, 2]);
  });
});

test("a busy port is told in a sentence that says what to do", async () => {
  await withDuke({}, async (duke) => {
    const port = Number(new URL(duke.url).port);
    const again = startDuke({
      clock: simClock(),
      listen: { host: "127.0.0.1", port },
      grpcListen: null,
      periodMs: 1_000,
      steady: true,
    });
    await assert.rejects(again, (thrown: unknown) => {
      assert.ok(thrown instanceof QuorateError);
      assert.match(thrown.message, /^Cannot listen on 127\.0\.0\.1:\d+: another program does/);
      return true;
    });
  });
});

test("a busy gRPC port leaves no HTTP server behind", async () => {
  await withDuke({ grpcListen: loopback }, async (duke) => {
    const port = Number((duke.grpcAddress ?? "").split(":")[1]);
    await assert.rejects(
      startDuke({
        clock: simClock(),
        listen: loopback,
        grpcListen: { host: "127.0.0.1", port },
        periodMs: 1_000,
        steady: true,
      }),
      /Cannot listen on/,
    );
  });
});

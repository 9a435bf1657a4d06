import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { status } from "@grpc/grpc-js";
import { serveHealth } from "../../probe/health-service.ts";
import { systemClock } from "../../shared/clock.ts";
import { connectHealth } from "../helpers/health-client.ts";
import { eventually } from "../helpers/eventually.ts";
import { scriptedCheck } from "../helpers/probe-parts.ts";
import { openProbeRoom } from "../helpers/probe-room.ts";

const LOOPBACK = { listen: { host: "127.0.0.1", port: 0 }, insecure: false };

/** How the target is at this moment. */
interface Now {
  outcome: "ok" | "dead";
}

/** A probe that serves health, and a real client of it. */
async function room(t: TestContext) {
  const now: Now = { outcome: "ok" };
  const check = { ...scriptedCheck(), run: run(now) };
  const probe = await openProbeRoom(t, {}, { serveHealth: LOOPBACK, prepareCheck: () => check });
  const client = connectHealth(Number(probe.probe.servedHealthAddress().split(":").at(-1)));
  t.after(() => client.close());
  await eventually("the probe has a session", () => probe.probe.state().name === "open");
  return { ...probe, client, now };
}

/** A check that ends as the test says at that moment. */
function run(now: Now): ReturnType<typeof scriptedCheck>["run"] {
  return (context, done) => scriptedCheck([now.outcome]).run(context, done);
}

test("a probe serves its own view of a target as gRPC health, by check and by watch", async (t) => {
  const { assign, client, now } = await room(t);
  assert.equal(await client.check(""), "SERVING");
  const watch = client.watch("checkout");
  await eventually("the watch is open", () => watch.seen.length === 1);
  assert.deepEqual(watch.seen, ["SERVICE_UNKNOWN"]);
  assign({ kind: "ok", fall: 2 });
  await eventually("it is seen", () => watch.seen.includes("SERVING"));
  assert.equal(await client.check("checkout"), "SERVING");
  now.outcome = "dead";
  await eventually("it fails", () => watch.seen.at(-1) === "NOT_SERVING");
  assert.equal(await client.check("checkout"), "NOT_SERVING");
  now.outcome = "ok";
  await eventually("it is back", () => watch.seen.at(-1) === "SERVING");
  watch.cancel();
});

test("a target not given is not found, and a watch outlives its target", async (t) => {
  const { assign, client } = await room(t);
  await assert.rejects(client.check("nobody"), (thrown: { code?: number; details?: string }) => {
    return (
      thrown.code === status.NOT_FOUND && /no target named "nobody"/.test(thrown.details ?? "")
    );
  });
  assign({ kind: "ok" });
  const watch = client.watch("checkout");
  await eventually("it is seen", () => watch.seen.includes("SERVING"));
  assign();
  await eventually("it is gone", () => watch.seen.at(-1) === "SERVICE_UNKNOWN");
  watch.cancel();
});

test("plaintext health beyond this machine needs a word, and a free port", async () => {
  const clock = systemClock();
  const everywhere = { host: "0.0.0.0", port: 0 };
  const wish = { clock, listen: everywhere, insecure: false };
  await assert.rejects(serveHealth(wish), /0\.0\.0\.0:0 can be reached from other machines/);
  const served = await serveHealth({ ...wish, insecure: true });
  const port = Number(served.address.split(":").at(-1));
  const taken = { ...wish, listen: { host: "0.0.0.0", port }, insecure: true };
  await assert.rejects(serveHealth(taken), /Cannot serve health on 0\.0\.0\.0:\d+/);
  await served.close();
});

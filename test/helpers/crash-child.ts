/**
 * An aggregator without doors, to be killed: a real store, engine and delivery to a real receiver,
 * and a mesh of three probes that see targets fall and rise. Arguments: the store's path, the
 * receiver's URL, a seed, and `drain` to change nothing more and end when all is delivered.
 */
import { createDeliveryWorker } from "../../aggregator/alert/delivery.ts";
import { createEventBus } from "../../aggregator/bus.ts";
import { createEngine } from "../../aggregator/engine/engine.ts";
import { prepareNotifier } from "../../aggregator/notifiers/index.ts";
import type { Engine, Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { settingsFor } from "../../aggregator/verdict/settings.ts";
import { channelDeliverySchema } from "../../shared/channel.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { seededRandom } from "../../shared/random.ts";
import type { Target } from "../../shared/target.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import { testChannel } from "./delivery-room.ts";
import { fastClock } from "./fast-clock.ts";
import { beat, lookEvent, testProbe, testTarget } from "./verdict-mesh.ts";

/** How much faster than the machine's the child's time runs. */
const SPEED = 40;
const PROBES = ["east", "west", "north"];
const TARGETS = 12;
/** Time between two rounds of looks. */
const ROUND_MS = 500;

const [, , path = "", url = "", seed = "1", mode = "run"] = process.argv;
const log = silentLog();
const store = openSqliteStore({ path, clock: systemClock(), log });
const position = await store.log.position();
const clock = fastClock(Math.max(position.atMs, 1_767_225_600_000), SPEED);
const random = seededRandom(Number(seed));
const delivery = createDeliveryWorker({
  store,
  channels: store.channels,
  notifiers: prepareNotifier,
  clock,
  random,
  log,
});
const engine = createEngine({
  store,
  clock,
  log,
  bus: createEventBus({ log }),
  settings: settingsFor(5_000),
  onRecheck: () => undefined,
  onCanaries: () => undefined,
  onCommitted: (atMs) => delivery.wake(atMs),
});

const targets = Array.from({ length: TARGETS }, (_, index) =>
  testTarget(`t${index}`, index + 1, { intervalMs: 1_000, timeoutMs: 500, fall: 1, rise: 1 }),
);

await engine.start();
if (position.seq === 0) await makeMesh(store, engine);
delivery.start();
delivery.wake(engine.nowMs());
process.stdout.write("ready\n");
if (mode === "drain") await drain();
else await live();

async function makeMesh(to: Store, into: Engine): Promise<void> {
  const events = VERDICT_STATES.map((state) => `target.${state}`);
  const options = { url, unsigned: true, timeoutMs: 10_000 };
  // Every transition is looked for, so none may be told of in a message for many.
  const delivery = channelDeliverySchema.parse({ fold: false });
  const hook = testChannel("hook", { kind: "webhook", options, events, delivery });
  await to.channels.put(hook, null);
  for (const [index, name] of PROBES.entries()) {
    await into.submit({ type: "probe_set", probe: testProbe(name, `r${index}`, `z${index}`) });
  }
  for (const target of targets) await into.submit({ type: "target_set", target });
}

/** Looks for ever; each target falls and rises by chance. */
async function live(): Promise<void> {
  const down = new Set<string>();
  const boots = new Map<string, number>();
  for (const name of PROBES) {
    boots.set(name, (await store.probes.boot(name, `boot-${seed}`)).boot);
  }
  for (let round = 1; ; round += 1) {
    for (const { id } of targets) {
      if (random.float() < 0.08 && !down.delete(id)) down.add(id);
    }
    const looks = PROBES.map((name) => [
      engine.submit(beat(name)),
      ...targets.map((target) => engine.submit(lookOf(name, target, { down, round }))),
    ]);
    await Promise.all(looks.flat());
    await sleep(clock, ROUND_MS);
  }

  function lookOf(probe: string, target: Target, now: { down: Set<string>; round: number }) {
    const outcome = now.down.has(target.id) ? "dead" : "ok";
    const boot = boots.get(probe) ?? 1;
    const event = lookEvent({ probe, target, class: outcome, endMs: engine.nowMs(), boot });
    if (event.type !== "results") return event;
    const sequence = now.round * TARGETS + target.handle;
    return { ...event, sequence, bytes: ResultBatch.encode(event.batch).finish() };
  }
}

async function drain(): Promise<void> {
  // First, because time goes on: silence would bring a transition when all seemed delivered.
  await engine.close();
  let pending = 1;
  while (pending > 0) {
    await sleep(clock, ROUND_MS);
    const { rows } = await store.notifications.list({ state: "pending", limit: 1 });
    pending = rows.length;
  }
  await delivery.stop(1_000);
  await store.close();
  process.exit(0);
}

/** Webhooks a second that leave the outbox for a local receiver, folding off, on one core. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeliveryWorker } from "../../aggregator/alert/delivery.ts";
import { prepareNotifier } from "../../aggregator/notifiers/index.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { channelDeliverySchema } from "../../shared/channel.ts";
import { isoTime, sleep, systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { systemRandom } from "../../shared/random.ts";
import { testChannel } from "../helpers/delivery-room.ts";
import { verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { endRole, message, startRole } from "./role-process.ts";

const MESSAGES = 20_000;
const AIM = 2_000;
const MEMORY_MIB_MAX = 300;

const clock = systemClock();

/** A message of the size that an alert with three witnesses has. */
function intentOf(index: number) {
  const event = {
    id: `evt_tgt_${index}_t1`,
    type: "target.down",
    timestamp: isoTime(1_767_225_600_000),
    data: {
      sentence: `t${index} is down: nobody of 3 domains reaches it.`,
      pad: "x".repeat(1_500),
    },
  };
  return {
    id: `msg_tgt_${index}_t1_chn_hook`,
    channelId: "chn_hook",
    orderKey: `tgt_${index}`,
    state: "pending" as const,
    reason: "Sent because the benchmark wants it.",
    body: JSON.stringify(event),
    createdAtMs: 1_767_225_600_000,
  };
}

/** Runs the benchmark; some ten seconds. */
export async function benchWebhooks(): Promise<BenchRow[]> {
  const receiver = startRole("receiver", []);
  const port = Number(await message(receiver, "port"));
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const log = silentLog();
  const store = openSqliteStore({ path: join(folder, "quorate.db"), clock, log });
  const delivery = channelDeliverySchema.parse({ concurrency: 64, fold: false });
  const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
  const options = { url: `http://127.0.0.1:${port}/hook`, secret };
  const hook = testChannel("hook", { kind: "webhook", options, delivery });
  await store.channels.put(hook, null);
  await store.notifications.add(Array.from({ length: MESSAGES }, (_, index) => intentOf(index)));
  const worker = createDeliveryWorker({
    store,
    channels: store.channels,
    notifiers: prepareNotifier,
    clock,
    random: systemRandom(),
    log,
  });
  const rssBefore = process.memoryUsage().rss;
  let rss = rssBefore;
  const cpu = process.cpuUsage();
  const startMs = clock.monoMs();
  worker.start();
  while ((await store.notifications.nextDueAtMs()) !== null) {
    rss = Math.max(rss, process.memoryUsage().rss);
    await sleep(clock, 20);
  }
  const tookMs = clock.monoMs() - startMs;
  const used = process.cpuUsage(cpu);
  await worker.stop(1_000);
  await store.close();
  await endRole(receiver);
  rmSync(folder, { recursive: true, force: true });
  const perSecond = (MESSAGES * 1_000) / tookMs;
  const perCpuSecond = (MESSAGES * 1_000_000) / (used.user + used.system);
  const grownMib = (rss - rssBefore) / 2 ** 20;
  const what = `${MESSAGES} signed webhooks to one local receiver, folding off`;
  return [
    { what: `${what}: a second by the clock`, figure: perSecond.toFixed(0), aim: "" },
    {
      what: `${what}: a second of CPU, outbox on disk included`,
      figure: perCpuSecond.toFixed(0),
      aim: verdictOn(Math.max(perSecond, perCpuSecond) >= AIM, `at least ${AIM}`),
    },
    {
      what: `${what}: memory grown by, MiB (most of the process)`,
      figure: `${grownMib.toFixed(0)} (${(process.resourceUsage().maxRSS / 1_024).toFixed(0)})`,
      aim: verdictOn(grownMib <= MEMORY_MIB_MAX, `at most ${MEMORY_MIB_MAX}`),
    },
  ];
}

/** Benchmark role: an engine on a file of its own, whose targets all fall at once. */
import { join } from "node:path";
import { systemClock } from "../../../shared/clock.ts";
import { settleHeap } from "../../../shared/frugal.ts";
import { openAlertRoom } from "../../helpers/alert-room.ts";
import { testChannel } from "../../helpers/delivery-room.ts";

/** What a storm came to. */
export interface StormTold {
  fellAtMs: number;
  down: number;
  /** Subjects of what was sent. */
  sent: string[];
  tookMs: number;
  cpuUs: number;
  /** Memory before the fall, and at its most. */
  beforeMib: number;
  peakMib: number;
}

const [folder = ".", count = "0", withinMs = "0"] = process.argv.slice(2);

async function storm(): Promise<StormTold> {
  const machine = systemClock();
  const options = { path: join(folder, "quorate.db"), forgets: true };
  const labels = (handle: number) => ({ rack: `r${handle % 3}` });
  const room = await openAlertRoom(Number(count), labels, options);
  await room.store.channels.put(testChannel("ops"), null);
  const handles = room.targets.map(({ handle }) => handle);
  await room.look(handles, "succeeds");
  // As aggregator/main.ts does.
  const heap = settleHeap(machine);
  const beforeMib = process.memoryUsage().rss / 2 ** 20;
  const fellAtMs = room.engine().nowMs();
  const startMs = machine.monoMs();
  const cpu = process.cpuUsage();
  await room.look(handles, "fails");
  await room.pass(Number(withinMs) - (room.engine().nowMs() - fellAtMs));
  const tookMs = machine.monoMs() - startMs;
  const used = process.cpuUsage(cpu);
  const peakMib = process.resourceUsage().maxRSS / 1_024;
  const sent = await room.sent();
  const down = room.targets.filter(({ id }) => room.engine().verdict(id)?.state === "down").length;
  heap.cancel();
  await room.engine().close();
  await room.close();
  const cpuUs = used.user + used.system;
  return { fellAtMs, down, sent, tookMs, cpuUs, beforeMib, peakMib };
}

process.on("disconnect", () => process.exit(1));
process.send?.({ told: await storm() });

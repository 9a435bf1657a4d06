/** A process that appends to a store until it is killed, and prints what was acknowledged. */
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { START_MS, eventWithId, resultsEvent } from "./store-data.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("expected the path of the store");
const store = openSqliteStore({ path, clock: systemClock(), log: silentLog() });
const { seq, atMs } = await store.log.position();
const { boot } = await store.probes.boot("prb_a", "boot");
const rows = [{ handle: 1, agoMs: 5, latencyUs: 900 }];
for (let sequence = seq + 1; ; sequence += 3) {
  const at = Math.max(atMs, START_MS) + sequence;
  const entries = [0, 1, 2].map((step) => ({
    atMs: at,
    body: resultsEvent(
      { probeId: "prb_a", boot, sequence: sequence + step, sentMonoMs: sequence },
      rows,
    ),
  }));
  const first = await store.log.append(entries);
  const [event] = await store.events.commit({
    atMs: at,
    tick: null,
    transitions: [],
    incidents: [],
    notifications: [],
    spans: [],
    events: [eventWithId(`event-${first}`)],
  });
  process.stdout.write(`${first + 2} ${event?.number}\n`);
}

/** The outbox as metrics: by kind of channel, so that a thousand channels are still a few lines. */
import { LIMITS } from "../../shared/limits.ts";
import type { Store } from "../ports.ts";
import { add } from "./exposition.ts";
import type { Counts, Metric } from "./exposition.ts";

/** Kind of a channel that was deleted while its attempts were not counted yet. */
const GONE = "deleted";

/** Creates what counts the outbox; attempts are counted from its first call on. */
export function createOutboxMetrics({
  channels,
  outboxCounts,
}: Pick<Store, "channels" | "outboxCounts">): () => Promise<Metric[]> {
  const attempted: Counts = new Map();
  let last: number | null = null;

  return async () => {
    const kinds = new Map((await channels.all()).map(({ id, spec }) => [id, spec.kind]));
    const waiting: Record<"pending" | "dead", Counts> = { pending: new Map(), dead: new Map() };
    for (const kind of kinds.values()) {
      for (const counts of Object.values(waiting)) counts.set(`kind="${kind}"`, 0);
      for (const outcome of ["ok", "failed"]) add(attempted, attemptLabels(kind, outcome), 0);
    }
    for (const { channelId, state, count } of await outboxCounts.waiting([...kinds.keys()])) {
      add(waiting[state], `kind="${kinds.get(channelId) ?? GONE}"`, count);
    }
    const read = await outboxCounts.attempts(last, LIMITS.metricAttemptsMax);
    last = read.last;
    for (const { channelId, ok, count } of read.counts) {
      const kind = kinds.get(channelId) ?? GONE;
      add(attempted, attemptLabels(kind, ok ? "ok" : "failed"), count);
    }
    return metricsOf(waiting, attempted);
  };
}

const attemptLabels = (kind: string, outcome: string): string =>
  `kind="${kind}",outcome="${outcome}"`;

function metricsOf(waiting: Record<"pending" | "dead", Counts>, attempted: Counts): Metric[] {
  return [
    {
      name: "quorate_outbox_pending",
      help: "Notifications that wait to be delivered, by kind of channel.",
      values: waiting.pending,
    },
    {
      name: "quorate_outbox_dead",
      help: "Notifications that were given up and can be requeued, by kind of channel.",
      values: waiting.dead,
    },
    {
      name: "quorate_deliveries_total",
      help: "Attempts to deliver since the first scrape, by kind of channel and outcome.",
      values: new Map(attempted),
    },
  ];
}

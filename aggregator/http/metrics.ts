/** /metrics in the text format of Prometheus: targets and probes are ids, and nothing is a name. */
import { LIMITS } from "../../shared/limits.ts";
import { PROBE_STATES, VERDICT_STATES } from "../../shared/verdict.ts";
import type { RouteContext } from "./context.ts";
import { add, histogram, metric } from "./exposition.ts";
import type { Counts, Metric } from "./exposition.ts";
import { createOutboxMetrics } from "./outbox-metrics.ts";
import { vitalsMetrics } from "./vitals.ts";

/** Media type of the text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** How long counts are kept: to count all at every scrape would cost more than it tells. */
const KEPT_MS = 5_000;

/** Creates what writes the metrics. */
export function createMetrics(context: RouteContext): () => Promise<string> {
  const { clock, engine } = context;
  const outbox = createOutboxMetrics(context.store);
  let kept: { untilMs: number; counts: Promise<Metric[]> } | null = null;
  return async () => {
    if (kept === null || kept.untilMs <= clock.monoMs()) {
      const counts = count(context).then(async (counted) => [...counted, ...(await outbox())]);
      kept = { untilMs: clock.monoMs() + KEPT_MS, counts };
      // What failed is not kept: the next scrape tries again.
      counts.catch(() => void (kept = null));
    }
    const counted = await kept.counts;
    const latency = {
      name: "quorate_check_latency_seconds",
      help: "Time that scheduled checks took which were ok, by probe.",
    };
    return [
      ...[...present(context), ...counted].map(metric),
      histogram(latency, engine.latencies()),
    ].join("");
  };
}

const one = (value: number): Counts => new Map([["", value]]);

/** What costs nothing to tell, as it is at this moment. */
function present({ clock, engine, version, streams }: RouteContext): Metric[] {
  const leadMs = engine.nowMs() - clock.wallMs();
  return [
    {
      name: "quorate_info",
      help: "Version of the aggregator.",
      values: new Map([[`version="${version}"`, 1]]),
    },
    {
      name: "quorate_engine_ready",
      help: "1 when the log is folded.",
      values: one(Number(engine.ready())),
    },
    {
      name: "quorate_engine_queue",
      help: "Log events that wait.",
      values: one(engine.queueLength()),
    },
    {
      name: "quorate_engine_lag_seconds",
      help: "How long the oldest event that waits has waited, or the last did until it counted.",
      values: one(engine.lagMs() / 1_000),
    },
    {
      name: "quorate_engine_clock_lead_seconds",
      help: "Log time before the wall clock; negative when behind, as after a step of the clock.",
      values: one(leadMs / 1_000),
    },
    {
      name: "quorate_results_dropped_total",
      help: "Results left out: of an unknown target, another revision, or no vantage of it.",
      values: one(engine.droppedResults()),
    },
    { name: "quorate_event_streams", help: "Open streams of events.", values: one(streams.size) },
  ];
}

async function count({ engine, store, sessions }: RouteContext): Promise<Metric[]> {
  const all = await store.probes.all();
  // A state that no probe is in is a zero: a rule on eligible probes must not find nothing.
  const probes: Counts = new Map(PROBE_STATES.map((state) => [`state="${state}"`, 0]));
  for (const { id } of all) add(probes, `state="${engine.probe(id)?.state ?? "joining"}"`);
  const told = all.flatMap(({ id }) => {
    const vitals = sessions.status(id);
    return vitals === null ? [] : [{ id, vitals }];
  });
  return [
    ...(await countTargets({ engine, store })),
    { name: "quorate_probes", help: "Probes by state.", values: probes },
    ...vitalsMetrics(told, engine.nowMs()),
  ];
}

/** Every target is counted; the first LIMITS.metricTargetsMax have a line and vantages as well. */
async function countTargets({
  engine,
  store,
}: Pick<RouteContext, "engine" | "store">): Promise<Metric[]> {
  const targets: Counts = new Map(VERDICT_STATES.map((state) => [`state="${state}"`, 0]));
  const verdicts: Counts = new Map();
  const vantages: Counts = new Map();
  let unlisted = 0;
  let cursor: string | undefined;
  do {
    const page = await store.targets.list({ cursor, limit: LIMITS.pageRowsMax });
    for (const { id } of page.rows) {
      const state = engine.verdict(id)?.state ?? "unknown";
      add(targets, `state="${state}"`);
      if (verdicts.size >= LIMITS.metricTargetsMax) unlisted += 1;
      else {
        verdicts.set(`target="${id}",state="${state}"`, 1);
        for (const vantage of engine.vantageStates(id)) {
          add(vantages, `probe="${vantage.probeId}",state="${vantage.state}"`);
        }
      }
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return [
    { name: "quorate_targets", help: "Targets by verdict.", values: targets },
    {
      name: "quorate_target_verdict",
      help: "1 at the present state of a target, by its id.",
      values: verdicts,
    },
    {
      name: "quorate_targets_unlisted",
      help: "Targets that are counted only.",
      values: one(unlisted),
    },
    {
      name: "quorate_vantages",
      help: "Listed targets by what each probe has seen of them.",
      values: vantages,
    },
  ];
}

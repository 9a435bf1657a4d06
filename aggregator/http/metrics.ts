/** /metrics in the text format of Prometheus: targets and probes are ids, and nothing is a name. */
import { LIMITS } from "../../shared/limits.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import type { RouteContext } from "./context.ts";
import { vitalsMetrics } from "./vitals.ts";
import type { ProbeMetric } from "./vitals.ts";

/** Media type of the text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** How long counts are kept: to count all at every scrape would cost more than it tells. */
const KEPT_MS = 5_000;

type Counts = Map<string, number>;

/** What is counted and read now and then. */
interface Kept {
  targets: Counts;
  /** One of each target, by id and state, of the first LIMITS.metricTargetsMax. */
  verdicts: Counts;
  unlisted: number;
  probes: Counts;
  vitals: ProbeMetric[];
}

/** Creates what writes the metrics. */
export function createMetrics(context: RouteContext): () => Promise<string> {
  const { clock, engine, version, streams } = context;
  let kept: { untilMs: number; counts: Promise<Kept> } | null = null;
  return async () => {
    if (kept === null || kept.untilMs <= clock.monoMs()) {
      kept = { untilMs: clock.monoMs() + KEPT_MS, counts: count(context) };
    }
    const { targets, verdicts, unlisted, probes, vitals } = await kept.counts;
    return [
      metric("quorate_info", "Version of the aggregator.", new Map([[`version="${version}"`, 1]])),
      metric("quorate_engine_ready", "1 when the log is folded.", one(Number(engine.ready()))),
      metric("quorate_engine_queue", "Log events that wait.", one(engine.queueLength())),
      metric(
        "quorate_results_dropped_total",
        "Results left out: of an unknown target, another revision, or no vantage of it.",
        one(engine.droppedResults()),
      ),
      metric("quorate_event_streams", "Open streams of events.", one(streams.size)),
      metric("quorate_targets", "Targets by verdict.", targets),
      metric("quorate_target_verdict", "1 at the present state of a target, by its id.", verdicts),
      metric("quorate_targets_unlisted", "Targets that are counted only.", one(unlisted)),
      metric("quorate_probes", "Probes by state.", probes),
      ...vitals.map(({ name, help, values }) => metric(name, help, values)),
    ].join("");
  };
}

const one = (value: number): Counts => new Map([["", value]]);

function metric(name: string, help: string, values: Counts): string {
  const lines = [...values].map(([labels, value]) =>
    labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`,
  );
  const type = name.endsWith("_total") ? "counter" : "gauge";
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

async function count({ engine, store, sessions }: RouteContext): Promise<Kept> {
  const targets: Counts = new Map(VERDICT_STATES.map((state) => [`state="${state}"`, 0]));
  const verdicts: Counts = new Map();
  let unlisted = 0;
  const probes: Counts = new Map();
  const add = (counts: Counts, state: string): void => {
    const labels = `state="${state}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  };
  let cursor: string | undefined;
  do {
    const page = await store.targets.list({ cursor, limit: LIMITS.pageRowsMax });
    for (const { id } of page.rows) {
      const state = engine.verdict(id)?.state ?? "unknown";
      add(targets, state);
      if (verdicts.size >= LIMITS.metricTargetsMax) unlisted += 1;
      else verdicts.set(`target="${id}",state="${state}"`, 1);
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const all = await store.probes.all();
  for (const { id } of all) add(probes, engine.probe(id)?.state ?? "joining");
  const told = all.flatMap(({ id }) => {
    const vitals = sessions.status(id);
    return vitals === null ? [] : [{ id, vitals }];
  });
  return { targets, verdicts, unlisted, probes, vitals: vitalsMetrics(told, engine.nowMs()) };
}

/** /api/v1/summary: one page of everything, for the hurried. */
import { createRoute, z } from "@hono/zod-openapi";
import { summarySchema } from "../../../shared/api/summary.ts";
import type { ApiSummary } from "../../../shared/api/summary.ts";
import { isoTime } from "../../../shared/clock.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import type { JudgedTarget } from "../../ports.ts";
import type { App, RouteContext } from "../context.ts";
import { fieldsQuery, integer, json, needs, problems } from "../describe.ts";
import { filteredPage } from "../lists.ts";
import { labelsKeep, labelsQuery } from "../narrowing.ts";
import { incidentView, verdictView } from "../views.ts";

/** Targets and incidents that are shown unless the caller says otherwise. */
const SHOWN = 10;
const SHOWN_MAX = 100;

const getSummary = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/summary",
  tags: ["system"],
  summary: "Get one page of everything: verdicts, incidents, probes, mesh, outbox, engine",
  description:
    "Counts by state, what is worst, what is open and whether the mesh can judge at all, with " +
    "one sentence that says it. Labels narrow targets and incidents; the rest is of all.",
  request: {
    query: z.strictObject({
      ...labelsQuery,
      ...fieldsQuery,
      show: integer({
        min: 0,
        max: SHOWN_MAX,
        description: "Worst targets and newest incidents that are shown. Default 10.",
      }).optional(),
    }),
  },
  responses: {
    200: json(summarySchema, "The summary."),
    ...problems,
  },
});

/** Adds the route. */
export function addSummary(app: App, context: RouteContext): void {
  app.openapi(getSummary, async (c) => {
    const { show = SHOWN, ...asked } = c.req.valid("query");
    const keep = labelsKeep(asked);
    const all = [...context.engine.targets()];
    const targets = keep ? all.filter(({ target }) => keep(target.spec.labels)) : all;
    const told = {
      at: isoTime(context.engine.nowMs()),
      version: context.version,
      targets: targetCounts(targets),
      worst: worstOf(targets, show),
      incidents: await incidentCounts(context, { show, of: keep ? targets : null }),
      probes: await probeCounts(context),
      mesh: await meshHealth(context),
      notifications: await context.store.outboxCounts.byState(),
      engine: engineHealth(context),
    };
    return c.json({ sentence: sentenceOf(told), ...told }, 200);
  });
}

const NO_TARGETS: Readonly<ApiSummary["targets"]["states"]> = {
  down: 0,
  sub_healthy: 0,
  partial: 0,
  suspect: 0,
  recovering: 0,
  degraded: 0,
  unknown: 0,
  up: 0,
};

const NO_PROBES: Readonly<ApiSummary["probes"]["states"]> = {
  joining: 0,
  eligible: 0,
  offline: 0,
  quarantined: 0,
  intercepted: 0,
  draining: 0,
  disabled: 0,
};

function targetCounts(targets: readonly JudgedTarget[]): ApiSummary["targets"] {
  const states = { ...NO_TARGETS };
  for (const { verdict } of targets) states[verdict.state] += 1;
  return { total: targets.length, states };
}

/** The worst state first, of one state what has been so longest. */
function worstOf(targets: readonly JudgedTarget[], show: number): ApiSummary["worst"] {
  const rank = ({ verdict }: JudgedTarget): number => VERDICT_STATES.indexOf(verdict.state);
  return targets
    .filter(({ verdict, target }) => verdict.state !== "up" && target.spec.enabled)
    .toSorted((a, b) => rank(a) - rank(b) || a.verdict.sinceMs - b.verdict.sinceMs)
    .slice(0, show)
    .map(({ target, verdict }) => verdictView(target, verdict));
}

async function incidentCounts(
  { store }: RouteContext,
  { show, of }: { show: number; of: readonly JudgedTarget[] | null },
): Promise<ApiSummary["incidents"]> {
  const ids = of && new Set(of.flatMap(({ verdict }) => verdict.incidentId ?? []));
  const severities = { critical: 0, major: 0, minor: 0 };
  let open = 0;
  let unacknowledged = 0;
  for (const count of await store.incidents.openCounts(ids ? [...ids] : undefined)) {
    severities[count.severity] = count.open;
    open += count.open;
    unacknowledged += count.unacknowledged;
  }
  const counts = { open, unacknowledged, severities };
  if (show === 0 || open === 0) return { ...counts, newest: [] };
  const newest = await filteredPage(
    (query) => store.incidents.list({ state: "open", ...query }),
    { limit: show },
    ({ id }) => ids === null || ids.has(id),
  );
  return { ...counts, newest: newest.rows.map(incidentView) };
}

async function probeCounts({
  store,
  engine,
  sessions,
}: RouteContext): Promise<ApiSummary["probes"]> {
  const probes = await store.probes.all();
  const states = { ...NO_PROBES };
  let connected = 0;
  for (const { id } of probes) {
    states[engine.probe(id)?.state ?? "joining"] += 1;
    if (sessions.status(id)?.connected === true) connected += 1;
  }
  return { total: probes.length, connected, states };
}

async function meshHealth({ store, engine, sessions }: RouteContext): Promise<ApiSummary["mesh"]> {
  const probes = await store.probes.all();
  const eligible = probes.filter(({ id }) => engine.probe(id)?.state === "eligible");
  return {
    blind: engine.blind(),
    domains: new Set(eligible.map(({ spec }) => spec.zone)).size,
    regions: new Set(eligible.map(({ spec }) => spec.region)).size,
    canaries: sessions.reach().canaries.length,
    excludedCanaries: [...engine.excludedCanaries()],
  };
}

function engineHealth({ engine }: RouteContext): ApiSummary["engine"] {
  return {
    ready: engine.ready(),
    lagMs: Math.max(0, engine.lagMs()),
    queue: engine.queueLength(),
    dropped: engine.droppedResults(),
  };
}

function sentenceOf(told: Omit<ApiSummary, "sentence">): string {
  const { targets, incidents, probes, mesh, engine } = told;
  if (!engine.ready) return "The engine folds the log yet: what is shown is not up to date.";
  if (targets.total === 0) return "There is no target yet.";
  const states = VERDICT_STATES.toReversed()
    .filter((state) => targets.states[state] > 0)
    .map((state) => `${targets.states[state]} ${state.replaceAll("_", "-")}`);
  const { open, unacknowledged } = incidents;
  return [
    `Of ${targets.total} ${targets.total === 1 ? "target" : "targets"}: ${states.join(", ")}.`,
    open === 0
      ? "No incident is open."
      : `Open incidents: ${open}, of which nobody looks after ${unacknowledged}.`,
    mesh.blind
      ? "The mesh is blind: nothing can be called down."
      : `Probes that may judge: ${probes.states.eligible} of ${probes.total}, ` +
        `in ${mesh.domains} failure ${mesh.domains === 1 ? "domain" : "domains"}.`,
  ].join(" ");
}

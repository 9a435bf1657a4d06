/** Puts together what a status page shows, from what the aggregator knows. */
import { isoTime } from "../../shared/clock.ts";
import type { Incident } from "../../shared/event.ts";
import { meetsConditions, readSelector } from "../../shared/label-selector.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import { STATUS_LEVELS } from "../../shared/status-view.ts";
import type { StatusGroup, StatusIncident, StatusLevel } from "../../shared/status-view.ts";
import type { StatusMaintenance, StatusNotice } from "../../shared/status-view.ts";
import type { StatusRegion, StatusTarget, StatusView } from "../../shared/status-view.ts";
import type { Target } from "../../shared/target.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Engine, JudgedTarget, Store, TransitionRow } from "../ports.ts";
import { windowsOf } from "../registry/maintenance-windows.ts";
import { createStatusDays } from "./status-days.ts";

/** What a page is put together from. */
export interface StatusViewDeps {
  engine: Pick<Engine, "targets" | "vantageStates" | "probe" | "presentSpan" | "nowMs">;
  store: Pick<Store, "probes" | "incidents" | "events" | "maintenance" | "uptime">;
}

/** Puts pages together. */
export type StatusViews = (page: StatusPage) => Promise<StatusView>;

const INCIDENT_DAYS_MS = 14 * 86_400_000;

/** Incidents of all targets that are looked through for those of a page. */
const INCIDENTS_SCANNED = 2_000;

/** Changes of one incident that are shown; further ones are left out. */
const UPDATES_MAX = 50;

/** Targets that are read before others have their turn. */
const TURN_TARGETS = 25;

/** What a verdict is to the public; what only might be is not told. */
const LEVELS: Readonly<Record<VerdictState, StatusLevel>> = {
  up: "operational",
  suspect: "operational",
  degraded: "degraded",
  partial: "regional",
  recovering: "recovering",
  down: "outage",
  sub_healthy: "outage",
  unknown: "unknown",
};

/** Creates what puts pages together. */
export function createStatusViews(deps: StatusViewDeps): StatusViews {
  const days = createStatusDays(deps);
  return async (page) => {
    const { engine } = deps;
    const nowMs = engine.nowMs();
    const { shown, leftOut } = targetsOf(deps, page);
    const regions = await regionsOf(deps);
    const targets = new Map<string, StatusTarget & { group: string }>();
    for (const [index, judged] of shown.entries()) {
      if (index % TURN_TARGETS === TURN_TARGETS - 1) await nextTurn();
      const history = await days.of(judged.target.id);
      targets.set(judged.target.id, {
        ...targetOf(deps, judged, regions),
        ...history,
        group: labelOf(judged.target, page.spec.groupBy),
      });
    }
    const groups = groupsOf([...targets.values()]);
    const { name, title, description, locale, announcements } = page.spec;
    return {
      name,
      title,
      description,
      locale,
      level: worstOf(groups.map(({ level }) => level)),
      at: isoTime(Math.floor(nowMs / 60_000) * 60_000),
      groups,
      incidents: await incidentsOf(deps, page, targets),
      announcements: noticesOf(announcements, nowMs),
      maintenance: await maintenanceOf(deps, shown),
      leftOut,
    };
  };
}

/** The worst of levels; `operational` where there is none. */
function worstOf(levels: readonly StatusLevel[]): StatusLevel {
  return STATUS_LEVELS.find((level) => levels.includes(level)) ?? "operational";
}

function targetsOf({ engine }: StatusViewDeps, { spec }: StatusPage) {
  const read = spec.labels === "" ? [] : readSelector(spec.labels);
  // What was stored was valid; a selector that is none any more shows nothing rather than all.
  const conditions = Array.isArray(read) ? read : null;
  const found = [...engine.targets()].filter(({ target }) => {
    const { enabled, labels } = target.spec;
    return enabled && conditions !== null && meetsConditions(labels, conditions);
  });
  found.sort((a, b) => (a.target.spec.name < b.target.spec.name ? -1 : 1));
  const shown = found.slice(0, LIMITS.statusTargetsMax);
  return { shown, leftOut: found.length - shown.length };
}

const labelOf = ({ spec }: Target, key: string | undefined): string =>
  key !== undefined && Object.hasOwn(spec.labels, key) ? (spec.labels[key] ?? "") : "";

const titleOf = (target: Target): string => labelOf(target, "title") || target.spec.name;

/** Regions of probes that may judge, by id. */
async function regionsOf({ store, engine }: StatusViewDeps): Promise<Map<string, string>> {
  const probes = (await store.probes.all()).filter(
    ({ id }) => engine.probe(id)?.state === "eligible",
  );
  return new Map(probes.map(({ id, spec }) => [id, spec.region]));
}

function targetOf(
  { engine }: StatusViewDeps,
  { target, verdict }: JudgedTarget,
  regions: ReadonlyMap<string, string>,
): Omit<StatusTarget, "days" | "uptime"> {
  const covered = engine.presentSpan(target.id)?.maintenance === true;
  const level = covered && verdict.state !== "up" ? "maintenance" : LEVELS[verdict.state];
  const seen = new Map<string, boolean | null>();
  for (const { probeId, state } of engine.vantageStates(target.id)) {
    const region = regions.get(probeId);
    if (region === undefined) continue;
    const before = seen.get(region) ?? null;
    // One that reaches it is enough for a region; without evidence it says nothing.
    const found = state === "no_evidence" ? null : state === "healthy";
    seen.set(region, before === true || found === true ? true : (found ?? before));
  }
  const reached = [...seen].map(([name, is]): StatusRegion => ({ name, reached: is }));
  return {
    name: target.spec.name,
    title: titleOf(target),
    level: covered && level === "operational" ? "maintenance" : level,
    since: isoTime(verdict.sinceMs),
    regions: reached.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function groupsOf(targets: readonly (StatusTarget & { group: string })[]): StatusGroup[] {
  const groups = new Map<string, StatusTarget[]>();
  for (const { group, ...target } of targets)
    groups.set(group, [...(groups.get(group) ?? []), target]);
  return [...groups]
    .toSorted(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1))
    .map(([name, found]) => ({
      name,
      level: worstOf(found.map(({ level }) => level)),
      targets: found.toSorted((a, b) => a.title.localeCompare(b.title, "en")),
    }));
}

/** Incidents of the page's targets that are open or were not long ago. */
async function incidentsOf(
  deps: StatusViewDeps,
  { spec }: StatusPage,
  targets: ReadonlyMap<string, StatusTarget>,
): Promise<StatusIncident[]> {
  const sinceMs = deps.engine.nowMs() - INCIDENT_DAYS_MS;
  const found: StatusIncident[] = [];
  let cursor: string | undefined;
  for (let scanned = 0; scanned < INCIDENTS_SCANNED; scanned += LIMITS.pageRowsMax) {
    const { rows, next } = await deps.store.incidents.list({ cursor, limit: LIMITS.pageRowsMax });
    for (const incident of rows) {
      const target = targets.get(incident.targetId);
      if (target === undefined || incident.state === "withdrawn") continue;
      if (incident.resolvedAtMs !== null && incident.resolvedAtMs < sinceMs) continue;
      found.push(await incidentOf(deps, incident, { title: target.title, reasons: spec.reasons }));
      if (found.length === LIMITS.statusIncidentsMax) return found;
    }
    if (next === null || (rows.at(-1)?.openedAtMs ?? 0) < sinceMs) break;
    cursor = next;
  }
  return found;
}

async function incidentOf(
  { store }: StatusViewDeps,
  incident: Incident,
  { title, reasons }: { title: string; reasons: boolean },
): Promise<StatusIncident> {
  const { id, targetId, openedAtMs, resolvedAtMs } = incident;
  const { rows } = await store.events.transitions(targetId, { limit: LIMITS.pageRowsMax });
  const own = rows.filter(({ incidentId, to }) => incidentId === id && to !== "suspect");
  const update = ({ atMs, to, explanation }: TransitionRow) => ({
    at: isoTime(atMs),
    level: LEVELS[to],
    sentence: reasons ? explanation.sentence : "",
  });
  const updates = own
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(0, UPDATES_MAX)
    .map(update);
  const worst = worstOf(updates.map(({ level }) => level));
  return {
    id,
    title,
    level: worst === "operational" ? "outage" : worst,
    openedAt: isoTime(openedAtMs),
    resolvedAt: resolvedAtMs === null ? null : isoTime(resolvedAtMs),
    updates,
  };
}

function noticesOf(said: StatusPage["spec"]["announcements"], nowMs: number): StatusNotice[] {
  return said
    .filter(({ at, until }) => {
      return Date.parse(at) <= nowMs && (until === undefined || Date.parse(until) > nowMs);
    })
    .map(({ title, text, at, severity }) => ({
      title,
      text,
      at: isoTime(Date.parse(at)),
      severity,
    }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/** What runs and what comes, the next first. */
async function maintenanceOf(
  { store, engine }: StatusViewDeps,
  shown: readonly JudgedTarget[],
): Promise<StatusMaintenance[]> {
  const nowMs = engine.nowMs();
  const found: StatusMaintenance[] = [];
  for (const maintenance of await store.maintenance.all()) {
    const { targets, labels, name } = maintenance.spec;
    const wanted = Object.entries(labels);
    const covered = shown.filter(({ target: { spec } }) => {
      if (targets.includes(spec.name)) return true;
      return wanted.length > 0 && wanted.every(([key, value]) => spec.labels[key] === value);
    });
    if (covered.length === 0) continue;
    const titles = covered.map(({ target }) => titleOf(target));
    for (const { fromMs, toMs } of windowsOf(maintenance, nowMs)) {
      const times = { from: isoTime(fromMs), to: isoTime(toMs), active: fromMs <= nowMs };
      found.push({ name, ...times, targets: titles });
    }
  }
  return found.toSorted((a, b) => (a.from < b.from ? -1 : 1)).slice(0, 20);
}

/** An aggregator's HTTP side with status pages, targets, and what happened to them. */
import { createStatusRenderer } from "../../aggregator/web/status/renderer.ts";
import type { VantageState, VerdictState } from "../../shared/verdict.ts";
import { isoTime } from "../../shared/clock.ts";
import type { HttpDeps } from "../../aggregator/http/context.ts";
import { openHttpRoom } from "./http-room.ts";
import type { HttpRoom } from "./http-room.ts";
import { makeTransition } from "./make-effects.ts";

/** What a target of a test is. */
export interface StatusTargetSpec {
  name: string;
  labels?: Record<string, string>;
  state?: VerdictState;
  /** Regions by probe, and what each has seen. */
  seen?: readonly { region: string; state: VantageState }[];
}

/** The room. */
export interface StatusRoom extends HttpRoom {
  /** Makes a target with a verdict; gives its id. */
  target(spec: StatusTargetSpec): Promise<string>;
  /** Makes a status page. */
  page(spec: object): Promise<void>;
  /** Asks without a token; times of one page are put together anew. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Lets what was put together grow old. */
  pass(): void;
}

/** Opens a room, and closes it. */
export async function withStatusRoom(use: (room: StatusRoom) => Promise<void>): Promise<void> {
  const regions = new Map<string, string>();
  const http = openHttpRoom((deps) => ({
    statusRenderer: createStatusRenderer(),
    engine: { ...deps.engine, probe: (id) => (regions.has(id) ? ELIGIBLE : null) },
    store: { ...deps.store, probes: probesOf(deps, regions) },
  }));
  try {
    await use({ ...http, ...handlesOf(http, regions) });
  } finally {
    await http.close();
  }
}

const ELIGIBLE = { state: "eligible", reason: "", sinceMs: 0 } as const;

function probesOf(deps: HttpDeps, regions: Map<string, string>): HttpDeps["store"]["probes"] {
  const times = { revision: 1, createdAtMs: 0, updatedAtMs: 0, draining: false };
  return {
    ...deps.store.probes,
    all: async () =>
      [...regions].map(([id, region]) => {
        return { id, ...times, spec: { name: id, region, zone: id, labels: {} } };
      }),
  };
}

function handlesOf(http: HttpRoom, regions: Map<string, string>) {
  const target: StatusRoom["target"] = async ({ name, labels = {}, state = "up", seen = [] }) => {
    const options = { host: "127.0.0.1", port: 1 };
    await http.expect(201, "POST /api/v1/targets", {
      body: { name, kind: "tcp", options, labels },
    });
    const made = http.engine.submitted.flatMap((body) => {
      return body.type === "target_set" && body.target.spec.name === name ? [body.target.id] : [];
    });
    const id = made[0] ?? "";
    http.engine.setVerdict(id, state);
    const states = seen.map((one) => {
      const probeId = `prb_${one.region}_${regions.size}`;
      regions.set(probeId, one.region);
      return { probeId, state: one.state };
    });
    http.engine.seen.set(id, states);
    return id;
  };
  return {
    target,
    page: async (spec: object) => {
      await http.expect(201, "POST /api/v1/status-pages", { body: spec });
    },
    get: async (path: string, headers: Record<string, string> = {}) => {
      const host = headers["host"] ?? "quorate.test";
      return http.app.request(`http://${host}${path}`, { headers: { host, ...headers } });
    },
    pass: () => http.clock.advance(10_000),
  };
}

/** What an incident of a test was. */
export interface StatusHappening {
  targetId: string;
  /** Before now, milliseconds. */
  agoMs: number;
  lastedMs: number | null;
  sentence?: string;
}

/** Commits an outage of a target: its incident, its changes and its time down. */
export async function happenOutage(
  { store, clock }: StatusRoom,
  { targetId, agoMs, lastedMs, sentence = "It is down." }: StatusHappening,
): Promise<void> {
  const nowMs = clock.wallMs();
  const openedAtMs = nowMs - agoMs;
  const resolvedAtMs = lastedMs === null ? null : openedAtMs + lastedMs;
  const id = `inc_${openedAtMs}`;
  const { explanation } = makeTransition();
  const change = (number: number, atMs: number, to: VerdictState) => ({
    targetId,
    number,
    atMs,
    to,
    incidentId: id,
    explanation: { ...explanation, sentence },
    from: to === "down" ? ("up" as const) : ("down" as const),
  });
  const base = openedAtMs % 1_000_000;
  const ends = resolvedAtMs === null ? [] : [change(base * 2 + 1, resolvedAtMs, "up")];
  const incident = { id, targetId, targetName: "t", severity: "critical", cause: null } as const;
  const state = resolvedAtMs === null ? ("open" as const) : ("resolved" as const);
  await store.events.commit({
    atMs: nowMs,
    tick: null,
    notifications: [],
    events: [],
    transitions: [change(base * 2, openedAtMs, "down"), ...ends],
    incidents: [{ ...incident, state, openedAtMs, resolvedAtMs, sentence }],
    spans: [
      {
        targetId,
        fromMs: openedAtMs - 3_600_000,
        toMs: openedAtMs,
        state: "up",
        maintenance: false,
      },
      {
        targetId,
        fromMs: openedAtMs,
        toMs: resolvedAtMs ?? nowMs,
        state: "down",
        maintenance: false,
      },
    ],
  });
}

/** A time so many days before now. */
export function daysAgo({ clock }: StatusRoom, days: number): string {
  return isoTime(clock.wallMs() - days * 86_400_000);
}

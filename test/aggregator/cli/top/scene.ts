/** A mesh as `quorate top` would find it, for golden screens: every state, and hostile names. */
import type { ApiEvent } from "../../../../shared/api/event.ts";
import type { ApiGlance } from "../../../../shared/api/glance.ts";
import { summarySchema } from "../../../../shared/api/summary.ts";
import type { ApiSummary } from "../../../../shared/api/summary.ts";
import { verdictSchema } from "../../../../shared/api/verdict.ts";
import type { ApiVerdict } from "../../../../shared/api/verdict.ts";
import { isoTime } from "../../../../shared/clock.ts";
import { PROBE_STATES, VERDICT_STATES } from "../../../../shared/verdict.ts";
import type { VerdictState, Vote } from "../../../../shared/verdict.ts";
import { sampleVerdict } from "../samples.ts";

/** When the screens are drawn. */
export const NOW_MS = Date.parse("2026-01-01T12:16:31.000Z");

/** A verdict of a target that has been in its state for so long. */
export function verdictOf(name: string, state: VerdictState, forMs = 60_000): ApiVerdict {
  const fields = { targetId: `tgt_${name}`, target: name, state, since: isoTime(NOW_MS - forMs) };
  return verdictSchema.parse(sampleVerdict(fields));
}

/** A glance: a vote a vantage, and a look for each latency; 0 stands for a look that failed. */
export function glanceOf(
  name: string,
  { votes = ["ok", "ok", "ok"], latenciesUs = [], availability = 1 }: GlanceFields = {},
): ApiGlance {
  const looks = latenciesUs.map((latencyUs, at) => {
    const kind: "ok" | "dead" = latencyUs === 0 ? "dead" : "ok";
    return { at: isoTime(NOW_MS + at), state: "up" as const, class: kind, latencyUs };
  });
  const vantages = votes.map((vote, at) => {
    const probe = `rack-${String.fromCharCode(97 + at)}`;
    const seen = { vote, probeState: "eligible", reason: null };
    return { probeId: `prb_${probe}`, probe, region: "east", ...seen };
  });
  const address = `http://10.0.0.7:8080/${name}`;
  const rest = { kind: "http", address, enabled: true, maintenance: null };
  return { targetId: `tgt_${name}`, ...rest, vantages, looks, availability };
}

interface GlanceFields {
  votes?: Vote[];
  latenciesUs?: number[];
  availability?: number | null;
}

const rising = [800, 1_200, 2_400, 4_800, 9_600, 12_000, 0, 0, 3_000, 1_500, 900, 1_100, 1_000];

/** Verdicts of the mesh: every state, wide characters, and what would like to steer a terminal. */
export const VERDICTS: ApiVerdict[] = [
  verdictOf("checkout", "down", 252_000),
  verdictOf("search", "up", 400_000_000),
  verdictOf("東京-決済サービス", "partial", 12_000),
  verdictOf("🚀 deploy-pipeline", "up", 3_700_000),
  verdictOf("long-".repeat(40), "degraded", 8_000),
  verdictOf("evil\u001b[2J\u0007\u202ename", "unknown", 500),
  verdictOf("mail", "suspect", 2_300),
  verdictOf("payments", "recovering", 31_000),
  verdictOf("legacy", "sub_healthy", 86_400_000),
];

/** Glances of all but one of them. */
export const GLANCES: ApiGlance[] = [
  glanceOf("checkout", { votes: ["dead", "dead", "none"], latenciesUs: [1_000, 0, 0, 0] }),
  glanceOf("search", { latenciesUs: rising, availability: 0.999_96 }),
  glanceOf("東京-決済サービス", { votes: ["ok", "dead", "ok"], latenciesUs: rising }),
  glanceOf("🚀 deploy-pipeline", { latenciesUs: [85, 90, 88], availability: null }),
  glanceOf("long-".repeat(40), { votes: Array.from({ length: 20 }, () => "ok" as const) }),
  glanceOf("mail", { votes: ["suspect", "ok", "ok"], latenciesUs: [1_500_000, 0] }),
  glanceOf("payments", { latenciesUs: [250_000], availability: 0.5 }),
  glanceOf("legacy", { votes: ["sub", "sub", "sub"], availability: 0 }),
];

/** The summary of the mesh. */
export function summaryOf(fields: object = {}): ApiSummary {
  const zeros = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  return summarySchema.parse({
    at: isoTime(NOW_MS),
    version: "0.1.0",
    sentence: "Of 9 targets: 2 up, 1 down.",
    targets: { total: 9, states: zeros(VERDICT_STATES) },
    worst: [],
    incidents: {
      open: 2,
      unacknowledged: 1,
      severities: { critical: 1, major: 1, minor: 0 },
      newest: [],
    },
    probes: { total: 3, connected: 3, states: { ...zeros(PROBE_STATES), eligible: 2, offline: 1 } },
    mesh: { blind: false, domains: 2, regions: 2, canaries: 4, excludedCanaries: [] },
    notifications: { pending: 0, dead: 0, withheld: 0 },
    engine: { ready: true, lagMs: 4, queue: 0, dropped: 0 },
    ...fields,
  });
}

/** An event of the stream about a target. */
export function eventOf(type: string, name: string, atMs: number): ApiEvent {
  const target = { id: `tgt_${name}`, name };
  const data = { sentence: `${name} changed.`, target };
  return { number: 1, id: "evt_1", type, timestamp: isoTime(atMs), data };
}

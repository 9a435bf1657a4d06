/** One page of everything, for the hurried, as the API shows it. */
import { z } from "zod";
import { PROBE_STATES, VERDICT_STATES } from "../verdict.ts";
import { timeSchema } from "./common.ts";
import { incidentSchema } from "./incident.ts";
import { verdictSchema } from "./verdict.ts";

const count = z.int().min(0);

const targetCountsSchema = z
  .object({
    total: count.describe("All targets."),
    states: z.record(z.enum(VERDICT_STATES), count).describe("Targets by verdict; zeros too."),
  })
  .meta({ id: "TargetCounts", description: "Targets by verdict." });

const probeCountsSchema = z
  .object({
    total: count.describe("All probes."),
    connected: count.describe("Probes with a session."),
    states: z.record(z.enum(PROBE_STATES), count).describe("Probes by state; zeros too."),
  })
  .meta({ id: "ProbeCounts", description: "Probes by state as a witness." });

const meshHealthSchema = z
  .object({
    blind: z.boolean().describe("Fewer than two failure domains may accuse: nothing can fall."),
    domains: count.describe("Failure domains with an eligible probe."),
    regions: count.describe("Regions with an eligible probe."),
    canaries: count.describe("Canaries that probes were given."),
    excludedCanaries: z.array(z.string()).describe("Ids of those half of the mesh cannot reach."),
  })
  .meta({ id: "MeshHealth", description: "Whether the mesh is able to judge." });

const incidentCountsSchema = z
  .object({
    open: count.describe("Incidents that are open."),
    unacknowledged: count.describe("Open ones that nobody looks after."),
    severities: z
      .object({
        critical: count.describe("Nobody reaches the target."),
        major: count.describe("Somebody reaches it, and it fails; or half of the mesh does not."),
        minor: count.describe("Of low severity."),
      })
      .describe("Open incidents by severity."),
    newest: z.array(incidentSchema).describe("Open ones, newest first."),
  })
  .meta({ id: "IncidentCounts", description: "Incidents that are not over." });

const outboxCountsSchema = z
  .object({
    pending: count.describe("On their way, or waiting for another attempt."),
    dead: count.describe("Given up; they can be requeued."),
    withheld: count.describe("Not sent on purpose, within the time that history is kept."),
  })
  .meta({ id: "OutboxCounts", description: "Notifications by what became of them." });

const engineHealthSchema = z
  .object({
    ready: z.boolean().describe("False: the log is folded yet, and verdicts are old."),
    lagMs: z.number().describe("How long the oldest event that waits has waited."),
    queue: count.describe("Events that wait to be folded."),
    dropped: count.describe("Results of nobody's target, or of another revision, since the start."),
  })
  .meta({ id: "EngineHealth", description: "How far behind the present the verdicts are." });

/** One page of everything. */
export const summarySchema = z
  .object({
    at: timeSchema.describe("The moment for which this holds."),
    version: z.string().describe("Version of the aggregator."),
    sentence: z.string().describe("The whole in one sentence."),
    targets: targetCountsSchema.describe("Targets by verdict."),
    worst: z.array(verdictSchema).describe("Targets that are not up, the worst and oldest first."),
    incidents: incidentCountsSchema.describe("Incidents that are open."),
    probes: probeCountsSchema.describe("Probes by state."),
    mesh: meshHealthSchema.describe("Whether the mesh can judge."),
    notifications: outboxCountsSchema.describe("What waits, failed or is withheld."),
    engine: engineHealthSchema.describe("How far behind verdicts are."),
  })
  .meta({ id: "Summary", description: "One page of everything, for the hurried." });

/** One page of everything. */
export type ApiSummary = z.output<typeof summarySchema>;

/** A replay: the recorded log folded again, with other rules from a moment on. */
import { z } from "zod";
import { VERDICT_STATES } from "../verdict.ts";
import { timeSchema } from "./common.ts";

/** What of a target's spec a replay may change: nothing that decides what was looked at. */
const replayChangesSchema = z
  .strictObject({
    policy: z.unknown().optional().describe("Fields of the policy."),
    fall: z.unknown().optional().describe("Failures in a row that confirm."),
    rise: z.unknown().optional().describe("Successes in a row that recover."),
    vantages: z.unknown().optional().describe("Which vantages look."),
    parents: z.unknown().optional().describe("Targets it depends on."),
    degradedLatencyMs: z.unknown().optional().describe("Latency above which it is degraded."),
  })
  .meta({
    id: "ReplayChanges",
    description:
      "JSON merge patch (RFC 7396) of the target's spec, applied to every target that is replayed.",
    example: { policy: { rule: "majority" }, fall: 2 },
  });

/** What is to be replayed. */
export const replayRequestSchema = z
  .strictObject({
    sinceAt: timeSchema.describe("From when on the changes hold and things are compared."),
    untilAt: timeSchema.optional().describe("Up to when. Default: the end of the log."),
    target: z.string().min(1).max(200).optional().describe("Id or name of the only target."),
    changes: replayChangesSchema.default({}),
  })
  .meta({
    id: "ReplayRequest",
    description: "What is to be replayed. Without changes, the log is folded as it was.",
    example: { sinceAt: "2026-10-21T12:00:00.000Z", changes: { policy: { rule: "majority" } } },
  });

/** What is to be replayed, as a caller says it. */
export type ReplayRequest = z.input<typeof replayRequestSchema>;

const stateSchema = z.enum(VERDICT_STATES).describe("State of the verdict.");

/** An incident, as one of the two folds opened it. */
const sightingSchema = z
  .object({
    state: stateSchema.describe("The state that opened it."),
    openedAt: timeSchema,
    resolvedAt: timeSchema.nullable().describe("Null: open at the end of the replay."),
    pagedAt: timeSchema.nullable().describe("When its alert was raised; null when it was held."),
    delayMs: z.int().describe("From the first failure of the failing vantages to the opening."),
    falseAlarm: z
      .enum(["reached", "brief"])
      .nullable()
      .describe(
        "Why it may have been a false alarm: a vantage reached the target as it was called bad, " +
          "or it was over within a minute. Null: neither.",
      ),
    sentence: z.string().describe("What was seen, for a person."),
  })
  .meta({ id: "ReplaySighting", description: "An incident, as one of the folds opened it." });

/** An incident, as one of the two folds opened it. */
export type ReplaySighting = z.output<typeof sightingSchema>;

const outageSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
    beganAt: timeSchema.describe("The first failure of the vantages that failed at its opening."),
    happened: z.array(sightingSchema).describe("Incidents that were."),
    replayed: z.array(sightingSchema).describe("Incidents as they would have been."),
  })
  .meta({ id: "ReplayOutage", description: "Incidents of both folds that overlap." });

/** Incidents of a target that overlap, of both folds. */
export type ReplayOutage = z.output<typeof outageSchema>;

const transitionSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
    at: timeSchema,
    from: stateSchema.describe("State before."),
    to: stateSchema.describe("State after."),
    side: z.enum(["both", "happened", "replayed"]).describe("In which fold it happened."),
  })
  .meta({ id: "ReplayTransition", description: "A change of a verdict in either fold." });

/** A change of a verdict in either fold. */
export type ReplayTransition = z.output<typeof transitionSchema>;

const delaySchema = z
  .object({
    p50: z.int().describe("Median."),
    p95: z.int().describe("95th percentile."),
    max: z.int().describe("Longest."),
  })
  .nullable()
  .describe(
    "From the first failure to the opening, of incidents of bad states; null: there is none.",
  );

const sideSchema = z
  .object({
    transitions: z.int().describe("Changes of verdicts."),
    incidents: z.int().describe("Incidents that were opened."),
    pages: z.int().describe("Alerts that were raised."),
    falseAlarms: z.int().describe("Incidents that may have been false alarms."),
    alone: z.int().describe("Outages that only this side saw."),
    delayMs: delaySchema,
    badMs: z.int().describe("Time that targets were bad, summed over targets."),
    unknownMs: z.int().describe("Time that verdicts were unknown, summed over targets."),
  })
  .meta({ id: "ReplaySide", description: "What one of the folds came to, in figures." });

/** What one of the folds came to, in figures. */
export type ReplaySide = z.output<typeof sideSchema>;

const recordSchema = z
  .object({
    transitions: z.int().describe("Transitions that were recorded in this time."),
    differing: z.int().describe("Those that the fold of the log does not give, and the reverse."),
  })
  .describe("How the fold of the log compares with what was recorded; 0 differing: exactly.");

const reportSchema = z
  .object({
    targets: z.int().describe("Targets that were folded."),
    events: z.int().describe("Events of the log that were folded."),
    record: recordSchema,
    happened: sideSchema,
    replayed: sideSchema,
    outages: z.array(outageSchema).describe("Overlapping incidents of both sides."),
    outagesLeftOut: z.int().describe("Outages beyond those that are listed."),
    transitions: z.array(transitionSchema).describe("Changes of verdicts of either side."),
    transitionsLeftOut: z.int().describe("Transitions beyond those that are listed."),
  })
  .meta({ id: "ReplayReport", description: "What happened beside what would have." });

/** What happened beside what would have. */
export type ReplayReport = z.output<typeof reportSchema>;

/** A replay as the API shows it. */
export const replaySchema = z
  .object({
    id: z.string().describe("Id, such as `rpl_6h8k0m2p4r7t9w1y`."),
    state: z.enum(["running", "done", "failed", "cancelled"]).describe("How far it is."),
    progress: z.number().min(0).max(1).describe("Part of the log that is folded, 0 to 1."),
    startedAt: timeSchema,
    finishedAt: timeSchema.nullable(),
    askedSinceAt: timeSchema,
    sinceAt: timeSchema.describe("Later than asked for when the log does not reach so far back."),
    reachesBackToAt: timeSchema
      .nullable()
      .describe("How far back the log can be replayed; null until it is known."),
    untilAt: timeSchema.nullable(),
    target: z.string().nullable().describe("Name of the only target that was replayed."),
    changes: replayChangesSchema,
    error: z.string().nullable().describe("Why it failed, as a sentence; null unless it did."),
    report: reportSchema.nullable(),
  })
  .meta({ id: "Replay", description: "A replay, and what came of it." });

/** A replay as the API shows it. */
export type ApiReplay = z.output<typeof replaySchema>;

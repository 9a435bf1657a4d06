/** Verdicts, their explanations and transitions as the API shows them. */
import { z } from "zod";
import { labelsSchema, POLICY_RULES } from "../target.ts";
import { PROBE_STATES, VERDICT_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";

const state = z.enum(VERDICT_STATES).describe("State of the verdict.");
const cause = z
  .enum(["unreachable", "failing"])
  .nullable()
  .describe("Whether nobody reaches it, or it is reached and fails; null: neither is known.");
const lean = z
  .enum(["down"])
  .nullable()
  .describe("`down` when too few witnesses all fail: a probable outage.");

/** The verdict of a target in short. */
export const verdictSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
    labels: labelsSchema,
    state,
    since: timeSchema,
    lean,
    incidentId: z.string().nullable().describe("The open incident; null when there is none."),
    transition: z.int().describe("Number of the last transition; 0 before the first."),
  })
  .meta({
    id: "Verdict",
    description: "What the witnesses together say of a target.",
    example: {
      targetId: "tgt_4m2k9x0r7bq1c3ta",
      target: "checkout",
      labels: { team: "shop" },
      state: "down",
      since: "2026-11-21T12:04:31.000Z",
      lean: null,
      incidentId: "inc_4m2k9x0r7bq1c3ta",
      transition: 12,
    },
  });

/** The verdict of a target in short. */
export type ApiVerdict = z.output<typeof verdictSchema>;

/** A page of verdicts by name of the target. */
export const verdictPageSchema = pageSchema(verdictSchema, "VerdictPage");

const vantageEvidenceSchema = z
  .object({
    probeId: z.string().describe("Id of the probe."),
    probeName: z.string().describe("Name of the probe."),
    region: z.string().describe("Its region."),
    zone: z.string().describe("Its failure domain, as it was told."),
    probeState: z.enum(PROBE_STATES).describe("What the aggregator makes of the probe itself."),
    probeReason: z.string().describe("Why it is in that state; empty when eligible."),
    state: z
      .enum(["no_evidence", "healthy", "sub_healthy", "unreachable"])
      .describe("What the vantage saw of the target."),
    vote: z.enum(["ok", "dead", "sub", "suspect", "none"]).describe("How it votes."),
    counted: z
      .enum([
        "counted",
        "no_evidence",
        "expired",
        "challenged",
        "before_floor",
        "probe_may_not_accuse",
        "probe_may_not_exonerate",
        "own_domain",
        "not_confirmed",
      ])
      .describe("Why the vantage did not count, or `counted`."),
    effectiveDomain: z.string().describe("The failure domain it counts for."),
    reason: z.string().nullable().describe("Code of the last failure; null without one."),
    detail: z.string().describe("The last failure as a sentence."),
    failures: z.int().describe("Failures in a row."),
    canaries: z
      .object({
        passed: z.int().describe("Canaries it reached."),
        failed: z.int().describe("Canaries it did not reach."),
        excluded: z.int().describe("Canaries left out, as half of the mesh fails them."),
      })
      .describe("The probe's own canaries by its last heartbeat."),
    voids: z.int().describe("Results since the last edit that say nothing about the target."),
    uncertified: z.int().describe("Failures since the last edit without a canary's certificate."),
    late: z.int().describe("Results since the last edit that came too late to vote."),
    seenAtMs: z.number().nullable().describe("Time of its last result, since 1970."),
    seenAt: timeSchema.nullable().describe("Time of its last result."),
    ageMs: z.number().nullable().describe("Age of its last result."),
  })
  .meta({ id: "VantageEvidence", description: "One vantage and why it counted or did not." });

const quorumSchema = z
  .object({
    roster: z.int().describe("Failure domains that look at the target."),
    need: z.int().describe("Domains that must fail."),
    failing: z.int().describe("Domains that fail."),
    confirmed: z.int().describe("Failing domains whose failure is confirmed."),
    heard: z.int().describe("Domains with evidence that counts."),
    ok: z.int().describe("Domains that reach it."),
    regions: z.int().describe("Regions that the failing domains span."),
  })
  .meta({ id: "Quorum", description: "The arithmetic of failure domains behind a verdict." });

/** A verdict with everything that led to it. */
export const explanationSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    targetName: z.string().describe("Name of the target."),
    state,
    sinceMs: z.number().describe("Since when it is in this state, milliseconds since 1970."),
    since: timeSchema,
    atMs: z.number().describe("The moment for which this holds, since 1970."),
    at: timeSchema.describe("The moment for which this explanation holds."),
    cause,
    lean,
    assessment: z
      .enum(["ok", "partial", "none", "short", "suspect", "allfail"])
      .describe("What the votes say before the verdict: all fail, some, none, too few, …"),
    sentence: z.string().describe("The verdict and its reason for a person."),
    quorum: quorumSchema,
    rule: z.enum(POLICY_RULES).describe("Rule of the policy by which the votes were read."),
    failingRegions: z.array(z.string()).describe("Regions that fail entirely."),
    calls: z.int().describe("Business calls that succeeded in the last minute."),
    degraded: z.string().describe("Why it is degraded; empty when it is not."),
    maintenance: z.string().nullable().describe("The maintenance it is under."),
    vantages: z
      .array(vantageEvidenceSchema)
      .describe("Every vantage, and why it counted or did not."),
    incidentId: z.string().nullable().describe("The open incident; null when there is none."),
  })
  .meta({ id: "VerdictExplanation", description: "A verdict with everything that led to it." });

/** A verdict with everything that led to it. */
export type ApiExplanation = z.output<typeof explanationSchema>;

/** A change of a verdict. */
export const transitionSchema = z
  .object({
    number: z.int().describe("Counts up by 1 per target, from 1."),
    at: timeSchema,
    from: state.describe("State before."),
    to: state.describe("State after."),
    incidentId: z
      .string()
      .nullable()
      .describe("The incident it belongs to; null when there is none."),
    cause,
    sentence: z.string().describe("What happened, for a person."),
  })
  .meta({ id: "Transition", description: "A change of a verdict." });

/** A change of a verdict. */
export type ApiTransition = z.output<typeof transitionSchema>;

/** A page of transitions, newest first. */
export const transitionPageSchema = pageSchema(transitionSchema, "TransitionPage");

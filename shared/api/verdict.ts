/** Verdicts, their explanations and transitions as the API shows them. */
import { z } from "zod";
import { labelsSchema, POLICY_RULES } from "../target.ts";
import { PROBE_STATES, VERDICT_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";

const state = z.enum(VERDICT_STATES);
const cause = z.enum(["unreachable", "failing"]).nullable();
const lean = z
  .enum(["down"])
  .nullable()
  .describe("`down` when too few witnesses all fail: a probable outage.");

/** The verdict of a target in short. */
export const verdictSchema = z
  .object({
    targetId: z.string(),
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
    probeId: z.string(),
    probeName: z.string(),
    region: z.string(),
    zone: z.string(),
    probeState: z.enum(PROBE_STATES),
    probeReason: z.string(),
    state: z.enum(["no_evidence", "healthy", "sub_healthy", "unreachable"]),
    vote: z.enum(["ok", "dead", "sub", "suspect", "none"]),
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
    effectiveDomain: z.string(),
    reason: z.string().nullable(),
    detail: z.string(),
    failures: z.int(),
    canaries: z
      .object({ passed: z.int(), failed: z.int(), excluded: z.int() })
      .describe("The probe's own canaries by its last heartbeat."),
    voids: z.int().describe("Results since the last edit that say nothing about the target."),
    uncertified: z.int().describe("Failures since the last edit without a canary's certificate."),
    late: z.int().describe("Results since the last edit that came too late to vote."),
    seenAtMs: z.number().nullable(),
    seenAt: timeSchema.nullable(),
    ageMs: z.number().nullable(),
  })
  .meta({ id: "VantageEvidence", description: "One vantage and why it counted or did not." });

const quorumSchema = z
  .object({
    roster: z.int(),
    need: z.int(),
    failing: z.int(),
    confirmed: z.int(),
    heard: z.int(),
    ok: z.int(),
    regions: z.int(),
  })
  .meta({ id: "Quorum", description: "The arithmetic of failure domains behind a verdict." });

/** A verdict with everything that led to it. */
export const explanationSchema = z
  .object({
    targetId: z.string(),
    targetName: z.string(),
    state,
    sinceMs: z.number(),
    since: timeSchema,
    atMs: z.number(),
    at: timeSchema.describe("The moment for which this explanation holds."),
    cause,
    lean,
    assessment: z.enum(["ok", "partial", "none", "short", "suspect", "allfail"]),
    sentence: z.string(),
    quorum: quorumSchema,
    rule: z.enum(POLICY_RULES).describe("Rule of the policy by which the votes were read."),
    failingRegions: z.array(z.string()).describe("Regions that fail entirely."),
    calls: z.int().describe("Business calls that succeeded in the last minute."),
    degraded: z.string().describe("Why it is degraded; empty when it is not."),
    maintenance: z.string().nullable().describe("The maintenance it is under."),
    vantages: z.array(vantageEvidenceSchema),
    incidentId: z.string().nullable(),
  })
  .meta({ id: "VerdictExplanation", description: "A verdict with everything that led to it." });

/** A verdict with everything that led to it. */
export type ApiExplanation = z.output<typeof explanationSchema>;

/** A change of a verdict. */
export const transitionSchema = z
  .object({
    number: z.int().describe("Counts up by 1 per target, from 1."),
    at: timeSchema,
    from: state,
    to: state,
    incidentId: z.string().nullable(),
    cause,
    sentence: z.string(),
  })
  .meta({ id: "Transition", description: "A change of a verdict." });

/** A change of a verdict. */
export type ApiTransition = z.output<typeof transitionSchema>;

/** A page of transitions, newest first. */
export const transitionPageSchema = pageSchema(transitionSchema, "TransitionPage");

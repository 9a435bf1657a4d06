/** A target: what is checked. */
import { z } from "zod";
import { LIMITS } from "./limits.ts";
import { vantageSelectorSchema } from "./vantage.ts";

/** Names of targets, probes and channels: safe in a path, a label and a gRPC service name. */
export const nameSchema = z
  .string()
  .min(1)
  .max(LIMITS.nameCharsMax)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    "letters, digits, '.', '_' and '-', no other first character than a letter or digit",
  )
  .meta({ description: "Unique name: letters, digits, '.', '_', '-'.", example: "checkout" });

/** Labels: up to 32 pairs of short texts. */
export const labelsSchema = z
  .record(z.string().min(1).max(LIMITS.labelCharsMax), z.string().max(LIMITS.labelCharsMax))
  .refine((labels) => Object.keys(labels).length <= LIMITS.labelsMax, {
    message: `at most ${LIMITS.labelsMax} labels`,
  })
  .meta({ description: "Labels, such as `team: shop`.", example: { team: "shop" } });

/** The rules by which votes call a target bad; `all` is the one that this product is for. */
export const POLICY_RULES = [
  "all",
  "majority",
  "k-of-n",
  "healthy-percent",
  "per-region",
  "any",
] as const;

/** How votes become a verdict for this target (VERDICTS sections 6 and 7). */
export const policySchema = z
  .strictObject({
    rule: z
      .enum(POLICY_RULES)
      .default("all")
      .describe(
        "`all`: bad only when no vantage reaches it. Every other rule calls a target bad beside " +
          "a success: `majority` of the domains heard; `k-of-n`: `k` domains; " +
          "`healthy-percent`: at most `healthyPercent` of the domains heard reach it; " +
          "`per-region`: more than half of the regions fail entirely; `any`: as many domains as " +
          "the policy needs.",
      ),
    k: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe("For `k-of-n`: failing domains that are enough, if they are also as needed."),
    healthyPercent: z
      .number()
      .min(0)
      .max(99)
      .default(18)
      .describe("For `healthy-percent`: percentage that must be exceeded; 18 as in Route 53."),
    minDomains: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe("Failure domains that must fail before the target may be called down."),
    coverage: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Share of the roster's domains that must fail."),
    minRegions: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe("Regions the failing vantages must span."),
    downOn: z
      .enum(["failing", "unreachable"])
      .default("failing")
      .describe("`failing`: a failed check is down. `unreachable`: down only if nobody connects."),
  })
  .meta({ id: "Policy", description: "How votes become a verdict." });

/** How votes become a verdict for one target. */
export type Policy = z.infer<typeof policySchema>;

/** The part of a target that every kind has; `options` is validated by the kind's own schema. */
export const targetSpecSchema = z
  .strictObject({
    name: nameSchema,
    kind: z.string().min(1).max(40).describe("Kind of check: http, tcp, grpc, …"),
    options: z.record(z.string(), z.unknown()).describe("Options of the kind."),
    intervalMs: z
      .int()
      .min(LIMITS.intervalMsMin)
      .max(86_400_000)
      .default(30_000)
      .describe("Time between scheduled checks of one vantage. Shorter finds faster, costs more."),
    timeoutMs: z
      .int()
      .min(50)
      .max(60_000)
      .default(5_000)
      .describe("Deadline of one attempt, connect to last byte. At most intervalMs."),
    fall: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe("Failures in a row before a vantage's failure is confirmed."),
    rise: z
      .int()
      .min(1)
      .max(10)
      .default(2)
      .describe("Successes in a row before a vantage counts as recovered."),
    labels: labelsSchema.default({}),
    vantages: vantageSelectorSchema.default({}),
    zone: z
      .string()
      .max(100)
      .optional()
      .describe("The target's own failure domain; a vantage inside it is no witness."),
    degradedLatencyMs: z
      .int()
      .min(1)
      .max(60_000)
      .optional()
      .describe("Degraded when the p95 of its latency is above this. Default: no limit."),
    playbookUrl: z.url().max(2_000).optional().describe("Link that every message carries."),
    parents: z.array(nameSchema).max(20).default([]).describe("Targets this one depends on."),
    policy: policySchema.prefault({}),
    enabled: z.boolean().default(true).describe("False: not checked, verdict unknown."),
  })
  .refine((spec) => spec.timeoutMs <= spec.intervalMs, {
    message: "timeoutMs must be at most intervalMs, or checks of one target would overlap",
    path: ["timeoutMs"],
  })
  .meta({
    id: "TargetSpec",
    description: "What a caller says of a target.",
    example: {
      name: "checkout",
      kind: "http",
      options: { url: "http://10.0.0.7:8080/health" },
      intervalMs: 15_000,
      labels: { team: "shop" },
    },
  });

/** What a caller says of a target, defaults filled in. */
export type TargetSpec = z.output<typeof targetSpecSchema>;

/** A target as stored. */
export interface Target {
  id: string;
  /** Small number that stands for the target on the wire and in columns; never reused. */
  handle: number;
  /** Counts up by 1 with every change; the ETag of the target. */
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  spec: TargetSpec;
}

/** A target as the API shows it. */
import { z } from "zod";
import { labelsSchema, nameSchema, policySchema } from "../target.ts";
import { vantageSelectorSchema } from "../vantage.ts";
import { VERDICT_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";
import { resultSchema } from "./result.ts";

/** A target as the API shows it. */
export const targetSchema = z
  .object({
    id: z.string().describe("Id, such as `tgt_4m2k9x0r7bq1c3ta`; addresses it as its name does."),
    name: nameSchema,
    kind: z.string().describe("Kind of check."),
    options: z
      .record(z.string(), z.unknown())
      .describe("Options of the kind; a secret reads `***`, and `***` sent back keeps it."),
    intervalMs: z.int().describe("Time between scheduled checks of one vantage."),
    timeoutMs: z.int().describe("Deadline of one attempt, connect to last byte."),
    fall: z.int().describe("Failures in a row before a vantage's failure is confirmed."),
    rise: z.int().describe("Successes in a row before a vantage counts as recovered."),
    labels: labelsSchema,
    vantages: vantageSelectorSchema,
    zone: z
      .string()
      .optional()
      .describe("The target's own failure domain; a vantage inside it is no witness."),
    degradedLatencyMs: z
      .int()
      .optional()
      .describe("Degraded when the p95 of its latency is above this."),
    playbookUrl: z.string().optional().describe("Link that every message carries."),
    parents: z.array(z.string()).describe("Targets this one depends on."),
    policy: policySchema,
    enabled: z.boolean().describe("False: not checked, verdict unknown."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    warnings: z.array(z.string()).describe("What is likely to be wrong with it, as sentences."),
    verdict: z
      .object({
        state: z.enum(VERDICT_STATES).describe("State of the verdict."),
        since: timeSchema,
      })
      .describe("Its verdict in short."),
  })
  .meta({
    id: "Target",
    description: "What is checked, with its verdict in short.",
    example: {
      id: "tgt_4m2k9x0r7bq1c3ta",
      name: "checkout",
      kind: "http",
      options: { url: "http://10.0.0.7:8080/health" },
      intervalMs: 30_000,
      timeoutMs: 5_000,
      fall: 3,
      rise: 2,
      labels: { team: "shop" },
      vantages: {},
      parents: [],
      policy: {
        rule: "all",
        k: 2,
        healthyPercent: 18,
        minDomains: 2,
        coverage: 0.5,
        minRegions: 1,
        downOn: "failing",
      },
      enabled: true,
      revision: 1,
      createdAt: "2026-11-21T12:04:31.000Z",
      updatedAt: "2026-11-21T12:04:31.000Z",
      warnings: [],
      verdict: { state: "up", since: "2026-11-21T12:04:35.500Z" },
    },
  });

/** A target as the API shows it. */
export type ApiTarget = z.output<typeof targetSchema>;

/** A page of targets. */
export const targetPageSchema = pageSchema(targetSchema, "TargetPage");

/** What "look now" answers: who was asked and, when waited for, what they saw. */
export const runSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    vantages: z
      .array(
        z.object({
          probeId: z.string().describe("Id of the probe."),
          probe: z.string().describe("Name of the probe."),
        }),
      )
      .describe("The connected vantages that were asked to look."),
    results: z.array(resultSchema).describe("What arrived; empty unless `wait=true`."),
    complete: z.boolean().describe("True when every vantage asked has answered."),
  })
  .meta({ id: "Run", description: "A look at once by every connected vantage." });

/** What "look now" answers. */
export type ApiRun = z.output<typeof runSchema>;

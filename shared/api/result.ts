/** Results and latency history as the API shows them. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** A check result as the API shows it. */
export const resultSchema = z
  .object({
    probeId: z.string(),
    probe: z.string().nullable().describe("Name of the probe; null when it was removed."),
    at: timeSchema.describe("Best estimate of when the check ended."),
    receivedAt: timeSchema,
    class: z.enum(["ok", "sub", "dead", "dns", "void"]),
    reason: z.string().describe("Code of the table of reasons."),
    detail: z.string().describe("Sentence; empty when the class is ok."),
    certificate: z
      .enum(["ok", "failed", "none"])
      .describe("After a failure: whether the probe's canaries showed that it was well itself."),
    attempt: z.int().describe("0 for a scheduled check, 1 and up in a burst."),
    latencyUs: z.int(),
    late: z.boolean().describe("True when it came too late to be evidence."),
  })
  .meta({ id: "Result", description: "What one vantage saw at one look." });

/** A check result as the API shows it. */
export type ApiResult = z.output<typeof resultSchema>;

/** A page of results, newest first. */
export const resultPageSchema = pageSchema(resultSchema, "ResultPage");

const microseconds = z.number().nullable();

/** A bucket of one vantage's latency history as the API shows it. */
export const latencyBucketSchema = z
  .object({
    probeId: z.string(),
    probe: z.string().nullable(),
    from: timeSchema,
    spanMs: z.int(),
    scheduled: z.int(),
    ok: z.int(),
    failed: z.int(),
    void: z.int(),
    minUs: microseconds,
    meanUs: microseconds,
    p50Us: microseconds,
    p95Us: microseconds,
    p99Us: microseconds,
    maxUs: microseconds,
  })
  .meta({ id: "LatencyBucket", description: "Counts and latency of one vantage in one span." });

/** A bucket of one vantage's latency history. */
export type ApiLatencyBucket = z.output<typeof latencyBucketSchema>;

/** All buckets of the range asked for, oldest first. */
export const latencyPageSchema = pageSchema(latencyBucketSchema, "LatencyPage");

/** Results and latency history as the API shows them. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

const phasesSchema = z
  .object({
    dnsUs: z.int().describe("Name resolution, microseconds."),
    connectUs: z.int().describe("TCP connect, microseconds."),
    tlsUs: z.int().describe("TLS handshake, microseconds."),
    firstByteUs: z.int().describe("From the request to the first byte, microseconds."),
  })
  .meta({ id: "Phases", description: "How long each phase took; 0 when it was not reached." });

/** A check result as the API shows it. */
export const resultSchema = z
  .object({
    probeId: z.string().describe("Id of the probe."),
    probe: z.string().nullable().describe("Name of the probe; null when it was removed."),
    at: timeSchema.describe("Best estimate of when the check ended."),
    receivedAt: timeSchema,
    class: z
      .enum(["ok", "sub", "dead", "dns", "void"])
      .describe(
        "`ok`; `sub`: reached but not well; `dead`: not reached; `dns`: its name was not found; " +
          "`void`: says nothing about the target.",
      ),
    reason: z.string().describe("Code of the table of reasons."),
    detail: z.string().describe("Sentence; empty when the class is ok."),
    certificate: z
      .enum(["ok", "failed", "none"])
      .describe("After a failure: whether the probe's canaries showed that it was well itself."),
    attempt: z.int().describe("0 for a scheduled check, 1 and up in a burst."),
    latencyUs: z.int().describe("Duration of the check."),
    phases: phasesSchema
      .nullable()
      .describe("Null when none was reached, and some minutes later, when the log is packed."),
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
    probeId: z.string().describe("Id of the probe."),
    probe: z.string().nullable().describe("Name of the probe; null when it was removed."),
    from: timeSchema,
    spanMs: z.int().describe("Length of the bucket."),
    scheduled: z.int().describe("Checks that were due."),
    ok: z.int().describe("Checks that succeeded."),
    failed: z.int().describe("Checks that failed."),
    void: z.int().describe("Checks that say nothing about the target."),
    minUs: microseconds.describe("Shortest of the successful checks; null without one."),
    meanUs: microseconds.describe("Mean of the successful checks."),
    p50Us: microseconds.describe("Median of the successful checks."),
    p95Us: microseconds.describe("95th percentile of the successful checks."),
    p99Us: microseconds.describe("99th percentile of the successful checks."),
    maxUs: microseconds.describe("Longest of the successful checks."),
  })
  .meta({ id: "LatencyBucket", description: "Counts and latency of one vantage in one span." });

/** A bucket of one vantage's latency history. */
export type ApiLatencyBucket = z.output<typeof latencyBucketSchema>;

/** All buckets of the range asked for, oldest first. */
export const latencyPageSchema = pageSchema(latencyBucketSchema, "LatencyPage");

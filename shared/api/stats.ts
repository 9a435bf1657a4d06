/** Statistics of latency as the API shows them. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

const count = z.int().min(0);
const us = z.number().nullable();

const figures = {
  scheduled: count.describe("Scheduled checks; attempts of bursts are left out."),
  ok: count.describe("Those that were ok; the latencies are theirs."),
  failed: count.describe("Those that failed."),
  void: count.describe("Those that say nothing about the target."),
  minUs: us.describe("Least latency, microseconds; null when none was ok."),
  maxUs: us.describe("Greatest latency."),
  meanUs: us.describe("Mean latency."),
  stddevUs: us.describe(
    "Standard deviation. Each latency is taken within 2 %, so what varies less reads as 0.",
  ),
  p50Us: us.describe("Half of the latencies were at most this, within 2 %."),
  p75Us: us.describe("Three of four were at most this, within 2 %."),
  p95Us: us.describe("95 of 100 were at most this, within 2 %."),
  p99Us: us.describe("99 of 100 were at most this, within 2 %."),
};

const statsSchema = z
  .object(figures)
  .meta({ id: "Stats", description: "What checks came to over a time; microseconds." });

const vantageStatsSchema = z
  .object({
    probeId: z.string().describe("Id of the probe."),
    probe: z.string().nullable().describe("Name of the probe; null when it was removed."),
    ...figures,
  })
  .meta({ id: "VantageStats", description: "What the checks of one vantage came to." });

/** Statistics of a target. */
export const targetStatsSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
    from: timeSchema.describe("Begin of the range, widened to whole five minutes."),
    to: timeSchema.describe("End of the range, not included."),
    total: statsSchema.describe("All vantages together."),
    vantages: z.array(vantageStatsSchema).describe("Each vantage, by the id of its probe."),
  })
  .meta({ id: "TargetStats", description: "Latency of a target over a time, by vantage." });

/** Statistics of a target. */
export type ApiTargetStats = z.output<typeof targetStatsSchema>;

/** Statistics of many targets, by name. */
export const statsPageSchema = pageSchema(targetStatsSchema, "StatsPage");

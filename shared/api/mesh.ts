/** Who reaches whom, as the API shows it. */
import { z } from "zod";
import { timeSchema } from "./common.ts";

const meshCanarySchema = z
  .object({
    id: z.string().describe("Id of the canary."),
    kind: z
      .enum(["named", "aggregator", "probe"])
      .describe("Named by an operator, the aggregator, or a probe's health endpoint."),
    url: z.string().nullable().describe("Null: each probe dials it at its own address."),
    region: z.string().nullable().describe("Only probes of this region look; null: all."),
    counts: z.boolean().describe("Whether its answers say anything about a probe."),
    excluded: z.boolean().describe("True: half of the mesh or more failed to reach it."),
    reason: z.string().describe("Why it does not count; empty when it does."),
    asked: z.int().describe("Probes with a fresh answer about it."),
    reached: z.int().describe("How many of them reached it."),
  })
  .meta({ id: "MeshCanary", description: "A canary as the whole mesh sees it." });

/** A canary as the whole mesh sees it. */
export type ApiMeshCanary = z.output<typeof meshCanarySchema>;

const meshAnswerSchema = z
  .object({
    canary: z.string().describe("Id of the canary."),
    state: z.enum(["ok", "fail", "unknown"]).describe("`unknown`: no answer, or an old one."),
    at: timeSchema.nullable().describe("Time of the newest answer."),
    since: timeSchema.nullable().describe("Since when it says the same."),
    ageMs: z.int().nullable().describe("Age of the newest answer."),
    latencyUs: z.number().nullable().describe("Duration of its newest dial; null without one."),
    reason: z.string().describe("Code of the failure, such as `connection_refused`; else empty."),
    detail: z.string().describe("Why, as a sentence; empty when it is ok."),
  })
  .meta({ id: "MeshAnswer", description: "What one probe says of one canary." });

/** What one probe says of one canary. */
export type ApiMeshAnswer = z.output<typeof meshAnswerSchema>;

const meshProbeSchema = z
  .object({
    id: z.string().describe("Id of the probe."),
    name: z.string().describe("Name of the probe."),
    region: z.string().describe("Its region."),
    zone: z.string().describe("Its failure domain."),
    connected: z.boolean().describe("Whether its session is open."),
    answers: z.array(meshAnswerSchema).describe("By id of the canary."),
  })
  .meta({ id: "MeshProbe", description: "One row of the matrix: a probe and its answers." });

/** The matrix of who reaches whom: one page of probes, and all canaries. */
export const meshSchema = z
  .object({
    at: timeSchema,
    canaries: z.array(meshCanarySchema).describe("Every canary as the whole mesh sees it."),
    items: z.array(meshProbeSchema).describe("Probes by name, each with its answers."),
    next: z.string().nullable().describe("Give it as `cursor` for the following page."),
  })
  .meta({ id: "Mesh", description: "Who reaches whom: probes by name, and their canaries." });

/** The matrix of who reaches whom. */
export type ApiMesh = z.output<typeof meshSchema>;

/** A real Prometheus that scrapes one aggregator under the alert rules of deploy/. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { pathOf } from "./needs.ts";
import { patiently } from "./patience.ts";

const RULES = fileURLToPath(new URL("../../deploy/prometheus/quorate.rules.yml", import.meta.url));

const querySchema = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(z.object({ name: z.string(), health: z.string() })),
      }),
    ),
  }),
});

/** One series of an answer. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A running Prometheus. */
export interface Prometheus {
  /** Asks for the present value of an expression. */
  query(expression: string): Promise<Sample[]>;
  /** The alert rules, by name, and whether each could be evaluated. */
  rules(): Promise<Map<string, string>>;
  /** What it said so far. */
  said(): string;
  close(): Promise<void>;
}

/** Starts Prometheus on a port of its own; `address` is the aggregator's, as HOST:PORT. */
export async function startPrometheus(address: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-prometheus-"));
  const config = join(folder, "prometheus.yml");
  const often = { scrape_interval: "1s", evaluation_interval: "1s" };
  const job = { job_name: "quorate", static_configs: [{ targets: [address] }] };
  // Every JSON text is YAML too.
  const text = JSON.stringify({ global: often, rule_files: [RULES], scrape_configs: [job] });
  writeFileSync(config, text);
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`];
  const child = spawn(pathOf("prometheus"), [...flags, "--web.listen-address=127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => void (said += chunk.toString()));
  }
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const portOf = (): string | undefined => /"?Listening on"? .*?:(\d+)\b/.exec(said)?.[1];
  try {
    await patiently("Prometheus listens", () => portOf() !== undefined);
  } catch (error) {
    await close();
    throw new Error(`${String(error)}\n${said}`, { cause: error });
  }
  return { ...asking(`http://127.0.0.1:${portOf() ?? ""}/api/v1`), said: () => said, close };
}

function asking(api: string): Pick<Prometheus, "query" | "rules"> {
  const get = async (path: string): Promise<unknown> => (await fetch(`${api}${path}`)).json();
  return {
    query: async (expression) => {
      const answer = await get(`/query?query=${encodeURIComponent(expression)}`);
      const { result } = querySchema.parse(answer).data;
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { groups } = rulesSchema.parse(await get("/rules")).data;
      return new Map(
        groups.flatMap((group) => group.rules).map((rule) => [rule.name, rule.health]),
      );
    },
  };
}

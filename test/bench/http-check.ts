/** CPU of a probe per HTTP check, results streaming included, beside raw node:net. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import type { Measured } from "./roles/meter.ts";
import { startStub } from "./stub-aggregator.ts";

const ROUNDS = 3;
const WARM_MS = 4_000;
const MEASURE_MS = 6_000;
const RATES = [1_000, 4_000];
const INTERVAL_MS = 10_000;
const AIM = 1.3;

/** As many open files as the system allows: every check on its way is one. */
const MANY_FILES = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';

/** Starts a role in a process of its own. */
function startRole(role: string, parameters: readonly number[]): ChildProcess {
  const file = fileURLToPath(new URL(`roles/${role}.js`, import.meta.url));
  const command = [process.execPath, file, ...parameters.map(String)];
  return spawn("sh", ["-c", MANY_FILES, ...command], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** The first message of a child that has `key`. */
function message(child: ChildProcess, key: "port" | "measured"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on("message", (said) => {
      const found = Object.entries(said ?? {}).find(([name]) => name === key);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`A benchmark role ended with code ${code}.`)));
  });
}

/** Guarantee: roles send what meter.ts declares; they are this benchmark's own files. */
function asMeasured(said: unknown): Measured {
  return said as Measured;
}

async function measure(role: string, parameters: readonly number[]): Promise<Measured> {
  const child = startRole(role, parameters);
  try {
    return asMeasured(await message(child, "measured"));
  } finally {
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

const perCheck = ({ cpuUs, completed }: Measured): number => cpuUs / Math.max(1, completed);

async function measureRate(targetPort: number, rate: number): Promise<BenchRow[]> {
  const raw: number[] = [];
  const whole: number[] = [];
  const rates: number[] = [];
  const url = `http://127.0.0.1:${targetPort}/`;
  const targets = (rate * INTERVAL_MS) / 1_000;
  const work = { targets, intervalMs: INTERVAL_MS, kind: "http", options: () => ({ url }) };
  for (let round = 0; round < ROUNDS; round += 1) {
    raw.push(perCheck(await measure("baseline", [targetPort, rate, WARM_MS, MEASURE_MS])));
    const stub = await startStub(work);
    const measured = await measure("probe", [stub.port, WARM_MS + 3_000, MEASURE_MS]);
    stub.close();
    whole.push(perCheck(measured));
    rates.push((measured.completed * 1_000) / MEASURE_MS);
    if (measured.failed > 0) rates.push(0);
  }
  const ratios = whole.map((cost, index) => cost / (raw[index] ?? cost));
  const what = `HTTP check at ${rate}/s`;
  return [
    { what: `${what}: raw node:net, µs CPU a check`, figure: spread(raw, 1), aim: "baseline" },
    { what: `${what}: whole probe, µs CPU a check`, figure: spread(whole, 1), aim: "" },
    { what: `${what}: checks/s done by the probe`, figure: spread(rates, 0), aim: `${rate}` },
    {
      what: `${what}: probe / raw`,
      figure: spread(ratios, 2),
      aim: verdictOn(median(ratios) <= AIM, `at most ${AIM}`),
    },
  ];
}

/** Runs the benchmark; it takes about two minutes. */
export async function benchHttpCheck(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  const port = Number(await message(target, "port"));
  const rows: BenchRow[] = [];
  for (const rate of RATES) rows.push(...(await measureRate(port, rate)));
  target.removeAllListeners("exit");
  target.kill("SIGTERM");
  return rows;
}

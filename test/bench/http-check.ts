/** CPU of a probe per HTTP check, results streaming included, beside raw node:net. */
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { endRole, measure, message, perCheck, startRole } from "./role-process.ts";
import { startStub } from "./stub-aggregator.ts";

const ROUNDS = 3;
const WARM_MS = 4_000;
/** A whole interval, so that every target is looked at once. */
const MEASURE_MS = 10_000;
const RATES = [1_000, 4_000];
const INTERVAL_MS = 10_000;
const AIM = 1.3;

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
    const measured = await measure("probe", [stub.port, WARM_MS + INTERVAL_MS, MEASURE_MS]);
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

/** Runs the benchmark; it takes about four minutes. */
export async function benchHttpCheck(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  const port = Number(await message(target, "port"));
  const rows: BenchRow[] = [];
  for (const rate of RATES) rows.push(...(await measureRate(port, rate)));
  await endRole(target);
  return rows;
}

/** CPU of one TLS check and one gRPC check, beside the least that Node's own modules need. */
import { BOUNDS } from "./bounds.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, systemClock } from "../../shared/clock.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { measureWindows } from "./process-cost.ts";
import { countOf, endRole, message, pidOf, startRole } from "./role-process.ts";

const clock = systemClock();
const ROUNDS = 2;
const WARM_MS = 1_000;
const WINDOWS = 2;
const WINDOW_MS = 1_000;

/** What is measured beside what, and how many times the baseline it may cost. */
const PAIRS = [
  { what: "TLS handshake on a new connection", raw: "raw-tls", check: "check-tls", aim: 1.15 },
  { what: "HTTPS check on a new connection", raw: "raw-https", check: "check-https", aim: 1.15 },
  { what: "gRPC check on a new connection", raw: "raw-http2", check: "check-grpc", aim: 1.2 },
] as const;

/** Runs the benchmark; it takes some 45 seconds. */
export async function benchSecureCheck(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const authority = makeAuthority();
  const { cert, key } = makeCertificate({ authority });
  const files = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem") };
  writeFileSync(files.ca, authority.ca);
  writeFileSync(files.cert, cert + key);
  const secure = startRole("secure-target", [files.cert]);
  const grpc = startRole("grpc-target", []);
  try {
    const tlsPort = Number(await message(secure, "port"));
    const grpcPort = Number(await message(grpc, "port"));
    const rows: BenchRow[] = [];
    for (const pair of PAIRS) {
      const port = pair.raw === "raw-http2" ? grpcPort : tlsPort;
      rows.push(...(await measurePair(pair, [port, files.ca])));
    }
    return rows;
  } finally {
    await endRole(secure);
    await endRole(grpc);
    rmSync(folder, { recursive: true });
  }
}

async function measurePair(
  pair: (typeof PAIRS)[number],
  parameters: readonly (number | string)[],
): Promise<BenchRow[]> {
  const raw: number[] = [];
  const check: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    raw.push(...(await costsOf([pair.raw, ...parameters])));
    check.push(...(await costsOf([pair.check, ...parameters])));
  }
  const ratio = median(check) / median(raw);
  const { what, aim } = pair;
  return [
    { what: `${what}: ${pair.raw}, µs CPU each`, figure: spread(raw, 1), aim: "baseline" },
    { what: `${what}: µs CPU each`, figure: spread(check, 1), aim: "" },
    {
      what: `${what}: check / raw`,
      figure: ratio.toFixed(2),
      aim: verdictOn(ratio <= aim, `at most ${aim}`, BOUNDS.secure),
    },
  ];
}

async function costsOf(parameters: readonly (number | string)[]): Promise<number[]> {
  const client = startRole("secure-client", parameters);
  try {
    await sleep(clock, WARM_MS);
    const wish = { windows: WINDOWS, windowMs: WINDOW_MS, count: () => countOf(client) };
    const windows = await measureWindows(pidOf(client), wish);
    return windows.map(({ cpuUs, counted }) => cpuUs / Math.max(1, counted));
  } finally {
    await endRole(client);
  }
}

/** CPU of one TLS check and one gRPC check, beside the least that Node's own modules need. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { Serving, startGrpc } from "../helpers/grpc-target.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { endRole, measure, message, perCheck, startRole } from "./role-process.ts";

const ROUNDS = 5;
const WARM_MS = 1_500;
const MEASURE_MS = 3_000;

/** What is measured beside what, and how many times the baseline it may cost. */
const PAIRS = [
  { what: "TLS check on a new connection", raw: "raw-tls", check: "check-tls", aim: 1.2 },
  { what: "HTTPS check on a new connection", raw: "raw-https", check: "check-https", aim: 1.2 },
  { what: "gRPC check on a new connection", raw: "raw-http2", check: "check-grpc", aim: 1.3 },
] as const;

/** Runs the benchmark; it takes about two minutes. */
export async function benchSecureCheck(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const authority = makeAuthority();
  const { cert, key } = makeCertificate({ authority });
  const files = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem") };
  writeFileSync(files.ca, authority.ca);
  writeFileSync(files.cert, cert + key);
  const secure = startRole("secure-target", [files.cert]);
  const grpc = await startGrpc({ status: Serving.SERVING });
  try {
    const tlsPort = Number(await message(secure, "port"));
    const rows: BenchRow[] = [];
    for (const pair of PAIRS) {
      const port = pair.raw === "raw-http2" ? grpc.port : tlsPort;
      rows.push(...(await measurePair(pair, [port, files.ca, WARM_MS, MEASURE_MS])));
    }
    return rows;
  } finally {
    await endRole(secure);
    await grpc.close();
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
    raw.push(perCheck(await measure("secure-client", [pair.raw, ...parameters])));
    const measured = await measure("secure-client", [pair.check, ...parameters]);
    if (measured.failed > 0) throw new Error(`${measured.failed} checks failed in ${pair.check}`);
    check.push(perCheck(measured));
  }
  const ratios = check.map((cost, index) => cost / (raw[index] ?? cost));
  const { what, aim } = pair;
  return [
    { what: `${what}: ${pair.raw}, µs CPU each`, figure: spread(raw, 1), aim: "baseline" },
    { what: `${what}: µs CPU each`, figure: spread(check, 1), aim: "" },
    {
      what: `${what}: check / raw`,
      figure: spread(ratios, 2),
      aim: verdictOn(median(ratios) <= aim, `at most ${aim}`),
    },
  ];
}

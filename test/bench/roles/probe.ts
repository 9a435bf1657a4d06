/** Benchmark role: the whole probe as the command runs it, against the aggregator at a port. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProbe } from "../../../probe/main.ts";

const [port = 0, workers = 0] = process.argv.slice(2, 4).map(Number);
const [, , , , token = "bench"] = process.argv;
const data = mkdtempSync(join(tmpdir(), "quorate-bench-"));
process.on("exit", () => rmSync(data, { recursive: true, force: true }));

process.exitCode = await runProbe({
  aggregator: { host: "127.0.0.1", port },
  token,
  data,
  workers,
  healthListen: null,
  logLevel: "error",
});

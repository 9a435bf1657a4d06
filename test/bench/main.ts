/**
 * `npm run bench [part …]`: prints the machine and a Markdown table. The figures count only as
 * ratios of one run; nothing of it decides whether tests pass.
 */
import { benchApi } from "./api.ts";
import { machineFacts, markdownTable } from "./facts.ts";
import { benchGrowth } from "./growth.ts";
import { benchHttpCheck } from "./http-check.ts";
import { benchHistory } from "./history.ts";
import { benchIngest } from "./ingest.ts";
import { benchRecheckStorm } from "./recheck-storm.ts";
import { benchRestart } from "./restart.ts";
import { benchSse } from "./sse.ts";
import { benchSteady } from "./steady.ts";
import { benchOverload } from "./overload.ts";
import { benchMeshWhole } from "./mesh-whole.ts";
import { benchProbeSize } from "./probe-size.ts";
import { benchStorm } from "./storm.ts";
import { benchWelcome } from "./welcome.ts";
import { benchWebhooks } from "./webhooks.ts";
import { benchSecureCheck } from "./secure-check.ts";
import { benchWorkers } from "./workers.ts";

const PARTS = {
  api: benchApi,
  ingest: benchIngest,
  growth: benchGrowth,
  steady: benchSteady,
  restart: benchRestart,
  history: benchHistory,
  welcome: benchWelcome,
  "recheck-storm": benchRecheckStorm,
  sse: benchSse,
  "http-4000": () => benchHttpCheck(4_000),
  "http-800": () => benchHttpCheck(800),
  "http-300": () => benchHttpCheck(300),
  "secure-check": benchSecureCheck,
  overload: benchOverload,
  workers: benchWorkers,
  "probe-size": benchProbeSize,
  mesh: benchMeshWhole,
  storm: benchStorm,
  webhooks: benchWebhooks,
};

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
process.stdout.write(`${machineFacts()}\n\n`);
for (const [name, bench] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${markdownTable(await bench())}\n\n`);
}

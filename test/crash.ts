/** The crash test at full length: 200 kills, or as many as the first argument says. */
import { systemRandom } from "../shared/random.ts";
import { runCrashes } from "./helpers/crash-run.ts";

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Math.floor(systemRandom().float() * 1e9));
process.stdout.write(`${kills} kills, seed ${seed}\n`);
const { messages, requests } = await runCrashes(kills, seed);
process.stdout.write(
  `${kills} kills: ${messages} messages all arrived, in order for each target, in ${requests} ` +
    "requests; nothing was announced that the log does not hold\n",
);

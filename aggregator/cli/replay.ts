/** `quorate replay`: what another policy, or other thresholds, would have made of the past. */
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiReplay, ReplayRequest } from "../../shared/api/replay.ts";
import { isoTime, sleep } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { POLICY_RULES } from "../../shared/target.ts";
import type { CliContext } from "./context.ts";
import { collectOption, durationOption, parseIntegerIn } from "./parse.ts";
import { printReplay } from "./replay-view.ts";
import { addVerb, openSession } from "./session.ts";
import type { ClientFlags } from "./session.ts";

interface ReplayFlags extends ClientFlags {
  since: number;
  until?: number;
  target?: string;
  policy?: string;
  minDomains?: number;
  coverage?: number;
  minRegions?: number;
  fall?: number;
  rise?: number;
  set?: Record<string, unknown>;
  limit: number;
}

/** Time between two looks at a replay that runs. */
const LOOK_MS = 500;

/** Rows of each table unless told otherwise. */
const ROWS = 50;

const number = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(Number);

/** Adds `quorate replay`. */
export function addReplay(program: Command, context: CliContext): void {
  addVerb(program, "replay", "the recorded past under another policy or other thresholds")
    .addOption(durationOption("--since <duration>", "how long ago it begins", "30d"))
    .addOption(durationOption("--until <duration>", "how long ago it ends (default: now)"))
    .option("--target <name>", "only this target (default: all)")
    .addOption(new Option("--policy <rule>", "rule of the policy").choices(POLICY_RULES))
    .addOption(number("--min-domains <n>", "failure domains that must fail"))
    .addOption(number("--coverage <share>", "share of the domains that must fail, 0 to 1"))
    .addOption(number("--min-regions <n>", "regions that must fail"))
    .addOption(number("--fall <n>", "failures in a row that confirm a failure"))
    .addOption(number("--rise <n>", "successes in a row that confirm a recovery"))
    .option(
      "--set <field=value>",
      "any other threshold, such as policy.k=3; may be given again",
      collectOption,
    )
    .option("--limit <n>", "rows of each table at most", parseIntegerIn(1, 10_000), ROWS)
    .action(async (flags: ReplayFlags) => {
      const { client, json, printer } = openSession(context, flags);
      const replay = await runReplay(client, requestOf(flags, context.clock.wallMs()), context);
      if (json) printer.json(replay);
      else printReplay(replay, flags.limit, printer);
    });
}

/** What the flags ask for; what is not given stays as it was. */
export function requestOf(flags: ReplayFlags, nowMs: number): ReplayRequest {
  const { since, until, target, policy: rule, minDomains, coverage, minRegions } = flags;
  const policy = given({ rule, minDomains, coverage, minRegions });
  const changes: Record<string, unknown> = given({ fall: flags.fall, rise: flags.rise });
  for (const [path, value] of Object.entries(flags.set ?? {})) {
    const [field = "", ...rest] = path.split(".");
    if (field === "policy" && rest.length > 0) policy[rest.join(".")] = value;
    else changes[path] = value;
  }
  if (Object.keys(policy).length > 0) changes["policy"] = policy;
  return {
    sinceAt: isoTime(Math.max(0, nowMs - since)),
    ...(until === undefined ? {} : { untilAt: isoTime(nowMs - until) }),
    ...(target === undefined ? {} : { target }),
    changes,
  };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

interface Waiter {
  clock: Clock;
  printer: CliContext["printer"];
  stopSignal: CliContext["stopSignal"];
}

/** Starts a replay and waits until it is over; one that is interrupted is cancelled. */
async function runReplay(
  client: ApiClient,
  request: ReplayRequest,
  { clock, printer, stopSignal }: Waiter,
): Promise<ApiReplay> {
  const stop = stopSignal();
  let replay = await client.replays.start(request);
  while (replay.state === "running") {
    printer.redraw([`${Math.floor(100 * replay.progress)} % of the log is replayed`]);
    await sleep(clock, LOOK_MS);
    if (stop.aborted) {
      await client.replays.delete(replay.id);
      throw new QuorateError("conflict", "Interrupted; the replay is cancelled.");
    }
    replay = await client.replays.get(replay.id);
  }
  printer.redraw([]);
  if (replay.state === "done") return replay;
  throw new QuorateError("unavailable", replay.error ?? `The replay is ${replay.state}.`);
}

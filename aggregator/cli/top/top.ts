/** `quorate top`: all targets in the terminal, as they are at this moment. */
import { Option } from "commander";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { endpointOf } from "../endpoint.ts";
import { UsageError } from "../exit-codes.ts";
import { durationOption } from "../parse.ts";
import { addListVerb, openSession } from "../session.ts";
import type { ListFlags } from "../session.ts";
import { runTop } from "./live.ts";
import { printTop } from "./once.ts";
import { SORT_KEYS } from "./rows.ts";
import type { SortKey } from "./rows.ts";

interface TopFlags extends ListFlags {
  once?: boolean;
  interval: number;
  sort: SortKey;
  filter?: string;
}

/** Shortest time between two looks that an aggregator is asked for. */
const INTERVAL_MS_MIN = 200;

/** Adds `quorate top`. */
export function addTop(program: Command, context: CliContext): void {
  addListVerb(program, "top", "all targets, live: verdicts, vantages, latency, uptime")
    .option("--once", "print one table and end; also when this is no terminal")
    .addOption(durationOption("--interval <duration>", "time between two looks", "2s"))
    .addOption(
      new Option("--sort <key>", "what the rows are sorted by").choices(SORT_KEYS).default("state"),
    )
    .option("--filter <words>", "only targets that fit, as behind the key /")
    .action(async (flags: TopFlags) => {
      const { sort, filter = "", interval, limit } = flags;
      if (interval < INTERVAL_MS_MIN) {
        throw new UsageError(`Expected --interval of at least ${INTERVAL_MS_MIN}ms.`);
      }
      const { clock } = context;
      const session = openSession(context, flags);
      const order = { sort, isReversed: false, filter };
      const isLive = flags.once !== true && !session.json && flags.output === undefined;
      const screen = isLive ? context.screen() : null;
      if (screen === null) return printTop(session, { order, limit, nowMs: clock.wallMs() });
      const { client, printer, command } = session;
      const url = endpointOf(context, flags).url.origin;
      const stop = context.stopSignal();
      const told = { client, clock, printer, screen, stop, url, order, command };
      return runTop({ ...told, intervalMs: interval });
    });
}

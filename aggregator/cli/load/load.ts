/** `quorate load`: many targets that flip, and how a mesh keeps up with them. */
import type { Command } from "commander";
import type { ApiClient } from "../../../shared/api/client.ts";
import type { ApiEvent } from "../../../shared/api/event.ts";
import { formatHostPort, isLoopbackHost } from "../../../shared/host-port.ts";
import type { HostPort } from "../../../shared/host-port.ts";
import { randomText } from "../../../shared/random.ts";
import type { CliContext } from "../context.ts";
import { endpointOf } from "../endpoint.ts";
import { followEvents } from "../events.ts";
import { UsageError } from "../exit-codes.ts";
import { durationOption, listenOption, parseIntegerIn, parseNumberIn } from "../parse.ts";
import { addVerb, openSession } from "../session.ts";
import type { ClientFlags, Session } from "../session.ts";
import { pause } from "../stopping.ts";
import { startFlippers } from "./flippers.ts";
import type { Flippers } from "./flippers.ts";
import { reportLines, summaryOf } from "./report.ts";
import type { LoadFigures } from "./report.ts";
import { createTally } from "./tally.ts";
import type { Tally } from "./tally.ts";
import { LOAD_LABEL, makeTargets, placeOf, removeTargets } from "./targets.ts";
import { drawBar } from "./bar.ts";

interface LoadFlags extends ClientFlags {
  targets: number;
  flipRate: number;
  interval: number;
  for?: number;
  listen: HostPort;
  host?: string;
  clean?: boolean;
}

/** Time between two looks at the figures. */
const REPORT_MS = 1_000;

/** Attempts after the first; an aggregator under load may be slow to answer. */
const RETRIES = 4;

/** Most targets of a run. */
const TARGETS_MAX = 100_000;

/** Most flips a second; a timer cannot do more evenly. */
const FLIP_RATE_MAX = 1_000;

/** How long the silence over a run lasts if nobody ends it. */
const SILENCE_MS = 86_400_000;

/** Adds `quorate load`. */
export function addLoad(program: Command, context: CliContext): void {
  addVerb(program, "load", "many targets that flip, to see how a mesh keeps up; removed at its end")
    .option("--targets <n>", "targets that are made", parseIntegerIn(1, TARGETS_MAX), 100)
    .option(
      "--flip-rate <n>",
      "flips a second, of all together",
      parseNumberIn(0, FLIP_RATE_MAX),
      1,
    )
    .addOption(durationOption("--interval <duration>", "time between checks of one vantage", "5s"))
    .addOption(durationOption("--for <duration>", "how long (default: until Ctrl-C)"))
    .addOption(listenOption("--listen <host:port>", "where the targets listen", "127.0.0.1:0"))
    .option("--host <name>", "how probes reach that address (default: as it listens)")
    .option("--clean", "only remove what earlier runs left behind")
    .action((flags: LoadFlags) => runLoad(context, flags));
}

async function runLoad(context: CliContext, flags: LoadFlags): Promise<void> {
  const session = openSession(context, flags, RETRIES);
  const { client, printer, json } = session;
  if (flags.clean === true) {
    const removed = await remove(session, null);
    return json ? printer.json({ removed }) : printer.line(`${removed} targets are removed.`);
  }
  const { url } = endpointOf(context, flags);
  const told = flags.host ?? flags.listen.host;
  const isLocal = isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ""));
  if (["0.0.0.0", "::"].includes(told) || (!isLocal && isLoopbackHost(told))) {
    throw new UsageError(
      "Expected an address that the probes of another machine reach: give --listen HOST:PORT " +
        "and, when it listens everywhere, --host.",
    );
  }
  const { random } = context;
  const listen = flags.listen;
  const flippers = await startFlippers({ count: flags.targets, listen, random });
  const run = randomText(random, 6);
  const silence = await client.silences
    .create({
      matchers: [{ name: LOAD_LABEL, op: "=", value: run }],
      durationMs: SILENCE_MS,
      comment: "Targets of `quorate load` flip on purpose.",
    })
    .catch(closing(flippers));
  const tally = createTally();
  try {
    await makeAndWatch({ context, flags, session, flippers, tally, run });
  } finally {
    // The targets answer until nobody looks any more, so that their end is no outage.
    try {
      await remove(session, run);
    } finally {
      await flippers.close();
    }
    await client.silences.end(silence.id);
  }
}

/** A run that cannot begin leaves no server behind. */
function closing(flippers: Flippers) {
  return async (thrown: unknown): Promise<never> => {
    await flippers.close();
    throw thrown;
  };
}

interface Run {
  context: CliContext;
  flags: LoadFlags;
  session: Session;
  flippers: Flippers;
  tally: Tally;
  run: string;
}

async function makeAndWatch(all: Run): Promise<void> {
  const { context, flags, session, flippers, run } = all;
  const { clock } = context;
  const { printer, client, json } = session;
  const stop = context.stopSignal();
  const { host, port } = flippers.address;
  const url = `http://${formatHostPort({ host: flags.host ?? host, port })}`;
  const wanted = { run, count: flags.targets, url, intervalMs: flags.interval };
  const beganMs = clock.monoMs();
  const progress = (done: number): void => {
    const rate = Math.round((1_000 * done) / Math.max(1, clock.monoMs() - beganMs));
    const what = `targets made, ${rate}/s`;
    printer.redraw([drawBar({ done, all: flags.targets, what }, printer)]);
  };
  const made = await makeTargets(client, wanted, { progress, stop });
  const makeMs = clock.monoMs() - beganMs;
  printer.redraw([]);
  const figures = await watch(all, { made, makeMs, stop });
  if (json) return printer.json(summaryOf(figures));
  printer.redraw([]);
  for (const line of reportLines(figures, printer)) printer.line(line);
}

async function watch(
  { context, flags, session, flippers, tally, run }: Run,
  { made, makeMs, stop: stopped }: { made: number; makeMs: number; stop: AbortSignal },
): Promise<LoadFigures> {
  const { clock } = context;
  const { client, printer } = session;
  const over = new AbortController();
  const stop = AbortSignal.any([stopped, over.signal]);
  const beganMs = clock.monoMs();
  const lookedBefore = flippers.looks();
  const figures = (): LoadFigures => ({
    made,
    makeMs,
    isDown: flippers.down(),
    seen: tally.seen(),
    tookMs: clock.monoMs() - beganMs,
    looks: flippers.looks() - lookedBefore,
  });
  const ending = flags.for === undefined ? null : clock.after(flags.for, () => over.abort());
  const flipping = everyFlip(flags.flipRate, clock, () => {
    const index = flippers.flip();
    tally.flipped(index, flippers.isUp(index), clock.monoMs());
  });
  const following = follow(client, { clock, stop, run }, (index, event) =>
    tally.event(index, event, clock.monoMs()),
  );
  const reporting = report(stop);
  async function report(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      printer.redraw(reportLines(figures(), printer));
      await pause(clock, REPORT_MS, signal);
    }
  }
  try {
    await Promise.race([reporting, following]);
    return figures();
  } finally {
    over.abort();
    ending?.cancel();
    flipping?.cancel();
  }
}

function everyFlip(rate: number, clock: CliContext["clock"], flip: () => void) {
  return rate === 0 ? null : clock.every(1_000 / rate, flip);
}

function follow(
  client: ApiClient,
  { clock, stop, run }: { clock: CliContext["clock"]; stop: AbortSignal; run: string },
  take: (index: number, event: ApiEvent) => void,
): Promise<void> {
  const onEvent = (event: ApiEvent): void => {
    const { target } = event.data;
    const name = typeof target === "object" && target !== null && "name" in target && target.name;
    const index = placeOf(run, name);
    if (index !== null) take(index, event);
  };
  const label = [`${LOAD_LABEL}=${run}`];
  const types = "target.*";
  return followEvents({ client, clock, stop, types, label, onEvent, onBreak: () => undefined });
}

/** Removes the targets of a run, or of all, with a bar; gives how many there were. */
async function remove({ client, printer }: Session, run: string | null): Promise<number> {
  const removed = await removeTargets(client, run, (done, all) =>
    printer.redraw([drawBar({ done, all, what: "targets removed" }, printer)]),
  );
  printer.redraw([]);
  return removed;
}

/** `quorate events`: what happens, as it happens. */
import type { Command } from "commander";
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiEvent } from "../../shared/api/event.ts";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CliContext } from "./context.ts";
import { describeEvent, voteLines } from "./event-text.ts";
import { collectTexts, parseIntegerIn, parseList } from "./parse.ts";
import { addListVerb, openSession } from "./session.ts";
import type { ListFlags } from "./session.ts";
import { pause } from "./stopping.ts";

interface EventFlags extends ListFlags {
  follow?: boolean;
  after?: number;
  types?: string[];
  label?: string[];
  labels?: string;
  votes?: boolean;
}

/** What a follower needs. */
export interface FollowOptions {
  client: ApiClient;
  clock: CliContext["clock"];
  stop: AbortSignal;
  /** Events after this number; undefined: those from now on. */
  after?: number | undefined;
  types?: string | undefined;
  label?: readonly string[] | undefined;
  labels?: string | undefined;
  /** Whether events carry who saw what. Default false. */
  votes?: boolean | undefined;
  onEvent: (event: ApiEvent) => void;
  /** Called when the stream broke off and is taken up again. */
  onBreak: (sentence: string) => void;
}

/** Pause before a stream that broke off is taken up again. */
const RETRY_MS = 1_000;

/** Adds `quorate events`. */
export function addEvents(program: Command, context: CliContext): void {
  addListVerb(program, "events", "what happened; with --follow, what happens")
    .option("--follow", "stay and print events as they happen, until Ctrl-C")
    .option("--after <n>", "events after this number", parseIntegerIn(0, Number.MAX_SAFE_INTEGER))
    .option("--types <types>", "only these, such as target.*,incident.opened", parseList)
    .option("--label <key=value>", "only of targets with this label; again", collectTexts)
    .option("--labels <selector>", "only of these, such as team=shop,env!=test")
    .option("--votes", "say below each event who saw what")
    .action((flags: EventFlags) => runEvents(context, flags));
}

async function runEvents(context: CliContext, flags: EventFlags): Promise<void> {
  const { client, printer, json } = openSession(context, flags);
  const { after, label, labels, votes = false } = flags;
  const types = flags.types?.join(",");
  const print = (event: ApiEvent): void => {
    if (json) return printer.jsonLine(event);
    printer.line(describeEvent(event, printer));
    if (votes) voteLines(event, printer).forEach((line) => printer.line(line));
  };
  if (!flags.follow) {
    const limit = Math.min(flags.limit, LIMITS.pageRowsMax);
    const page = await client.events.list({ after, types, label, labels, limit });
    if (page.items.length === 0) printer.note("No event fits.");
    return page.items.forEach(print);
  }
  const onBreak = (sentence: string): void => printer.note(printer.clean(sentence));
  const stop = context.stopSignal();
  const { clock } = context;
  const asked = { after, types, label, labels, votes };
  await followEvents({ client, clock, stop, ...asked, onEvent: print, onBreak });
}

/**
 * Follows the stream until `stop` is aborted, and takes it up again after the last event seen when
 * it breaks off. Rejects when the first connection cannot be made or the token is refused.
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { client, clock, stop, types, label, labels, votes } = options;
  let { after } = options;
  const asked = { types, label, labels, votes: votes === true ? true : undefined };
  let connected = after !== undefined;
  while (!stop.aborted) {
    try {
      for await (const event of client.events.stream({ after, ...asked, signal: stop })) {
        after = event.number;
        // A reader that was too slow had a stream; it goes on where it was dropped.
        connected = true;
        options.onEvent(event);
      }
      connected = true;
    } catch (thrown) {
      if (stop.aborted) return;
      // An answer that broke off was open before; one that never opened is the caller's to know.
      connected ||= !isUnavailable(thrown);
      if (!connected || !isPassing(thrown)) throw thrown;
      options.onBreak(`The stream broke off (${messageOf(thrown)}) and is taken up again.`);
    }
    await pause(clock, RETRY_MS, stop);
  }
}

/** Whether trying again may help: the network failed (fetch says TypeError), or "later". */
function isPassing(thrown: unknown): boolean {
  return thrown instanceof TypeError || isUnavailable(thrown);
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof QuorateError && thrown.code === "unavailable";
}

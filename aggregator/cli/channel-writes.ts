/** `quorate channels create`, `put` and `patch`: where notifications go, as flags say it. */
import type { Command } from "commander";
import type { ApiChannel } from "../../shared/api/channel.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { collectOption, parseIntegerIn, parseList } from "./parse.ts";
import { addTrial, addVerb, openSession, printDone } from "./session.ts";
import type { ClientFlags, Session } from "./session.ts";
import { newWebhookSecret } from "./signature.ts";
import { readSpecFile } from "./target-spec.ts";

interface ChannelFlags extends ClientFlags {
  file?: string;
  kind?: string;
  url?: string;
  secretFile?: string;
  newSecret?: boolean;
  option?: Record<string, unknown>;
  events?: string[];
  enabled?: boolean;
  ifRevision?: number;
  dryRun?: boolean;
}

/** Adds the verbs that write. */
export function addChannelWrites(channels: Command, context: CliContext): void {
  addFlags(addVerb(channels, "create <name>", "make a channel")).action(
    async (name: string, flags: ChannelFlags) => {
      const session = openSession(context, flags);
      const { body, made } = await bodyOf(flags, context);
      const { dryRun } = flags;
      const channel = await session.client.channels.create({ ...whole(body), name }, { dryRun });
      told(session, `${channel.name} sends to ${channel.destination}`, { channel, made, dryRun });
    },
  );
  const put = addVerb(channels, "put <channel>", "make or replace a channel");
  addRevision(addFlags(put)).action(async (name: string, flags: ChannelFlags) => {
    const session = openSession(context, flags);
    const { body, made } = await bodyOf(flags, context);
    const { ifRevision, dryRun } = flags;
    const asked = { ifRevision, dryRun };
    const channel = await session.client.channels.put(name, whole(body), asked);
    const sentence = `${channel.name} is stored: it sends to ${channel.destination}`;
    told(session, sentence, { channel, made, dryRun });
  });
  const patch = addVerb(channels, "patch <channel>", "change what is given").alias("update");
  addRevision(addFlags(patch)).action(async (name: string, flags: ChannelFlags) => {
    const session = openSession(context, flags);
    const { body, made } = await bodyOf(flags, context);
    if (Object.keys(body).length === 0) {
      throw new UsageError("Expected at least one flag that says what to change.");
    }
    const { ifRevision, dryRun } = flags;
    const channel = await session.client.channels.patch(name, body, { ifRevision, dryRun });
    told(session, `${channel.name} is changed`, { channel, made, dryRun });
  });
}

function addFlags(verb: Command): Command {
  return addTrial(verb)
    .option("--file <file>", "JSON of the channel, - for standard input; flags win over it")
    .option("--kind <kind>", "kind of channel (default webhook)")
    .option("--url <url>", "where a webhook goes; short for --option url=…")
    .option("--secret-file <file>", "file with the signing secret, whsec_…")
    .option("--new-secret", "make a signing secret and print it, once")
    .option("--option <key=value>", "an option of the kind, value in JSON", collectOption)
    .option("--events <types>", "events sent, such as target.down,incident.*", parseList)
    .option("--enabled", "send")
    .option("--no-enabled", "keep it, but send nothing");
}

function addRevision(verb: Command): Command {
  const parse = parseIntegerIn(1, Number.MAX_SAFE_INTEGER);
  return verb.option("--if-revision <n>", "only if this is still its revision", parse);
}

/** The body that flags and file describe, and the secret that was made for it. */
async function bodyOf(flags: ChannelFlags, context: CliContext) {
  if (flags.newSecret && flags.secretFile) {
    throw new UsageError("Expected --new-secret or --secret-file; found both.");
  }
  const base = flags.file === undefined ? {} : await readSpecFile(flags.file, context);
  const given = flags.secretFile ? readSecretFile(flags.secretFile) : undefined;
  const made = flags.newSecret ? newWebhookSecret(context.random) : undefined;
  const secret = made ?? given;
  const before = base["options"];
  const options = {
    ...(typeof before === "object" ? before : {}),
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(secret === undefined ? {} : { secret }),
    ...flags.option,
  };
  const body: Record<string, unknown> = {
    ...base,
    ...(flags.kind === undefined ? {} : { kind: flags.kind }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(flags.events ? { events: flags.events } : {}),
    ...(flags.enabled === undefined ? {} : { enabled: flags.enabled }),
  };
  return { body, made };
}

/** A whole channel, and not only what changes. */
function whole(body: Record<string, unknown>): Record<string, unknown> {
  return { options: {}, ...body, kind: body["kind"] ?? "webhook" };
}

interface Written {
  channel: ApiChannel;
  /** Secret that was made; undefined: none was. */
  made: string | undefined;
  dryRun: boolean | undefined;
}

function told(session: Session, sentence: string, { channel, made, dryRun }: Written): void {
  const { printer, json } = session;
  if (dryRun === true) {
    return printDone(session, `${channel.name} can be written so; nothing was written.`, channel);
  }
  if (made !== undefined && json) return printer.json({ ...channel, secret: made });
  printDone(session, `${sentence} (${channel.id}).`, channel);
  if (made === undefined) return;
  printer.line(`secret ${made}`);
  printer.note("The secret is shown this once: the receiver verifies signatures with it.");
}

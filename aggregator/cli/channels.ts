/** `quorate channels`: where notifications go. */
import type { Command } from "commander";
import type { ApiPage } from "../../shared/api/common.ts";
import type { ApiChannel, ApiChannelTest } from "../../shared/api/channel.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { collectOption, parseList } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import { newWebhookSecret } from "./signature.ts";
import { readSpecFile } from "./target-spec.ts";
import { dateTime } from "./words.ts";

interface CreateFlags extends ClientFlags {
  file?: string;
  kind?: string;
  url?: string;
  secretFile?: string;
  newSecret?: boolean;
  option?: Record<string, unknown>;
  events?: string[];
  enabled: boolean;
}

/** Adds `quorate channels`. */
export function addChannels(program: Command, context: CliContext): void {
  const channels = program.command("channels").description("channels: where notifications go");
  addVerb(channels, "create <name>", "make a channel")
    .option("--file <file>", "JSON of the channel, - for standard input; flags win over it")
    .option("--kind <kind>", "kind of channel (default webhook)")
    .option("--url <url>", "where a webhook goes; short for --option url=…")
    .option("--secret-file <file>", "file with the signing secret, whsec_…")
    .option("--new-secret", "make a signing secret and print it, once")
    .option("--option <key=value>", "an option of the kind, value in JSON", collectOption)
    .option("--events <types>", "events sent, such as target.down,incident.*", parseList)
    .option("--no-enabled", "keep it, but send nothing")
    .action((name: string, flags: CreateFlags) => create(context, name, flags));
  addListVerb(channels, "list", "list channels").action(async (flags: ListFlags) => {
    const session = openSession(context, flags);
    list(session, await gather(flags.limit, (query) => session.client.channels.list(query)));
  });
  addVerb(channels, "get <channel>", "show one channel, its secrets masked").action(
    async (channel: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.channels.get(channel));
    },
  );
  addVerb(channels, "delete <channel>", "delete a channel").action(
    async (channel: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.channels.delete(channel);
      printDone(session, `${channel} is deleted.`);
    },
  );
  addVerb(channels, "test <channel>", "send a test message now").action(
    async (channel: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      showTest(session, channel, await session.client.channels.test(channel));
    },
  );
}

async function create(context: CliContext, name: string, flags: CreateFlags): Promise<void> {
  const session = openSession(context, flags);
  if (flags.newSecret && flags.secretFile) {
    throw new UsageError("Expected --new-secret or --secret-file; found both.");
  }
  const base = flags.file === undefined ? {} : await readSpecFile(flags.file, context);
  const given = flags.secretFile ? readSecretFile(flags.secretFile) : undefined;
  const secret = flags.newSecret ? newWebhookSecret(context.random) : given;
  const baseOptions = base["options"];
  const options = {
    ...(typeof baseOptions === "object" ? baseOptions : {}),
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(secret === undefined ? {} : { secret }),
    ...flags.option,
  };
  const channel = await session.client.channels.create({
    ...base,
    name,
    kind: flags.kind ?? base["kind"] ?? "webhook",
    options,
    ...(flags.events ? { events: flags.events } : {}),
    ...(flags.enabled ? {} : { enabled: false }),
  });
  const { printer, json } = session;
  if (flags.newSecret && json) return printer.json({ ...channel, secret });
  printDone(session, `${channel.name} sends to ${channel.destination} (${channel.id}).`, channel);
  if (flags.newSecret) {
    printer.line(`secret ${secret}`);
    printer.note("The secret is shown this once: the receiver verifies signatures with it.");
  }
}

function list(session: Session, page: ApiPage<ApiChannel>): void {
  printList(session, {
    page,
    empty:
      "There are no channels yet: " +
      `${session.command} channels create NAME --url URL --new-secret`,
    columns: [
      { header: "CHANNEL" },
      { header: "KIND" },
      { header: "DESTINATION", widthMin: 20, widthMax: 100 },
      { header: "EVENTS", widthMax: 60 },
      { header: "ENABLED" },
    ],
    row: ({ name, kind, destination, events, enabled }) => [
      name,
      kind,
      destination,
      events?.join(" ") ?? "(default)",
      enabled ? "yes" : "no",
    ],
  });
}

function show(session: Session, channel: ApiChannel): void {
  printRecord(session, channel, [
    ["name", channel.name],
    ["id", channel.id],
    ["kind", channel.kind],
    ["destination", channel.destination],
    ...Object.entries(channel.options).map(([key, value]): [string, string] => [
      `  ${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
    ["events", channel.events?.join(" ") ?? "(default: alerts and recoveries)"],
    ["enabled", channel.enabled ? "yes" : "no"],
    ["revision", String(channel.revision)],
    ["changed", dateTime(channel.updatedAt)],
  ]);
}

/** A test that was not delivered is an error, so that a script can ask. */
function showTest(session: Session, channel: string, outcome: ApiChannelTest): void {
  const { ok, status, detail } = outcome;
  if (session.json) session.printer.json(outcome);
  const answer = status === null ? "" : ` (status ${status})`;
  if (!ok) throw new QuorateError("conflict", `${channel} did not deliver${answer}: ${detail}`);
  if (!session.json) printDone(session, `${channel} delivered the test message${answer}.`);
}

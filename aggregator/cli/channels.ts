/** `quorate channels`: where notifications go. */
import type { Command } from "commander";
import type { ApiPage } from "../../shared/api/common.ts";
import type { ApiChannel, ApiChannelTest } from "../../shared/api/channel.ts";
import { QuorateError } from "../../shared/errors.ts";
import { addChannelWrites } from "./channel-writes.ts";
import type { CliContext } from "./context.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import { dateTime } from "./words.ts";

/** Adds `quorate channels`. */
export function addChannels(program: Command, context: CliContext): void {
  const channels = program.command("channels").description("channels: where notifications go");
  addChannelWrites(channels, context);
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

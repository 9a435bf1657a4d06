/** `quorate silences`: what nobody wants to be told of for some time. */
import type { Command } from "commander";
import type { ApiSilence } from "../../shared/api/silence.ts";
import type { Matcher } from "../../shared/matcher.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { durationOption } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { dateTime } from "./words.ts";

interface CreateFlags extends ClientFlags {
  for?: number;
  from?: string;
  comment: string;
  author?: string;
}

/** Adds `quorate silences`. */
export function addSilences(program: Command, context: CliContext): void {
  const silences = program
    .command("silences")
    .description("silences: what nobody wants to be told of for some time");
  addVerb(
    silences,
    "create <matchers...>",
    "silence what matches all, such as team=shop target~web-*",
  )
    .addOption(durationOption("--for <duration>", "how long it lasts"))
    .option("--from <time>", "begin, RFC 3339 (default now)")
    .requiredOption("--comment <text>", "why; it stands beside all it withholds")
    .option("--author <name>", "who asks; default the name of the token")
    .action(async (matchers: string[], flags: CreateFlags) => {
      const session = openSession(context, flags);
      const { comment, author, from: startsAt } = flags;
      if (flags.for === undefined) {
        throw new UsageError("Expected --for with how long it lasts, such as --for 2h.");
      }
      const said = { comment, author, startsAt, durationMs: flags.for };
      const made = await session.client.silences.create({
        matchers: matchers.map(parseMatcher),
        ...said,
      });
      const sentence = `${matcherWords(made)} is silent until ${dateTime(made.endsAt)} UTC`;
      printDone(session, `${sentence} (${made.id}).`, made);
    });
  addListVerb(silences, "list", "list silences, newest first").action(async (flags: ListFlags) => {
    const session = openSession(context, flags);
    const page = await gather(flags.limit, (query) => session.client.silences.list(query));
    printList(session, { page, columns: COLUMNS, row: rowOf, empty: "Nothing was silenced." });
  });
  addVerb(silences, "get <silence>", "show one silence").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const silence = await session.client.silences.get(id);
      const { state, startsAt, endsAt, author, comment } = silence;
      printRecord(session, silence, [
        ["id", silence.id],
        ["state", state],
        ["covers", matcherWords(silence)],
        ["from", dateTime(startsAt)],
        ["until", dateTime(endsAt)],
        ["author", author],
        ["why", comment],
      ]);
    },
  );
  const end = "end it now; what it withheld and is not over is told";
  addVerb(silences, "end <silence>", end)
    .alias("delete")
    .action(async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const ended = await session.client.silences.end(id);
      printDone(session, `${ended.id} is over.`, ended);
    });
}

/** A matcher such as team=shop, severity!=minor, target~web-*, region!~eu-*. */
export function parseMatcher(text: string): Matcher {
  const match = /^([^=!~]+)(=|!=|!~|~)(.*)$/s.exec(text);
  const [, name = "", op = "", value = ""] = match ?? [];
  if (!isOperator(op)) {
    throw new UsageError(
      `Expected a condition such as team=shop, severity!=minor or target~web-*; found ${text}.`,
    );
  }
  return { name, op, value };
}

function isOperator(text: string): text is Matcher["op"] {
  return ["=", "!=", "~", "!~"].includes(text);
}

function matcherWords({ matchers }: ApiSilence): string {
  return matchers.map(({ name, op, value }) => `${name}${op}${value}`).join(" ");
}

const COLUMNS: Column[] = [
  { header: "SILENCE", whole: true },
  { header: "STATE" },
  { header: "UNTIL (UTC)", whole: true },
  { header: "COVERS", widthMax: 100 },
  { header: "AUTHOR", drop: 1 },
  { header: "WHY", widthMin: 12, widthMax: 200 },
];

function rowOf(silence: ApiSilence): Row {
  const { id, state, endsAt, author, comment } = silence;
  return [id, state, dateTime(endsAt), matcherWords(silence), author, comment];
}

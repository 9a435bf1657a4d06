/** `quorate status-pages`: what the public is shown, and what operators say there. */
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiStatusPage } from "../../shared/api/status-page.ts";
import { isoTime } from "../../shared/clock.ts";
import { STATUS_LOCALES } from "../../shared/status-page.ts";
import type { CliContext } from "./context.ts";
import { readSecretFile } from "./files.ts";
import { collectTexts, durationOption } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import type { Column, Row } from "./table.ts";

interface SetFlags extends ClientFlags {
  title?: string;
  labels?: string;
  groupBy?: string;
  host?: string[];
  visibility?: string;
  passwordFile?: string;
  locale?: string;
  reasons?: boolean;
}

interface AnnounceFlags extends ClientFlags {
  text?: string;
  severity: string;
  for?: number;
}

/** Adds `quorate status-pages`. */
export function addStatusPages(program: Command, context: CliContext): void {
  const pages = program
    .command("status-pages")
    .description("status pages: what the public is shown, at /status/NAME");
  addListVerb(pages, "list", "list status pages").action(async (flags: ListFlags) => {
    const session = openSession(context, flags);
    const page = await gather(flags.limit, (query) => session.client.statusPages.list(query));
    printList(session, { page, columns: COLUMNS, row: rowOf, empty: "There is no status page." });
  });
  addVerb(pages, "get <page>", "show one status page").action(
    async (name: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.statusPages.get(name));
    },
  );
  const create = addVerb(pages, "create <name>", "make a status page");
  withSettings(create).action(async (name: string, flags: SetFlags) => {
    const session = openSession(context, flags);
    const body = { name, title: flags.title ?? name, ...bodyOf(flags) };
    const made = await session.client.statusPages.create(body);
    printDone(session, `${made.name} is served at ${made.path} (${made.id}).`, made);
  });
  const set = addVerb(pages, "set <page>", "change what is given of a status page");
  withSettings(set).action(async (name: string, flags: SetFlags) => {
    const session = openSession(context, flags);
    const changed = await session.client.statusPages.patch(name, bodyOf(flags));
    printDone(session, `${changed.name} is at revision ${changed.revision}.`, changed);
  });
  addVerb(pages, "delete <page>", "delete a status page").action(
    async (name: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.statusPages.delete(name);
      printDone(session, `${name} is deleted.`);
    },
  );
  addAnnouncing(pages, context);
}

function withSettings(verb: Command): Command {
  return verb
    .option("--title <text>", "title, plain text")
    .option("--labels <selector>", "targets that are shown, such as public=yes,team!=lab")
    .option("--group-by <label>", "label by whose value targets are grouped")
    .option("--host <name>", "host name that shows the page at /; may be given again", collectTexts)
    .addOption(
      new Option("--visibility <who>", "who may look at it").choices([
        "public",
        "password",
        "private",
      ]),
    )
    .option("--password-file <file>", "file with the password, for --visibility password")
    .addOption(new Option("--locale <language>", "its language").choices(STATUS_LOCALES))
    .option("--reasons", "show the sentences of incidents, which may name hosts and errors");
}

function bodyOf(flags: SetFlags): Record<string, unknown> {
  const { title, labels, groupBy, host: hosts, visibility, locale, reasons, passwordFile } = flags;
  const password = passwordFile === undefined ? undefined : readSecretFile(passwordFile);
  const said = { title, labels, groupBy, hosts, visibility, locale, reasons, password };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function addAnnouncing(pages: Command, context: CliContext): void {
  addVerb(pages, "announce <page> <title>", "put an announcement on a status page, from now on")
    .option("--text <markdown>", "what there is to say, in Markdown")
    .addOption(
      new Option("--severity <severity>", "how it is set off")
        .choices(["info", "notice", "outage"])
        .default("info"),
    )
    .addOption(durationOption("--for <duration>", "how long it stays (default: until withdrawn)"))
    .action(async (name: string, title: string, flags: AnnounceFlags) => {
      const session = openSession(context, flags);
      const { announcements, revision } = await session.client.statusPages.get(name);
      const nowMs = context.clock.wallMs();
      const until = flags.for === undefined ? {} : { until: isoTime(nowMs + flags.for) };
      const { text = "", severity } = flags;
      const said = { title, text, severity, at: isoTime(nowMs), ...until };
      const body = { announcements: [...announcements, said] };
      // What somebody else announced meanwhile is not written over.
      const page = await session.client.statusPages.patch(name, body, { ifRevision: revision });
      printDone(session, `${name} announces: ${title}`, page);
    });
  addVerb(pages, "withdraw <page> <title>", "take an announcement down").action(
    async (name: string, title: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const { announcements, revision } = await session.client.statusPages.get(name);
      const kept = announcements.filter((one) => one.title !== title);
      const body = { announcements: kept };
      const page = await session.client.statusPages.patch(name, body, { ifRevision: revision });
      const count = announcements.length - kept.length;
      printDone(session, `${count} announcements of ${name} were taken down.`, page);
    },
  );
}

const COLUMNS: Column[] = [
  { header: "PAGE" },
  { header: "TITLE" },
  { header: "WHO" },
  { header: "TARGETS" },
  { header: "PATH" },
  { header: "HOSTS", widthMax: 100 },
];

function rowOf({ name, title, visibility, labels, path, hosts }: ApiStatusPage): Row {
  return [name, title, visibility, labels === "" ? "all" : labels, path, hosts.join(" ")];
}

function show(session: Session, page: ApiStatusPage): void {
  const { name, id, title, visibility, labels, groupBy, path, hosts, locale, reasons } = page;
  printRecord(session, page, [
    ["name", name],
    ["id", id],
    ["title", title],
    ["served at", [path, ...hosts].join(" ")],
    ["who", visibility],
    ["targets", labels === "" ? "all" : labels],
    ["groups", groupBy ?? "-"],
    ["language", locale],
    ["reasons", reasons ? "shown" : "not shown"],
    ...page.announcements.map(({ at, title: said }): [string, string] => [`said ${at}`, said]),
  ]);
}

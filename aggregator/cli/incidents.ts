/** `quorate incidents`: troubles of targets, from opening to resolution. */
import { Option } from "commander";
import type { Command } from "commander";
import { isFoldId } from "../../shared/event.ts";
import type { IncidentOptions } from "../../shared/api/calls/verdicts.ts";
import type { ApiPage } from "../../shared/api/common.ts";
import type { ApiIncident } from "../../shared/api/incident.ts";
import type { CliContext } from "./context.ts";
import type { Paint } from "./printer.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import type { Cell } from "./table.ts";
import { ago, dateTime } from "./words.ts";

/** Adds `quorate incidents`. */
export function addIncidents(program: Command, context: CliContext): void {
  const incidents = program.command("incidents").description("incidents: troubles of targets");
  addListVerb(incidents, "list", "list incidents, newest first")
    .addOption(
      new Option("--state <state>", "only in this state").choices([
        "open",
        "resolved",
        "withdrawn",
      ]),
    )
    .option("--target <target>", "only of this target")
    .option("--labels <selector>", "only of targets such as team=shop,env!=test")
    .addOption(
      new Option("--severity <severity>", "only as bad as this").choices([
        "critical",
        "major",
        "minor",
      ]),
    )
    .option("--unacknowledged", "only those that nobody looks after")
    .addOption(new Option("--sort <field>", "order").choices(["openedAt", "-openedAt"]))
    .action(async (flags: ListFlags & IncidentOptions & { unacknowledged?: boolean }) => {
      const session = openSession(context, flags);
      const { state, target, labels, severity, sort } = flags;
      const acknowledged = flags.unacknowledged === true ? false : undefined;
      const asked = { state, target, labels, severity, sort, acknowledged };
      const page = await gather(flags.limit, (query) =>
        session.client.incidents.list({ ...query, ...asked }),
      );
      list(session, page, context.clock.wallMs());
    });
  addVerb(incidents, "get <incident>", "show one incident with its notes").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.incidents.get(id), context.clock.wallMs());
    },
  );
  addTimeline(incidents, context);
  addVerb(incidents, "ack <incident>", "say that somebody looks after it, or after a whole fold_…")
    .option("--by <name>", "who; default the name of the token")
    .action(async (id: string, flags: ClientFlags & { by?: string }) => {
      const session = openSession(context, flags);
      if (isFoldId(id)) {
        const done = await session.client.incidents.acknowledgeFold(id, { by: flags.by });
        const what = `${done.open} open incidents of ${id} are acknowledged`;
        printDone(session, `${what} by ${done.acknowledgedBy}.`, done);
        return;
      }
      const incident = await session.client.incidents.acknowledge(id, { by: flags.by });
      const by = incident.acknowledgedBy ?? "somebody";
      printDone(session, `${incident.id} is acknowledged by ${by}.`, incident);
    });
  addVerb(incidents, "note <incident> <text>", "add a note")
    .option("--author <name>", "who writes; default the name of the token")
    .action(async (id: string, text: string, flags: ClientFlags & { author?: string }) => {
      const session = openSession(context, flags);
      const incident = await session.client.incidents.note(id, { text, author: flags.author });
      printDone(session, `The note is kept with ${incident.id}.`, incident);
    });
}

function addTimeline(incidents: Command, context: CliContext): void {
  addVerb(incidents, "timeline <incident>", "all that happened in it, in order").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const timeline = await session.client.incidents.timeline(id);
      if (session.json) return session.printer.json(timeline);
      const columns = [
        { header: "AT (UTC)", whole: true },
        { header: "WHAT" },
        { header: "", widthMax: 300, widthMin: 24 },
      ];
      const rows = timeline.items.map(({ at, type, sentence }) => [dateTime(at), type, sentence]);
      session.printer.table(columns, rows);
      const { leftOut } = timeline;
      if (leftOut > 0)
        session.printer.note(`${leftOut} further entries, the newest, are left out.`);
    },
  );
}

function severityCell(severity: ApiIncident["severity"], paint: Paint): Cell {
  if (severity === "critical") return { text: severity, paint: paint.red };
  return severity === "major" ? { text: severity, paint: paint.magenta } : severity;
}

/** How long it lasted: until now while it is open. */
function lasted(incident: ApiIncident, nowMs: number): string {
  const endMs = incident.resolvedAt === null ? nowMs : Date.parse(incident.resolvedAt);
  return ago(incident.openedAt, endMs);
}

function list(session: Session, page: ApiPage<ApiIncident>, nowMs: number): void {
  const { paint } = session.printer;
  printList(session, {
    page,
    empty: "There are no incidents.",
    columns: [
      { header: "INCIDENT", whole: true },
      { header: "TARGET", widthMin: 16 },
      { header: "SEVERITY", drop: 1 },
      { header: "STATE" },
      { header: "OPENED (UTC)", whole: true, drop: 3 },
      { header: "LASTED", align: "right" },
      { header: "ACK", drop: 2 },
      { header: "WHAT", widthMin: 16, widthMax: 300 },
    ],
    row: (incident) => [
      incident.id,
      incident.target,
      severityCell(incident.severity, paint),
      { text: incident.state, paint: incident.state === "open" ? paint.red : paint.gray },
      dateTime(incident.openedAt),
      lasted(incident, nowMs),
      incident.acknowledgedBy ?? "-",
      incident.sentence,
    ],
  });
}

function show(session: Session, incident: ApiIncident, nowMs: number): void {
  const acknowledged = incident.acknowledgedAt
    ? `${dateTime(incident.acknowledgedAt)} by ${incident.acknowledgedBy ?? "somebody"}`
    : "no";
  printRecord(session, incident, [
    ["id", incident.id],
    ["target", incident.target],
    ["severity", severityCell(incident.severity, session.printer.paint)],
    ["state", incident.state],
    ["cause", incident.cause ?? "-"],
    ["what", incident.sentence],
    ["opened", dateTime(incident.openedAt)],
    ["resolved", dateTime(incident.resolvedAt)],
    ["lasted", lasted(incident, nowMs)],
    ["acknowledged", acknowledged],
    ...incident.notes.map(({ at, author, text }): [string, string] => [
      "note",
      `${dateTime(at)} ${author}: ${text}`,
    ]),
  ]);
}

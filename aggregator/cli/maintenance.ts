/** `quorate maintenance`: times in which targets may be bad without an alert. */
import type { Command } from "commander";
import type { ApiMaintenance, ApiMaintenancePreview } from "../../shared/api/maintenance.ts";
import { isoTime } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { collectLabel, collectTexts, durationOption, parseIntegerIn } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { dateTime, formatDuration, formatLabels } from "./words.ts";

interface CreateFlags extends ClientFlags {
  target?: string[];
  label?: Record<string, string>;
  from?: string;
  for?: number;
  cron?: string;
  timezone?: string;
  comment?: string;
}

/** Adds `quorate maintenance`. */
export function addMaintenance(program: Command, context: CliContext): void {
  const maintenance = program
    .command("maintenance")
    .description("maintenance: times in which targets may be bad without an alert");
  const create = addVerb(maintenance, "create <name>", "plan one, from now unless told otherwise");
  const preview = addVerb(maintenance, "preview", "when would it be, and whom would it cover?");
  addPlanFlags(preview)
    .option("--windows <n>", "windows at most", parseIntegerIn(1, LIMITS.previewWindowsMax), 10)
    .action(async (flags: CreateFlags & { windows: number }) => {
      const session = openSession(context, flags);
      const body = { name: "preview", ...bodyOf(flags, context.clock.wallMs()) };
      const { windows } = flags;
      showPreview(session, await session.client.maintenance.preview(body, { windows }));
    });
  addPlanFlags(create)
    .option("--comment <text>", "why")
    .action(async (name: string, flags: CreateFlags) => {
      const session = openSession(context, flags);
      const body = { name, ...bodyOf(flags, context.clock.wallMs()) };
      const made = await session.client.maintenance.create(body);
      const [first] = made.windows;
      const when = first ? ` from ${dateTime(first.from)} to ${dateTime(first.to)} UTC` : "";
      printDone(session, `${made.name} is planned${when} (${made.id}).`, made);
    });
  addListVerb(maintenance, "list", "list maintenance, with the window that runs or comes").action(
    async (flags: ListFlags) => {
      const session = openSession(context, flags);
      const page = await gather(flags.limit, (query) => session.client.maintenance.list(query));
      printList(session, { page, columns: COLUMNS, row: rowOf, empty: "Nothing is planned." });
    },
  );
  addVerb(maintenance, "get <maintenance>", "show one maintenance with its windows").action(
    async (name: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.maintenance.get(name));
    },
  );
  addVerb(maintenance, "delete <maintenance>", "end it, and forget it").action(
    async (name: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.maintenance.delete(name);
      printDone(session, `${name} is deleted.`);
    },
  );
  addVerb(maintenance, "end <maintenance>", "end it now; no window of it comes again").action(
    async (name: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const ended = await session.client.maintenance.end(name);
      printDone(session, `${ended.name} is over.`, ended);
    },
  );
}

function addPlanFlags(verb: Command): Command {
  return verb
    .option("--target <target>", "a target that is covered; may be given again", collectTexts)
    .option("--label <key=value>", "targets with this label; may be given again", collectLabel)
    .option("--from <time>", "begin, RFC 3339 (default now)")
    .addOption(durationOption("--for <duration>", "how long each window is"))
    .option("--cron <pattern>", "begin of every window, five fields")
    .option("--timezone <zone>", "zone of --cron, such as Europe/Berlin (default UTC)");
}

/** Names of covered targets that are shown; the others are counted. */
const COVERED_SHOWN = 20;

function showPreview(session: Session, preview: ApiMaintenancePreview): void {
  const { windows, covered, coveredCount, missing } = preview;
  const shown = covered.slice(0, COVERED_SHOWN).join(" ");
  const more = coveredCount > COVERED_SHOWN ? ` and ${coveredCount - COVERED_SHOWN} more` : "";
  printRecord(session, preview, [
    ...windows.map(({ from, to }): [string, string] => [
      "window",
      `${dateTime(from)} to ${dateTime(to)} UTC`,
    ]),
    ["covers", `${coveredCount} targets: ${shown}${more}`],
    ...missing.map((name): [string, string] => ["missing", `there is no target ${name}`]),
  ]);
}

function show(session: Session, maintenance: ApiMaintenance): void {
  const { name, id, windows, cron, timezone, durationMs, targets, labels } = maintenance;
  const each = durationMs === undefined ? "" : `, each ${formatDuration(durationMs)}`;
  printRecord(session, maintenance, [
    ["name", name],
    ["id", id],
    ["targets", targets.join(" ")],
    ["labels", formatLabels(labels)],
    ["again", cron === undefined ? "no" : `${cron} (${timezone})${each}`],
    ...windows.map(({ from, to, active }): [string, string] => [
      active ? "runs" : "window",
      `${dateTime(from)} to ${dateTime(to)} UTC`,
    ]),
    ["comment", maintenance.comment],
  ]);
}

function bodyOf(flags: CreateFlags, nowMs: number): Record<string, unknown> {
  const { target: targets, label: labels, cron, timezone, comment, from } = flags;
  if (flags.for === undefined) {
    throw new UsageError("Expected --for with the length of a window, such as --for 2h.");
  }
  const durationMs = flags.for;
  const said = { targets, labels, timezone, comment };
  if (cron !== undefined) return { ...said, cron, durationMs };
  const fromMs = from === undefined ? nowMs : Date.parse(from);
  if (Number.isNaN(fromMs)) {
    throw new UsageError(
      `Expected --from as RFC 3339, such as 2026-11-21T22:00:00Z; found ${from}.`,
    );
  }
  return { ...said, fromAt: isoTime(fromMs), toAt: isoTime(fromMs + durationMs) };
}

const COLUMNS: Column[] = [
  { header: "MAINTENANCE", widthMin: 16 },
  { header: "STATE" },
  { header: "FROM (UTC)", whole: true },
  { header: "TO (UTC)", whole: true },
  { header: "AGAIN", drop: 1 },
  { header: "COVERS", widthMax: 100 },
];

function rowOf(maintenance: ApiMaintenance): Row {
  const { name, windows, cron, durationMs = 0, targets, labels } = maintenance;
  const [first] = windows;
  return [
    name,
    first === undefined ? "over" : first.active ? "runs" : "planned",
    first ? dateTime(first.from) : "-",
    first ? dateTime(first.to) : "-",
    cron === undefined ? "no" : `${cron} for ${formatDuration(durationMs)}`,
    [targets.join(" "), formatLabels(labels)].filter((part) => part !== "").join(" "),
  ];
}

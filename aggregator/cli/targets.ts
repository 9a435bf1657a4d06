/** `quorate targets`: what is checked. */
import type { Command } from "commander";
import type { ApiResult } from "../../shared/api/result.ts";
import type { ApiRun, ApiTarget } from "../../shared/api/target.ts";
import { ADDRESS_FORMS } from "../../shared/target-address.ts";
import type { AddressedCheck } from "../../shared/target-address.ts";
import type { SortedOptions } from "../../shared/api/calls/queries.ts";
import { addBulk } from "./bulk.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { collectTexts, durationOption, parseIntegerIn } from "./parse.ts";
import { addListVerb, addTrial, addVerb, doneSentence, gather, openSession } from "./session.ts";
import { printDone, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session, TrialFlag } from "./session.ts";
import type { Column, Row } from "./table.ts";
import { addSpecFlags, readTargetWords, specOf } from "./target-spec.ts";
import type { SpecFlags } from "./target-spec.ts";
import { addUptime } from "./uptime.ts";
import { ago, dateTime, formatDuration, formatLabels, verdictCell } from "./words.ts";

interface RevisionFlag extends TrialFlag {
  ifRevision?: number;
}

interface ResultFlags extends ListFlags {
  probe?: string;
  since?: number;
}

/** Adds `quorate targets`. */
export function addTargets(program: Command, context: CliContext): void {
  const targets = program.command("targets").description("targets: what is checked");
  addWrites(targets, context);
  addBulk(targets, context);
  addUptime(targets, context);
  addListVerb(targets, "list", "list targets with their verdicts")
    .option("--label <key=value>", "only with this label; may be given again", collectTexts)
    .option("--labels <selector>", "only these, such as team=shop,env!=test")
    .option("--kind <kind>", "only of this kind")
    .option("--state <states>", "only in these states, separated by commas")
    .option("--sort <field>", "order: name, kind, state, since, intervalMs, … or -name, …")
    .action(async (flags: ListFlags & SortedOptions & { kind?: string }) => {
      const session = openSession(context, flags);
      const { label, labels, kind, state, sort } = flags;
      const page = await gather(flags.limit, (query) =>
        session.client.targets.list({ ...query, label, labels, kind, state, sort }),
      );
      printList(session, { page, ...targetListing(session, context.clock.wallMs()) });
    });
  addVerb(targets, "get <target>", "show one target").action(
    async (target: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.targets.get(target), context.clock.wallMs());
    },
  );
  addVerb(targets, "run <target>", "let every vantage look now, and wait for what they saw")
    .option("--no-wait", "do not wait")
    .action(async (target: string, flags: ClientFlags & { wait: boolean }) => {
      const session = openSession(context, flags);
      showRun(session, await session.client.targets.run(target, { wait: flags.wait }));
    });
  addListVerb(targets, "results <target>", "what the vantages saw, newest first")
    .option("--probe <probe>", "only of this probe")
    .addOption(durationOption("--since <duration>", "only as old as this"))
    .action(async (target: string, flags: ResultFlags) => {
      const session = openSession(context, flags);
      const nowMs = context.clock.wallMs();
      const from = flags.since === undefined ? undefined : nowMs - flags.since;
      const page = await gather(flags.limit, (query) =>
        session.client.targets.results(target, { ...query, probe: flags.probe, from }),
      );
      const empty = "There are no results yet.";
      printList(session, { page, columns: RESULT_COLUMNS, row: resultRow(session), empty });
    });
}

function addWrites(targets: Command, context: CliContext): void {
  addTrial(addShortForm(addVerb(targets, "create <name> [address]", "make a target"))).action(
    async (first: string, address: string | undefined, flags: SpecFlags & TrialFlag) => {
      const session = openSession(context, flags);
      const { name, check } = readTargetWords(first, address);
      const body = { ...(await wholeSpec(flags, context, check)), name };
      const { dryRun } = flags;
      const target = await session.client.targets.create(body, { dryRun });
      printWritten(session, target, { ...flags, done: "created" });
    },
  );
  const put = addVerb(targets, "put <name> [address]", "make or replace a target");
  addTrial(addRevision(addShortForm(put))).action(
    async (first: string, address: string | undefined, flags: SpecFlags & RevisionFlag) => {
      const session = openSession(context, flags);
      const { name, check } = readTargetWords(first, address);
      const body = { ...(await wholeSpec(flags, context, check)), name };
      const { ifRevision, dryRun } = flags;
      const target = await session.client.targets.put(name, body, { ifRevision, dryRun });
      printWritten(session, target, { ...flags, done: "stored" });
    },
  );
  const patch = addVerb(targets, "patch <target>", "change what is given").alias("update");
  addTrial(addRevision(addSpecFlags(patch))).action(
    async (target: string, flags: SpecFlags & RevisionFlag) => {
      const session = openSession(context, flags);
      const body = await specOf(flags, context);
      if (Object.keys(body).length === 0) {
        throw new UsageError("Expected at least one flag that says what to change.");
      }
      const { ifRevision, dryRun } = flags;
      const changed = await session.client.targets.patch(target, body, { ifRevision, dryRun });
      printWritten(session, changed, { ...flags, done: "changed" });
    },
  );
  addRevision(addVerb(targets, "delete <target>", "delete a target")).action(
    async (target: string, flags: ClientFlags & RevisionFlag) => {
      const session = openSession(context, flags);
      await session.client.targets.delete(target, { ifRevision: flags.ifRevision });
      printDone(session, `${target} is deleted.`);
    },
  );
}

function addRevision(verb: Command): Command {
  const parse = parseIntegerIn(1, Number.MAX_SAFE_INTEGER);
  return verb.option("--if-revision <n>", "only if this is still its revision", parse);
}

/** Flags of a target that may be given in short form: the name, its address, or both. */
function addShortForm(verb: Command): Command {
  const forms = ADDRESS_FORMS.map((form) => `  ${form}`).join("\n");
  const more = "?OPTION=VALUE&… behind an address sets more options, but for URLs.";
  return addSpecFlags(verb).addHelpText("after", `\nAddresses:\n${forms}\n${more}`);
}

async function wholeSpec(
  flags: SpecFlags,
  context: CliContext,
  check: AddressedCheck | undefined,
): Promise<Record<string, unknown>> {
  const spec = await specOf(flags, context, check);
  if (!("kind" in spec)) {
    throw new UsageError("Expected an address such as tls://HOST, --kind, --url or --file.");
  }
  return { options: {}, ...spec };
}

function printWritten(
  session: Session,
  target: ApiTarget,
  told: TrialFlag & { done: string },
): void {
  const { name, id, revision, warnings } = target;
  const facts = `${id}, revision ${revision}`;
  printDone(session, doneSentence(name, told.done, { ...told, facts }), target);
  if (!session.json) warn(session, warnings);
}

function warn({ printer }: Session, warnings: readonly string[]): void {
  for (const warning of warnings) {
    printer.note(`${printer.paint.yellow("warning:")} ${printer.clean(warning)}`);
  }
}

function targetListing(session: Session, nowMs: number) {
  const columns: Column[] = [
    { header: "TARGET", widthMin: 24 },
    { header: "KIND" },
    { header: "VERDICT" },
    { header: "FOR", align: "right" },
    { header: "EVERY", drop: 2, align: "right" },
    { header: "ENDPOINT", widthMax: 100 },
    { header: "LABELS", drop: 3, widthMax: 100 },
  ];
  const row = (target: ApiTarget): Row => [
    target.name,
    target.kind,
    verdictCell(target.verdict.state, session.printer.paint),
    ago(target.verdict.since, nowMs),
    target.enabled ? formatDuration(target.intervalMs) : "disabled",
    endpointOf(target.options),
    formatLabels(target.labels),
  ];
  const empty = `There are no targets yet: ${session.command} targets create NAME --url URL`;
  return { columns, row, empty };
}

/** Where a check goes: the option that says so in most kinds; empty when there is none. */
function endpointOf(options: Record<string, unknown>): string {
  const { url, address, host, port } = options;
  const where = [url, address, host].find((one) => typeof one === "string");
  if (typeof where !== "string") return "";
  return typeof port === "number" && where === host ? `${where}:${port}` : where;
}

function show(session: Session, target: ApiTarget, nowMs: number): void {
  const { paint } = session.printer;
  printRecord(session, target, [
    ["name", target.name],
    ["id", target.id],
    ["kind", target.kind],
    ...Object.entries(target.options).map(([key, value]): [string, string] => [
      `  ${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
    ["verdict", verdictCell(target.verdict.state, paint)],
    ["for", ago(target.verdict.since, nowMs)],
    ["enabled", target.enabled ? "yes" : "no"],
    ["interval", formatDuration(target.intervalMs)],
    ["timeout", formatDuration(target.timeoutMs)],
    ["fall, rise", `${target.fall}, ${target.rise}`],
    ["labels", formatLabels(target.labels)],
    ["vantages", JSON.stringify(target.vantages)],
    ["own zone", target.zone ?? "-"],
    ["policy", JSON.stringify(target.policy)],
    ["parents", target.parents.join(" ")],
    ["playbook", target.playbookUrl ?? "-"],
    ["revision", String(target.revision)],
    ["changed", dateTime(target.updatedAt)],
  ]);
  if (!session.json) warn(session, target.warnings);
}

const RESULT_COLUMNS: Column[] = [
  { header: "AT (UTC)", whole: true },
  { header: "PROBE" },
  { header: "CLASS" },
  { header: "LATENCY", align: "right" },
  { header: "CANARIES", drop: 3 },
  { header: "REASON", drop: 2 },
  { header: "WHY", widthMin: 24, widthMax: 300 },
];

function resultRow({ printer: { paint } }: Session): (result: ApiResult) => Row {
  return (result) => [
    dateTime(result.at),
    result.probe ?? result.probeId,
    { text: result.class, paint: result.class === "ok" ? paint.green : paint.red },
    `${(result.latencyUs / 1_000).toFixed(1)}ms`,
    result.certificate === "none" ? "-" : result.certificate,
    result.late ? `${result.reason} (late)` : result.reason,
    result.detail,
  ];
}

function showRun(session: Session, run: ApiRun): void {
  if (session.json) return session.printer.json(run);
  const { printer } = session;
  const asked = run.vantages.map(({ probe }) => probe).join(", ");
  if (asked === "") return printer.note("No vantage is connected: nobody was asked to look.");
  if (run.results.length === 0) return printer.line(printer.clean(`Asked to look: ${asked}.`));
  printer.table(RESULT_COLUMNS, run.results.map(resultRow(session)));
  if (!run.complete)
    printer.note(`Not all have answered in time; asked were: ${printer.clean(asked)}.`);
}

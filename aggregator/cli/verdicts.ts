/** `quorate verdicts`: what the witnesses together say of each target. */
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiPage } from "../../shared/api/common.ts";
import type { ApiTransition, ApiVerdict } from "../../shared/api/verdict.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import type { SortedOptions } from "../../shared/api/calls/queries.ts";
import type { CliContext } from "./context.ts";
import { explainLines } from "./explain.ts";
import { collectTexts, parseIntegerIn } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession, printList, printRecord } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import { ago, dateTime, formatLabels, verdictCell } from "./words.ts";

/** Adds `quorate verdicts`. */
export function addVerdicts(program: Command, context: CliContext): void {
  const verdicts = program.command("verdicts").description("verdicts: what the witnesses say");
  addListVerb(verdicts, "list", "list the verdicts of all targets")
    .addOption(new Option("--state <state>", "only in this state").choices(VERDICT_STATES))
    .option("--label <key=value>", "only with this label; may be given again", collectTexts)
    .option("--labels <selector>", "only these, such as team=shop,env!=test")
    .option("--sort <field>", "order: target, state (worst first), since, or -target, …")
    .action(async (flags: ListFlags & SortedOptions) => {
      const session = openSession(context, flags);
      const { state, label, labels, sort } = flags;
      const page = await gather(flags.limit, (query) =>
        session.client.verdicts.list({ ...query, state, label, labels, sort }),
      );
      list(session, page, context.clock.wallMs());
    });
  addVerb(verdicts, "get <target>", "show the verdict of one target").action(
    async (target: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.verdicts.get(target), context.clock.wallMs());
    },
  );
  addVerb(verdicts, "explain <target>", "why: who saw what, and the arithmetic of the quorum")
    .option("--transition <n>", "why, back then", parseIntegerIn(1, Number.MAX_SAFE_INTEGER))
    .action(async (target: string, flags: ClientFlags & { transition?: number }) => {
      const { client, json, printer, command } = openSession(context, flags);
      const { transition } = flags;
      const explanation = await client.verdicts.explain(target, { transition });
      if (json) printer.json(explanation);
      else explainLines(explanation, command, printer).forEach((line) => printer.line(line));
    });
  addListVerb(verdicts, "transitions <target>", "changes of a verdict, newest first").action(
    async (target: string, flags: ListFlags) => {
      const session = openSession(context, flags);
      const page = await gather(flags.limit, (query) =>
        session.client.verdicts.transitions(target, query),
      );
      listTransitions(session, page);
    },
  );
}

function list(session: Session, page: ApiPage<ApiVerdict>, nowMs: number): void {
  const { paint } = session.printer;
  printList(session, {
    page,
    empty: "There are no verdicts: no target fits.",
    columns: [
      { header: "TARGET", widthMin: 24 },
      { header: "VERDICT" },
      { header: "FOR", align: "right" },
      { header: "SINCE (UTC)", whole: true, drop: 1 },
      { header: "INCIDENT", whole: true, drop: 2 },
      { header: "LABELS", drop: 3, widthMax: 200 },
    ],
    row: ({ target, state, lean, since, incidentId, labels }) => [
      target,
      lean === "down"
        ? { text: `${state}, leans down`, paint: paint.yellow }
        : verdictCell(state, paint),
      ago(since, nowMs),
      dateTime(since),
      incidentId ?? "-",
      formatLabels(labels),
    ],
  });
}

function show(session: Session, verdict: ApiVerdict, nowMs: number): void {
  printRecord(session, verdict, [
    ["target", verdict.target],
    ["verdict", verdictCell(verdict.state, session.printer.paint)],
    ["for", ago(verdict.since, nowMs)],
    ["since", dateTime(verdict.since)],
    ["leans", verdict.lean ?? "-"],
    ["incident", verdict.incidentId ?? "-"],
    ["labels", formatLabels(verdict.labels)],
    ["transition", String(verdict.transition)],
  ]);
}

function listTransitions(session: Session, page: ApiPage<ApiTransition>): void {
  const { paint } = session.printer;
  printList(session, {
    page,
    empty: "The verdict has not changed yet.",
    columns: [
      { header: "NUMBER", align: "right" },
      { header: "AT (UTC)", whole: true },
      { header: "FROM" },
      { header: "TO" },
      { header: "INCIDENT", whole: true, drop: 2 },
      { header: "WHY", widthMin: 20, widthMax: 300 },
    ],
    row: ({ number, at, from, to, incidentId, sentence }) => [
      String(number),
      dateTime(at),
      from,
      verdictCell(to, paint),
      incidentId ?? "-",
      sentence,
    ],
  });
}

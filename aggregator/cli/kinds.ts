/** `quorate kinds`: what can be checked, and with which options. */
import type { Command } from "commander";
import type { ApiKind } from "../../shared/api/kind.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { CliContext } from "./context.ts";
import { addVerb, openSession, printList } from "./session.ts";
import type { ClientFlags, Session } from "./session.ts";

/** Adds `quorate kinds`. */
export function addKinds(program: Command, context: CliContext): void {
  const kinds = program.command("kinds").description("kinds: what can be checked, and how");
  addVerb(kinds, "list", "list the kinds of check").action(async (flags: ClientFlags) => {
    const session = openSession(context, flags);
    printList(session, {
      page: await session.client.kinds.list(),
      empty: "There are no kinds of check.",
      columns: [{ header: "KIND" }, { header: "WHAT IT DOES", widthMax: 1_000 }],
      row: ({ kind, summary }) => [kind, summary],
    });
  });
  addVerb(
    kinds,
    "get <kind>",
    "show the options of a kind, as `targets create --option` takes them",
  )
    .option("--examples", "show examples, as JSON")
    .action(async (name: string, flags: ClientFlags & { examples?: boolean }) => {
      const session = openSession(context, flags);
      const { items } = await session.client.kinds.list();
      const kind = items.find((one) => one.kind === name);
      if (kind === undefined) throw unknown(name, items);
      if (flags.examples === true) printExamples(session, kind);
      else printOptions(session, kind);
    });
}

function unknown(name: string, kinds: readonly ApiKind[]): QuorateError {
  const known = kinds.map(({ kind }) => kind).join(", ");
  const message = `There is no kind of check ${JSON.stringify(name)}: expected one of ${known}.`;
  return new QuorateError("not_found", message);
}

function printExamples(session: Session, { kind, examples }: ApiKind): void {
  if (session.json) return session.printer.json(examples);
  for (const { title, options } of examples) {
    session.printer.line(title);
    session.printer.line(JSON.stringify({ kind, options }, null, 2));
  }
}

function printOptions(session: Session, kind: ApiKind): void {
  if (session.json) return session.printer.json(kind);
  printList(session, {
    page: { items: kind.options, next: null },
    empty: `The kind ${kind.kind} has no options.`,
    columns: [
      { header: "OPTION" },
      { header: "TYPE", widthMax: 60 },
      { header: "DEFAULT", widthMax: 30 },
      { header: "WHAT IT DOES", widthMax: 1_000 },
    ],
    row: (option) => [
      option.path,
      option.type.replaceAll("`", "") + (option.secret ? ", secret" : ""),
      option.required ? "required" : (option.default ?? "-"),
      option.description,
    ],
  });
}

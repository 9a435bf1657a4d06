/** `quorate audit`: who wrote what, when and from where. */
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiAuditRecord } from "../../shared/api/audit.ts";
import { auditClassSchema } from "../../shared/api/audit.ts";
import type { AuditOptions } from "../../shared/api/calls/access.ts";
import { isoTime } from "../../shared/clock.ts";
import type { CliContext } from "./context.ts";
import { durationOption } from "./parse.ts";
import { addListVerb, gather, openSession, printList } from "./session.ts";
import type { ListFlags } from "./session.ts";
import { dateTime } from "./words.ts";

interface AuditFlags extends ListFlags, Pick<AuditOptions, "actor" | "resource" | "name"> {
  class?: AuditOptions["class"];
  /** Milliseconds. */
  since?: number;
}

/** Adds `quorate audit`. */
export function addAudit(program: Command, context: CliContext): void {
  const audit = program.command("audit").description("audit: who wrote what, when and from where");
  addListVerb(audit, "list", "list the audit log, newest first")
    .option("--actor <name>", "only by this token, session or person")
    .option("--resource <resource>", "only of this resource, such as targets")
    .option("--name <name>", "only of what has this name or id")
    .addOption(
      new Option("--class <class>", "only writes, refused requests or sign-ins").choices(
        auditClassSchema.options,
      ),
    )
    .addOption(durationOption("--since <duration>", "only of the last hour: 1h (default: all)"))
    .action(async (flags: AuditFlags) => {
      const session = openSession(context, flags);
      const { actor, resource, name, since } = flags;
      const from = since === undefined ? undefined : isoTime(context.clock.wallMs() - since);
      const narrow = { actor, resource, name, class: flags.class, from };
      const page = await gather(flags.limit, (query) =>
        session.client.audit.list({ ...query, ...narrow }),
      );
      printList(session, {
        page,
        empty: "Nothing of this was written.",
        columns: [
          { header: "AT (UTC)", whole: true },
          { header: "WHO", widthMin: 12 },
          { header: "FROM", drop: 2 },
          { header: "DID" },
          { header: "WHAT", widthMin: 16 },
          { header: "REVISION", drop: 1 },
          { header: "CHANGED", drop: 3 },
        ],
        row: (record) => [
          dateTime(record.at),
          record.actor.name === "" ? record.actor.kind : record.actor.name,
          record.address === "" ? "-" : record.address,
          record.error === "" ? record.action.replaceAll("_", " ") : `refused: ${record.error}`,
          whatOf(record),
          revisionsOf(record),
          record.changed.length === 0 ? "-" : record.changed.join(", "),
        ],
      });
    });
}

const whatOf = ({ resource, name, resourceId }: ApiAuditRecord): string =>
  [resource, name === "" ? resourceId : name].filter((part) => part !== "").join(" ");

function revisionsOf({ revisionBefore: before, revisionAfter: after }: ApiAuditRecord): string {
  if (before === null && after === null) return "-";
  return `${before ?? "none"} → ${after ?? "none"}`;
}

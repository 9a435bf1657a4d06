/** `quorate sessions`: browsers that are signed in. */
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { addListVerb, addVerb, gather, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags, ListFlags } from "./session.ts";
import { dateTime } from "./words.ts";

/** Adds `quorate sessions`. */
export function addSessions(program: Command, context: CliContext): void {
  const sessions = program.command("sessions").description("sessions: browsers that are signed in");
  addListVerb(sessions, "list", "list browsers that are signed in").action(
    async (flags: ListFlags) => {
      const session = openSession(context, flags);
      const page = await gather(flags.limit, (query) => session.client.sessions.list(query));
      printList(session, {
        page,
        empty: "No browser is signed in.",
        columns: [
          { header: "SESSION", whole: true },
          { header: "WHO", widthMin: 16 },
          { header: "SCOPE" },
          { header: "CREATED (UTC)", whole: true, drop: 1 },
          { header: "EXPIRES (UTC)", whole: true },
        ],
        row: ({ id, who, scope, createdAt, expiresAt }) => [
          id,
          who,
          scope,
          dateTime(createdAt),
          dateTime(expiresAt),
        ],
      });
    },
  );
  addVerb(sessions, "delete <session>", "sign a browser out").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.sessions.delete(id);
      printDone(session, `${id} is signed out.`);
    },
  );
}

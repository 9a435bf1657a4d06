/** `quorate tokens`: who may ask the API for what. */
import { Option } from "commander";
import type { Command } from "commander";
import { tokenScopeSchema } from "../../shared/api/token.ts";
import { isoTime } from "../../shared/clock.ts";
import type { CliContext } from "./context.ts";
import { durationOption } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags, ListFlags } from "./session.ts";
import { dateTime } from "./words.ts";

interface CreateFlags extends ClientFlags {
  scope: string;
  probe?: string;
  expiresIn?: number;
}

/** Adds `quorate tokens`. */
export function addTokens(program: Command, context: CliContext): void {
  const tokens = program.command("tokens").description("tokens: who may ask the API for what");
  addVerb(tokens, "create <name>", "make a token; prints it, once")
    .addOption(
      new Option("--scope <scope>", "what it may do")
        .choices(tokenScopeSchema.options)
        .makeOptionMandatory(),
    )
    .option("--probe <probe>", "for scope probe: whose identity it proves")
    .addOption(durationOption("--expires-in <duration>", "how long it is valid (default for ever)"))
    .action((name: string, flags: CreateFlags) => create(context, name, flags));
  addListVerb(tokens, "list", "list tokens; their secrets are not known any more").action(
    async (flags: ListFlags) => {
      const session = openSession(context, flags);
      const page = await gather(flags.limit, (query) => session.client.tokens.list(query));
      printList(session, {
        page,
        empty: "There are no tokens.",
        columns: [
          { header: "TOKEN", whole: true },
          { header: "NAME", widthMin: 16 },
          { header: "SCOPE" },
          { header: "PROBE", drop: 1 },
          { header: "CREATED (UTC)", whole: true, drop: 2 },
          { header: "EXPIRES (UTC)", whole: true },
        ],
        row: ({ id, name, scope, probeId, createdAt, expiresAt }) => [
          id,
          name,
          scope,
          probeId ?? "-",
          dateTime(createdAt),
          dateTime(expiresAt),
        ],
      });
    },
  );
  addVerb(tokens, "delete <token>", "delete a token by its id: it is void at once").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.tokens.delete(id);
      printDone(session, `${id} is deleted, and void.`);
    },
  );
}

async function create(context: CliContext, name: string, flags: CreateFlags): Promise<void> {
  const { client, json, printer } = openSession(context, flags);
  const { scope, probe, expiresIn } = flags;
  const created = await client.tokens.create({
    name,
    scope,
    ...(probe === undefined ? {} : { probe }),
    ...(expiresIn === undefined ? {} : { expiresAt: isoTime(context.clock.wallMs() + expiresIn) }),
  });
  if (json) return printer.json(created);
  printer.line(`${created.token.name} may ${created.token.scope} (${created.token.id})`);
  printer.line(`secret ${printer.clean(created.secret)}`);
  printer.note("The secret is shown this once: keep it in a file with mode 0600.");
}

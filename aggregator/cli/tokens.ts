/** `quorate tokens`: who may ask the API for what. */
import { Option } from "commander";
import type { Command } from "commander";
import { tokenScopeSchema } from "../../shared/api/token.ts";
import type { ApiToken } from "../../shared/api/token.ts";
import { isoTime } from "../../shared/clock.ts";
import type { CliContext } from "./context.ts";
import { collectLabel, durationOption } from "./parse.ts";
import { addListVerb, addVerb, gather, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import { dateTime, formatDuration, formatLabels } from "./words.ts";

interface CreateFlags extends ClientFlags {
  scope: string;
  probe?: string;
  label?: Record<string, string>;
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
    .option(
      "--label <key=value>",
      "bind it to targets with this label; may be given again (default: it is not bound)",
      collectLabel,
    )
    .addOption(durationOption("--expires-in <duration>", "how long it is valid (default for ever)"))
    .action((name: string, flags: CreateFlags) => create(context, name, flags));
  addTokenList(tokens, context);
  addVerb(tokens, "rotate <token>", "give a token a new secret; prints it, once")
    .addOption(
      durationOption("--grace <duration>", "how long the present one is still accepted", "24h"),
    )
    .action(async (id: string, flags: ClientFlags & { grace: number }) => {
      const session = openSession(context, flags);
      const { grace: graceMs } = flags;
      const rotated = await session.client.tokens.rotate(id, { graceMs });
      const still = graceMs === 0 ? "void now" : `accepted for ${formatDuration(graceMs)} more`;
      printSecret(session, rotated, `${rotated.token.name} is rotated; its old secret is ${still}`);
    });
  addVerb(
    tokens,
    "delete <token>",
    "revoke a token by its name or id: void at once, and its streams end",
  )
    .alias("revoke")
    .action(async (idOrName: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.tokens.delete(idOrName);
      printDone(session, `${idOrName} is deleted, and void.`);
    });
}

function addTokenList(tokens: Command, context: CliContext): void {
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
          { header: "OF", drop: 3 },
          { header: "CREATED (UTC)", whole: true, drop: 1 },
          { header: "USED (UTC)", whole: true, drop: 2 },
          { header: "EXPIRES (UTC)", whole: true },
        ],
        row: ({ id, name, scope, probeId, labels, createdAt, lastUsedAt, expiresAt }) => [
          id,
          name,
          scope,
          probeId ?? formatLabels(labels),
          dateTime(createdAt),
          dateTime(lastUsedAt),
          dateTime(expiresAt),
        ],
      });
    },
  );
}

async function create(context: CliContext, name: string, flags: CreateFlags): Promise<void> {
  const session = openSession(context, flags);
  const { scope, probe, label: labels, expiresIn } = flags;
  const created = await session.client.tokens.create({
    name,
    scope,
    ...(labels === undefined ? {} : { labels }),
    ...(probe === undefined ? {} : { probe }),
    ...(expiresIn === undefined ? {} : { expiresAt: isoTime(context.clock.wallMs() + expiresIn) }),
  });
  const { token } = created;
  const of = labels === undefined ? "" : ` targets with ${formatLabels(token.labels)}`;
  printSecret(session, created, `${token.name} may ${token.scope}${of} (${token.id})`);
}

/** Prints a secret, which nobody can print again. */
function printSecret(
  { json, printer }: Session,
  answer: { token: ApiToken; secret: string },
  sentence: string,
): void {
  if (json) return printer.json(answer);
  printer.line(printer.clean(sentence));
  printer.line(`secret ${printer.clean(answer.secret)}`);
  printer.note("The secret is shown this once: keep it in a file with mode 0600.");
}

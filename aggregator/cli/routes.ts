/** `quorate routes`: who is told of what. */
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { collectLabel } from "./parse.ts";
import { addVerb, openSession } from "./session.ts";
import { printDone } from "./session.ts";
import type { ClientFlags } from "./session.ts";
import { readSpecFile } from "./target-spec.ts";

interface TestFlags extends ClientFlags {
  label?: Record<string, string>;
  severity?: string;
  scope?: string;
  type?: string;
  at?: string;
  file?: string;
}

/** Adds `quorate routes`. */
export function addRoutes(program: Command, context: CliContext): void {
  const routes = program.command("routes").description("routes: who is told of what");
  addVerb(routes, "get", "show the tree of routes, as JSON that `put` takes").action(
    async (flags: ClientFlags) => {
      const session = openSession(context, flags);
      const found = await session.client.routes.get();
      session.printer.json(flags.json === true ? found : found.root);
    },
  );
  addVerb(routes, "put", "set the tree of routes")
    .requiredOption("--file <file>", "JSON of the root, - for standard input")
    .action(async (flags: ClientFlags & { file: string }) => {
      const session = openSession(context, flags);
      const put = await session.client.routes.put(await readSpecFile(flags.file, context));
      printDone(session, `The routes are set (revision ${put.revision}).`, put);
      for (const warning of put.warnings) session.printer.note(session.printer.clean(warning));
    });
  addVerb(routes, "delete", "remove the tree of routes: every channel is told again").action(
    async (flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.routes.delete();
      printDone(session, "The routes are removed: every channel is told by its own events.");
    },
  );
  addVerb(routes, "test [target]", "where would this go? Nothing is sent")
    .option("--label <key=value>", "a label, over the target's; may be given again", collectLabel)
    .option("--severity <severity>", "critical, major or minor (default critical)")
    .option("--scope <scope>", "target, probe or mesh (default target)")
    .option("--type <type>", "type of the event (default target.down)")
    .option("--at <time>", "when it happens, RFC 3339 (default now)")
    .option("--file <file>", "a tree to try instead of the one in force")
    .action(async (target: string | undefined, flags: TestFlags) => {
      const session = openSession(context, flags);
      const { label: labels, severity, scope, type, at, file } = flags;
      const root = file === undefined ? undefined : await readSpecFile(file, context);
      const asked = { target, labels, severity, scope, type, at, root };
      const answer = await session.client.routes.test(asked);
      printDone(session, answer.sentence, answer);
    });
}

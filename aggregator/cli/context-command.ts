/** `quorate context`: aggregators by name, so that no flag or variable is needed. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { nameSchema } from "../../shared/target.ts";
import type { CliContext } from "./context.ts";
import { contextsPath, entryOf, readContexts, writeContexts } from "./contexts.ts";
import type { ContextEntry, ContextFile } from "./contexts.ts";
import { apiUrl } from "./endpoint.ts";
import { UsageError } from "./exit-codes.ts";
import { addOutput, openVoice } from "./session.ts";
import type { OutputFlags } from "./session.ts";

interface SetFlags {
  url?: string;
  tokenFile?: string;
  tokenVariable?: string;
  tokenStdin?: boolean;
  use?: boolean;
}

const EXPLAINED = `
The file is ~/.config/quorate/config.yaml, or below XDG_CONFIG_HOME, and readable by you only.
Flags go before variables, and variables before contexts: --api, --context, QUORATE_URL,
QUORATE_CONTEXT, the context in use. A context's token is sent to its own address only.`;

/** Adds `quorate context`. */
export function addContext(program: Command, context: CliContext): void {
  const noun = program
    .command("context")
    .description("context: aggregators by name, and the one that is used")
    .addHelpText("after", EXPLAINED);
  addOutput(noun.command("list").description("list the contexts")).action((flags: OutputFlags) =>
    list(context, flags),
  );
  noun
    .command("current")
    .description("print the name of the context in use")
    .action(() => {
      const { current } = readContexts(contextsPath(context.settings));
      if (current === null) context.printer.note("No context is in use.");
      else context.printer.line(current);
    });
  noun
    .command("use <name>")
    .description("use this context from now on")
    .action((name: string) => {
      change(context, (file) => {
        entryOf(file, name);
        return { ...file, current: name };
      });
      context.printer.line(`${name} is used from now on.`);
    });
  addSet(noun, context);
  noun
    .command("delete <name>")
    .description("forget a context, and its token if it stands in the file")
    .action((name: string) => {
      change(context, ({ current, contexts }) => {
        entryOf({ contexts }, name);
        const rest = Object.entries(contexts).filter(([one]) => one !== name);
        return { current: current === name ? null : current, contexts: Object.fromEntries(rest) };
      });
      context.printer.line(`${name} is deleted.`);
    });
}

function addSet(noun: Command, context: CliContext): void {
  noun
    .command("set <name>")
    .description("make or change a context; the first one made is used at once")
    .option("--url <url>", "address of the API")
    .option("--token-file <file>", "the token is in this file, read at every command")
    .option("--token-variable <name>", "the token is in this variable of the environment")
    .option("--token-stdin", "read the token from standard input, and keep it in the file")
    .option("--use", "use it from now on")
    .action(async (name: string, flags: SetFlags) => {
      if (!nameSchema.safeParse(name).success) {
        throw new UsageError(`Expected a name of letters, digits, '.', '_', '-'; found ${name}.`);
      }
      const token = await tokenOf(flags, context);
      const { current } = change(context, (file) => {
        const before = Object.hasOwn(file.contexts, name) ? file.contexts[name] : undefined;
        const contexts = { ...file.contexts, [name]: changed(before, flags, token) };
        const isUsed = flags.use === true || Object.keys(contexts).length === 1;
        return { current: isUsed ? name : file.current, contexts };
      });
      context.printer.line(`${name} is kept${current === name ? ", and used" : ""}.`);
    });
}

/** Where the token of a context will come from; empty when nothing is said of it. */
async function tokenOf(flags: SetFlags, context: CliContext): Promise<Partial<ContextEntry>> {
  const { tokenFile, tokenVariable, tokenStdin } = flags;
  const given = [tokenFile, tokenVariable, tokenStdin].filter((one) => one !== undefined);
  if (given.length > 1) {
    throw new UsageError("Expected one of --token-file, --token-variable and --token-stdin.");
  }
  if (tokenFile !== undefined) return { tokenFile: resolve(tokenFile) };
  if (tokenVariable !== undefined) return { tokenVariable };
  if (tokenStdin !== true) return {};
  const token = (await context.readStdin()).trim();
  if (token !== "") return { token };
  throw new UsageError("Expected a token on standard input; found nothing.");
}

function changed(
  before: ContextEntry | undefined,
  { url }: SetFlags,
  token: Partial<ContextEntry>,
): ContextEntry {
  const address = url === undefined ? before?.url : apiUrl(url).href;
  if (address === undefined) throw new UsageError("Expected --url with the address of the API.");
  // A token is for one aggregator: another address does not inherit it.
  const isSame = before !== undefined && before.url === address;
  const kept = Object.keys(token).length === 0 && isSame ? before : {};
  return { ...kept, ...token, url: address };
}

function change(context: CliContext, edit: (file: ContextFile) => ContextFile): ContextFile {
  const path = contextsPath(context.settings);
  const edited = edit(readContexts(path));
  writeContexts(path, edited);
  return edited;
}

function list(context: CliContext, flags: OutputFlags): void {
  const { printer, json } = openVoice(context, flags);
  const path = contextsPath(context.settings);
  const { current, contexts } = readContexts(path);
  const items = Object.entries(contexts).map(([name, entry]) => {
    return { name, url: entry.url, token: tokenWords(entry), isCurrent: name === current };
  });
  if (json) return printer.json({ items, next: null });
  if (items.length === 0) {
    return printer.note(`There are no contexts yet: ${context.command} context set NAME --url URL`);
  }
  printer.table(
    [{ header: "" }, { header: "CONTEXT" }, { header: "URL", widthMax: 200 }, { header: "TOKEN" }],
    items.map(({ name, url, token, isCurrent }) => [isCurrent ? "*" : "", name, url, token]),
  );
}

/** Where a token comes from; never the token. */
function tokenWords({ token, tokenFile, tokenVariable }: ContextEntry): string {
  if (tokenFile !== undefined) return existsSync(tokenFile) ? tokenFile : `${tokenFile} (missing)`;
  if (tokenVariable !== undefined) return `$${tokenVariable}`;
  return token === undefined ? "-" : "kept in the file";
}

/** What the verbs of the nouns share: flags, the API client with its token, pages and output. */
import { Option } from "commander";
import type { Command } from "commander";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiPage } from "../../shared/api/common.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CliContext } from "./context.ts";
import { endpointOf } from "./endpoint.ts";
import type { EndpointFlags } from "./endpoint.ts";
import { UsageError } from "./exit-codes.ts";
import { isForMachines, OUTPUT_FORMS } from "./output.ts";
import type { OutputForm } from "./output.ts";
import { parseIntegerIn } from "./parse.ts";
import type { Printer } from "./printer.ts";
import type { Column, Row } from "./table.ts";

/** Flags that every verb of a noun has. */
export interface ClientFlags extends EndpointFlags {
  json?: boolean;
  output?: OutputForm;
}

/** Flags of a verb that lists. */
export interface ListFlags extends ClientFlags {
  limit: number;
}

/** What a verb works with. */
export interface Session {
  client: ApiClient;
  printer: Printer;
  /** How a person calls this program; hints begin with it. */
  command: string;
  /** True: the API's answer for machines instead of tables for people. */
  json: boolean;
}

/** Rows a list shows unless told otherwise. */
const LIST_ROWS = 200;

/** Most rows a list shows. */
const LIST_ROWS_MAX = 1_000_000;

/** Adds a verb with the flags that all verbs have. */
export function addVerb(noun: Command, usage: string, description: string): Command {
  return addOutput(addEndpointFlags(noun.command(usage).description(description)));
}

/** Adds the flags that say in which form a command prints. */
export function addOutput(command: Command): Command {
  const form = new Option("-o, --output <form>", "form of what is printed (default table)");
  return command.addOption(form.choices(OUTPUT_FORMS)).option("--json", "short for --output json");
}

/** Adds the flags that say which aggregator is asked, and as whom. */
export function addEndpointFlags(command: Command): Command {
  return command
    .option("--api <url>", "address of the API; else QUORATE_URL")
    .option("--context <name>", "aggregator of this name; else QUORATE_CONTEXT")
    .option("--token-file <file>", "file with the bearer token; else QUORATE_TOKEN")
    .option("--data <dir>", "take admin.token from this folder of an aggregator");
}

/** A write that is tried first. */
export interface TrialFlag {
  dryRun?: boolean;
}

/** Adds the flag that lets a write be tried first. */
export function addTrial(verb: Command): Command {
  return verb.option("--dry-run", "only check it, and say what would be; nothing is written");
}

/** The sentence of what was done to something, or would be; `facts` hold only of what was done. */
export function doneSentence(name: string, done: string, told: TrialFlag & { facts: string }) {
  return told.dryRun === true ? `${name} would be ${done}.` : `${name} is ${done} (${told.facts}).`;
}

/** Adds a verb that lists. */
export function addListVerb(noun: Command, usage: string, description: string): Command {
  return addVerb(noun, usage, description).option(
    "--limit <n>",
    "rows at most",
    parseIntegerIn(1, LIST_ROWS_MAX),
    LIST_ROWS,
  );
}

/** Opens a session with the API; what fails for a moment is tried again `retries` times. */
export function openSession(context: CliContext, flags: ClientFlags, retries = 0): Session {
  const { url, token } = endpointOf(context, flags);
  return {
    client: createApiClient({ url: url.href, retries, ...(token === null ? {} : { token }) }),
    command: context.command,
    ...openVoice(context, flags),
  };
}

/** Flags that say in which form a command prints. */
export type OutputFlags = Pick<ClientFlags, "output" | "json">;

/** What a command that asks no API prints with. */
export function openVoice(
  { printer }: Pick<CliContext, "printer">,
  flags: OutputFlags,
): Pick<Session, "printer" | "json"> {
  const form = formOf(flags);
  return { printer: printer.as(form), json: isForMachines(form) };
}

/** The form of output that the flags choose. */
function formOf({ output, json }: OutputFlags): OutputForm {
  if (json !== true) return output ?? "table";
  if (output === undefined || output === "json") return "json";
  throw new UsageError(`Expected --json or --output ${output}; found both.`);
}

/** Gathers the pages of a list, at most `limit` rows. */
export async function gather<Item>(
  limit: number,
  fetchPage: (query: { limit: number; cursor?: string }) => Promise<ApiPage<Item>>,
): Promise<ApiPage<Item>> {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const rows = Math.min(limit - items.length, LIMITS.pageRowsMax);
    const page: ApiPage<Item> = await fetchPage(
      next === null ? { limit: rows } : { limit: rows, cursor: next },
    );
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items, next };
}

/** How a list is shown. */
export interface Listing<Item> {
  page: ApiPage<Item>;
  columns: readonly Column[];
  row: (item: Item) => Row;
  /** What is said when the list is empty. */
  empty: string;
}

/** Prints a list as a table, or as `{ items, next }` in JSON. */
export function printList<Item>({ printer, json }: Session, listing: Listing<Item>): void {
  const { page, columns, row, empty } = listing;
  if (json) return printer.json(page);
  if (page.items.length === 0) return printer.note(empty);
  printer.table(columns, page.items.map(row));
  if (page.next !== null) printer.note("There are more rows: give a larger --limit.");
}

/** Prints one thing as pairs of name and value, or in JSON. */
export function printRecord(
  { printer, json }: Session,
  value: object,
  pairs: readonly (readonly [string, Row[number]])[],
): void {
  if (json) return printer.json(value);
  printer.table([{ header: "FIELD" }, { header: "VALUE", widthMax: 1_000 }], pairs);
}

/** Prints the sentence that says what was done, or the answer in JSON. */
export function printDone({ printer, json }: Session, sentence: string, answer?: object): void {
  if (json) printer.json(answer ?? { ok: true });
  else printer.line(printer.clean(sentence));
}

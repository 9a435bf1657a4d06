/** What the verbs of the nouns share: flags, the API client with its token, pages and output. */
import { join } from "node:path";
import type { Command } from "commander";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import type { ApiPage } from "../../shared/api/common.ts";
import { isLoopbackHost } from "../../shared/host-port.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile, tryReadSecretFile } from "./files.ts";
import { parseIntegerIn } from "./parse.ts";
import type { Printer } from "./printer.ts";
import type { Column, Row } from "./table.ts";

/** Flags that every verb of a noun has. */
export interface ClientFlags {
  api?: string;
  tokenFile?: string;
  data?: string;
  json?: boolean;
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
  /** True: JSON for machines instead of tables for people. */
  json: boolean;
}

/** Rows a list shows unless told otherwise. */
const LIST_ROWS = 200;

/** Most rows a list shows. */
const LIST_ROWS_MAX = 1_000_000;

/** Adds a verb with the flags that all verbs have. */
export function addVerb(noun: Command, usage: string, description: string): Command {
  return noun
    .command(usage)
    .description(description)
    .option("--api <url>", "address of the API; else QUORATE_URL")
    .option("--token-file <file>", "file with the bearer token; else QUORATE_TOKEN")
    .option("--data <dir>", "take admin.token from this folder of an aggregator")
    .option("--json", "print JSON for machines");
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

/** Opens a session with the API. */
export function openSession(context: CliContext, flags: ClientFlags): Session {
  const url = apiUrl(flags.api ?? context.settings.url);
  const token = tokenFor(url, context, flags);
  return {
    client: createApiClient({ url: url.href, ...(token === null ? {} : { token }) }),
    printer: context.printer,
    command: context.command,
    json: flags.json ?? false,
  };
}

function apiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UsageError(
      `Expected the API's address as http://HOST:PORT or https://HOST:PORT; found ${text}. ` +
        "Set QUORATE_URL or give --api.",
    );
  }
  return url;
}

/**
 * The token for an address: what the caller named, else the environment's, else the one that an
 * aggregator in this folder made. The last goes to this machine only: it is an admin's token, and
 * the caller never said that another machine may have it.
 */
function tokenFor(url: URL, context: CliContext, flags: ClientFlags): string | null {
  if (flags.tokenFile) return readSecretFile(flags.tokenFile);
  if (flags.data) return readSecretFile(join(flags.data, "admin.token"));
  if (context.settings.token !== null) return context.settings.token;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isLoopbackHost(host) ? tryReadSecretFile(join(".quorate", "admin.token")) : null;
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

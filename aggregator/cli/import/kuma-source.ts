/** Uptime Kuma's two forms: the backup in JSON of its first version, and its SQLite database. */
import { closeSync, openSync, readSync } from "node:fs";
import type BetterSqlite from "better-sqlite3";
import { messageOf, QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { ImportBook } from "./book.ts";
import { isValues, mapTexts, scalarText } from "./fields.ts";
import type { Values } from "./fields.ts";
import { parseJsonFile, readImportFile } from "./read.ts";

/** What Uptime Kuma keeps, whichever form it came in; names of fields as in the database. */
export interface KumaData {
  monitors: Values[];
  notifications: Values[];
  /** Ids of the notifications of a monitor, by its id. */
  notified: ReadonlyMap<string, readonly string[]>;
  /** Tags of a monitor, by its id: names and values. */
  tags: ReadonlyMap<string, readonly (readonly [string, string])[]>;
  proxies: ReadonlyMap<string, Values>;
}

const SQLITE = "SQLite format 3\0";

/** Reads a backup or a database; what it holds beside these is told. */
export async function readKuma(file: string, book: ImportBook): Promise<KumaData> {
  return isSqlite(file) ? fromDatabase(file, book) : fromBackup(file, book);
}

function isSqlite(file: string): boolean {
  const head = Buffer.alloc(SQLITE.length);
  try {
    const handle = openSync(file, "r");
    try {
      return (
        readSync(handle, head, 0, head.length, 0) === head.length && head.toString() === SQLITE
      );
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new QuorateError("invalid", `Cannot read the file ${file}: ${messageOf(error)}.`);
  }
}

const idOf = (value: unknown): string => String(value);

function fromBackup(file: string, book: ImportBook): KumaData {
  const root = mapTexts(parseJsonFile(file, readImportFile(file)), (text) => text);
  const list = (name: string): Values[] => {
    const value = isValues(root) ? root[name] : undefined;
    if (Array.isArray(value)) return value.filter(isValues);
    if (value !== undefined) book.left(`file ${file}`)(name, "expected a list");
    return [];
  };
  if (!isValues(root) || !Array.isArray(root["monitorList"])) {
    const sentence = `${file}: expected a backup of Uptime Kuma, a map with a monitorList.`;
    throw new QuorateError("invalid", sentence);
  }
  const notified = new Map<string, string[]>();
  const tags = new Map<string, [string, string][]>();
  const monitors = list("monitorList").map((monitor) => {
    const { notificationIDList: ids, tags: own, ...rest } = monitor;
    const id = idOf(rest["id"]);
    if (isValues(ids))
      notified.set(
        id,
        Object.keys(ids).filter((key) => ids[key] === true),
      );
    if (Array.isArray(own)) {
      const pairs = own
        .filter(isValues)
        .map(({ name, value }): [string, string] => [String(name), scalarText(value) ?? ""]);
      tags.set(id, pairs);
    }
    return inSnakeCase(rest);
  });
  const proxies = list("proxyList").map(
    (proxy) => [idOf(proxy["id"]), inSnakeCase(proxy)] as const,
  );
  const notifications = list("notificationList").map(inSnakeCase);
  return { monitors, notifications, notified, tags, proxies: new Map(proxies) };
}

/** `ignoreTls` is `ignore_tls` in the database; names of three columns are their own. */
function inSnakeCase(values: Values): Values {
  const renamed = Object.entries(values).map(([name, value]) => {
    const snake = name.replaceAll(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`);
    return [snake.replace(/^_/, ""), value] as const;
  });
  return Object.fromEntries(renamed);
}

async function fromDatabase(file: string, book: ImportBook): Promise<KumaData> {
  const { default: Database } = await import("better-sqlite3");
  let db: BetterSqlite.Database | null = null;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    db.pragma("trusted_schema = OFF");
    const rows = rowReader(db);
    if (!rows.has("monitor")) {
      const sentence = `${file}: expected the database of Uptime Kuma, with a table monitor.`;
      throw new QuorateError("invalid", sentence);
    }
    if (rows.count("monitor") > LIMITS.importRowsMax) {
      const sentence = `${file} has more than ${LIMITS.importRowsMax} monitors.`;
      throw new QuorateError("invalid", sentence);
    }
    leaveTables(rows, book);
    return dataOf(rows);
  } catch (error) {
    if (error instanceof QuorateError) throw error;
    const sentence = `The database ${file} cannot be read: ${messageOf(error)}.`;
    throw new QuorateError("invalid", sentence);
  } finally {
    db?.close();
  }
}

interface RowReader {
  has(table: string): boolean;
  all(table: string): Values[];
  count(table: string): number;
}

/** Reads plain tables only: a view, or a virtual table, could be made to run for ever. */
function rowReader(db: BetterSqlite.Database): RowReader {
  const plain = db
    .prepare<[string], string>(
      "SELECT sql FROM sqlite_schema " +
        "WHERE type = 'table' AND name = ? AND sql LIKE 'CREATE TABLE%'",
    )
    .pluck();
  const has = (table: string): boolean => plain.get(table) !== undefined;
  return {
    has,
    count: (table) => {
      if (!has(table)) return 0;
      return Number(db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get());
    },
    all: (table) => {
      if (!has(table)) return [];
      const found: unknown[] = db
        .prepare(`SELECT * FROM "${table}" LIMIT ?`)
        .all(LIMITS.importRowsMax);
      return found.map((row) => mapTexts(row, (text) => text)).filter(isValues);
    },
  };
}

function dataOf(rows: RowReader): KumaData {
  const names = new Map(rows.all("tag").map(({ id, name }) => [idOf(id), String(name)]));
  const tags = new Map<string, [string, string][]>();
  for (const { monitor_id: monitor, tag_id: tag, value } of rows.all("monitor_tag")) {
    const pair: [string, string] = [names.get(idOf(tag)) ?? "", scalarText(value) ?? ""];
    tags.set(idOf(monitor), [...(tags.get(idOf(monitor)) ?? []), pair]);
  }
  const notified = new Map<string, string[]>();
  for (const { monitor_id: monitor, notification_id: one } of rows.all("monitor_notification")) {
    notified.set(idOf(monitor), [...(notified.get(idOf(monitor)) ?? []), idOf(one)]);
  }
  const proxies = rows.all("proxy").map((proxy) => [idOf(proxy["id"]), proxy] as const);
  const [monitors, notifications] = [rows.all("monitor"), rows.all("notification")];
  return { monitors, notifications, notified, tags, proxies: new Map(proxies) };
}

/** Tables whose rows are not carried, and why. */
const LEFT: readonly (readonly [string, string])[] = [
  ["maintenance", "write them as maintenance of this file: when they are needs a decision"],
  ["status_page", "make status pages of the targets by their labels"],
  ["incident", "they belong to the status pages"],
  ["heartbeat", "what was seen before is not carried; history begins anew"],
  ["user", "people sign in with tokens here"],
  ["api_key", "make tokens of this aggregator"],
];

function leaveTables(rows: RowReader, book: ImportBook): void {
  for (const [table, reason] of LEFT) {
    const count = rows.count(table);
    if (count > 0) book.left(`table ${table}`)(`(${count} rows)`, reason);
  }
}

/** Imports of the golden samples, and a database of Uptime Kuma as its migrations make it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { loadConfig } from "../../aggregator/cli/config/load.ts";
import { formatProblem } from "../../aggregator/cli/config/node.ts";
import { createBook } from "../../aggregator/cli/import/book.ts";
import { finishImport } from "../../aggregator/cli/import/finish.ts";
import type { Imported } from "../../aggregator/cli/import/finish.ts";
import { IMPORT_FORMS } from "../../aggregator/cli/import/index.ts";
import { configKinds } from "./config-kinds.ts";

/** Folder of the samples. */
export const IMPORT_SAMPLES = fileURLToPath(new URL("../golden/import/", import.meta.url));

/** The samples: the tool, and its files below the folder. */
export const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  gatus: ["gatus/config.yaml"],
  "uptime-kuma": ["uptime-kuma/backup.json"],
  blackbox: ["blackbox/prometheus.yml", "blackbox/blackbox.yml"],
  urls: ["urls/list.txt"],
};

/** What came of an import, with the values of its variables. */
export interface ImportRun {
  made: Imported;
  variables: ReadonlyMap<string, string | null>;
}

/** Imports files of a tool. */
export async function runImport(
  tool: string,
  files: readonly string[],
  withSecrets = false,
): Promise<ImportRun> {
  const form = IMPORT_FORMS[tool];
  if (form === undefined) throw new Error(`no such tool: ${tool}`);
  const book = createBook({ withSecrets });
  await form.read(files, book);
  const made = finishImport(book, { owner: "imported", kinds: configKinds(), from: form.title });
  return { made, variables: book.variables };
}

/** The report as text, one thing a line. */
export function reportText({ rows }: Imported): string {
  const lines = rows.map(({ outcome, item, field, reason }) => {
    return `${outcome} | ${item} | ${field} | ${reason}\n`;
  });
  return lines.join("").replaceAll(IMPORT_SAMPLES, "");
}

/** Mistakes that `quorate config check` finds in a file; variables that are not known are `x`. */
export function mistakesOf(text: string, variables: ImportRun["variables"]): string[] {
  const sources = {
    readText: () => text,
    list: () => [],
    variable: (name: string) => variables.get(name) ?? "x",
  };
  const { problems } = loadConfig("quorate.yaml", { sources, kinds: configKinds() });
  return problems.map(formatProblem);
}

/** Runs `use` with a folder of its own, and removes it. */
export async function withFolder(use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-import-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a database of the tables and rows in a file of SQL. */
export function databaseFrom(sqlFile: string, path: string): void {
  const db = new Database(path);
  try {
    db.exec(readFileSync(sqlFile, "utf8"));
  } finally {
    db.close();
  }
}

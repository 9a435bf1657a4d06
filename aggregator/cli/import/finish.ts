/** Makes a configuration file of an import: what the check refuses is left out, and told. */
import { stringify } from "yaml";
import { loadConfig } from "../config/load.ts";
import type { ConfigKinds } from "../config/check.ts";
import type { ConfigSources } from "../config/references.ts";
import { SECTIONS } from "../config/sections.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Draft, ImportBook, ImportRow } from "./book.ts";
import { isValues } from "./fields.ts";
import { variablesIn, withReferences } from "./marks.ts";
import { readImportFile } from "./read.ts";

/** A file that passes the check, and what it does not hold. */
export interface Imported {
  text: string;
  targets: number;
  channels: number;
  /** Variables that have to be set before it is applied. */
  variables: string[];
  rows: readonly ImportRow[];
}

/** What a file is made with. */
export interface FinishDeps {
  owner: string;
  kinds: ConfigKinds;
  /** What the file was made from, such as `Gatus`. */
  from: string;
}

/** Label by which a target names a channel that is told of it. */
export const NOTIFY_LABEL = "notify.";

/** Stand for variables whose values nobody knows here; one of them has to fit. */
const STAND_INS = ["stand-in-of-a-variable", "https://stand-in.example/", "1"];

/** Makes the file. */
export function finishImport(book: ImportBook, { owner, kinds, from }: FinishDeps): Imported {
  const kept = book.drafts.flatMap((draft) => {
    const why =
      book.drafts.length > LIMITS.configItemsMax
        ? "there are too many"
        : faultOf(draft, { book, kinds });
    if (why === null) return draft;
    book.left(draft.item)("(all)", why);
    return [];
  });
  const channels = kept.filter(({ noun }) => noun === "channel");
  const targets = kept.filter(({ noun }) => noun === "target");
  const sections = {
    owner,
    ...(channels.length === 0 ? {} : { channels: channels.map(({ spec }) => spec) }),
    ...(targets.length === 0 ? {} : { targets: targets.map(({ spec }) => spec) }),
    ...(channels.length === 0 ? {} : { routes: routesOf(channels) }),
  };
  const used = new Set<string>();
  const document = referring(sections, used);
  const variables = [...used].sort();
  const head = headOf(from, variables);
  return {
    text: head + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }),
    targets: targets.length,
    channels: channels.length,
    variables,
    rows: book.rows,
  };
}

function headOf(from: string, variables: readonly string[]): string {
  const head = `# Made by \`quorate import\` from ${from}; \`quorate apply\` makes it so.\n`;
  if (variables.length === 0) return head;
  const names = variables.map((name) => `#   ${name}\n`).join("");
  return `${head}# Set these variables before it is applied:\n${names}`;
}

/** A target is told to the channels that its labels name, and trouble of the mesh to all. */
function routesOf(channels: readonly Draft[]) {
  const names = channels.map(({ spec }) => String(spec["name"]));
  return {
    routes: [
      { matchers: [{ name: "scope", op: "!=", value: "target" }], channels: names.slice(0, 20) },
      ...names.slice(0, 99).map((name) => ({
        matchers: [{ name: NOTIFY_LABEL + name, value: "yes" }],
        channels: [name],
        goOn: true,
      })),
    ],
  };
}

/** The value with references for marks; the variables that it names are put into `used`. */
function referring(value: unknown, used: Set<string>): unknown {
  if (typeof value === "string") {
    for (const name of variablesIn(value)) used.add(name);
    return withReferences(value);
  }
  if (Array.isArray(value)) return value.map((one) => referring(one, used));
  if (!isValues(value)) return value;
  const fields = Object.entries(value).map(([name, one]) => [name, referring(one, used)] as const);
  return Object.fromEntries(fields);
}

/** What is wrong with an item, as the check of the whole file would say; null: nothing. */
function faultOf(draft: Draft, { book, kinds }: { book: ImportBook; kinds: ConfigKinds }) {
  if (JSON.stringify(draft.spec).includes("${secret:")) {
    return "a text of it would be read as a reference to a secret of the probe";
  }
  const section = SECTIONS.find(({ noun }) => noun === draft.noun)?.section ?? "";
  const item = referring(draft.spec, new Set());
  const text = JSON.stringify({ owner: "import", [section]: [item] });
  let fault: string | null = null;
  for (const standIn of STAND_INS) {
    const sources: ConfigSources = {
      readText: (path) => (path === "import" ? text : readImportFile(path)),
      list: () => [],
      variable: (name) => book.variables.get(name) ?? standIn,
    };
    const { problems } = loadConfig("import", { sources, kinds });
    if (problems.length === 0) return null;
    fault ??= problems.map(({ message }) => message).join("; ");
  }
  return fault;
}

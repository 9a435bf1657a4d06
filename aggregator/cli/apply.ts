/** `quorate diff`, `apply` and `export`: a configuration file beside an aggregator. */
import { join } from "node:path";
import type { Command } from "commander";
import { nameSchema } from "../../shared/target.ts";
import { readConfig, DEFAULT_FILE } from "./config.ts";
import { applyChanges } from "./config/apply.ts";
import type { Applied } from "./config/apply.ts";
import { exportConfig } from "./config/export.ts";
import type { Config } from "./config/sections.ts";
import { planChanges } from "./config/plan.ts";
import type { Change } from "./config/plan.ts";
import { fetchPresent } from "./config/present.ts";
import type { CliContext } from "./context.ts";
import { EXIT_CODES, UsageError } from "./exit-codes.ts";
import { writeSecretFile } from "./files.ts";
import { addVerb, openSession } from "./session.ts";
import type { ClientFlags, Session } from "./session.ts";
import type { Column } from "./table.ts";

interface PlanFlags extends ClientFlags {
  adopt?: boolean;
}

interface ApplyFlags extends PlanFlags {
  dryRun?: boolean;
  tokens?: string;
}

/** What the verbs are added with. */
export interface ApplyOptions {
  context: CliContext;
  setExitCode: (code: number) => void;
}

/** Adds the verbs. */
export function addApply(program: Command, { context, setExitCode }: ApplyOptions): void {
  const adopt = ["--adopt", "take over what was made by hand under a name of the file"] as const;
  addVerb(program, "diff", "show what apply would change; nothing is changed")
    .argument("[file]", "the file", DEFAULT_FILE)
    .option(...adopt)
    .action(async (file: string, flags: PlanFlags) => {
      const session = openSession(context, flags);
      showPlan(session, await plan(session, context, { file, flags }));
    });
  addVerb(program, "apply", "create, update and delete what the file keeps; nothing else")
    .argument("[file]", "the file", DEFAULT_FILE)
    .option("--dry-run", "show what would change, as diff does")
    .option("--tokens <dir>", "folder for the tokens of probes that are made")
    .option(...adopt)
    .action(async (file: string, flags: ApplyFlags) => {
      const session = openSession(context, flags);
      const changes = await plan(session, context, { file, flags });
      if (flags.dryRun === true) return showPlan(session, changes);
      if (!(await apply(session, changes, flags))) setExitCode(EXIT_CODES.error.code);
    });
  addVerb(program, "export", "print everything as a configuration file")
    .option("--owner <name>", "name under which the file will keep it", "main")
    .action(async (flags: ClientFlags & { owner: string }) => {
      if (!nameSchema.safeParse(flags.owner).success) {
        throw new UsageError(`Expected a name after --owner; found ${flags.owner}.`);
      }
      const session = openSession(context, flags);
      const { text, variables } = exportConfig(await fetchPresent(session.client), flags.owner);
      if (session.json) return session.printer.json({ text, variables });
      session.printer.raw(text);
    });
}

async function plan(
  { client }: Session,
  context: CliContext,
  { file, flags }: { file: string; flags: PlanFlags },
): Promise<Change[]> {
  const config = await readConfig(file, context);
  const options = { nowMs: context.clock.wallMs(), adopt: flags.adopt === true };
  return planChanges(config, await fetchPresent(client), options);
}

/** Applies a configuration that is already read; false when any step failed. */
export async function applyConfig(
  session: Session,
  config: Config,
  options: { nowMs: number; adopt: boolean },
): Promise<boolean> {
  return apply(session, planChanges(config, await fetchPresent(session.client), options), {});
}

const COLUMNS: Column[] = [
  { header: "ACTION" },
  { header: "WHAT" },
  { header: "NAME" },
  { header: "WHY", widthMax: 1_000 },
];

function showPlan(session: Session, changes: readonly Change[]): void {
  const steps = changes.map((change) => ({ change, action: change.action, error: null }));
  showSteps(session, steps, "would be");
  const unseen = changes.filter(({ action, hasSecrets }) => action === "keep" && hasSecrets).length;
  if (unseen === 0 || session.json) return;
  session.printer.note(`The secrets of ${unseen} cannot be compared; apply sends them again.`);
}

/** Does the steps; false when any of them failed. */
async function apply(
  session: Session,
  changes: readonly Change[],
  { tokens }: ApplyFlags,
): Promise<boolean> {
  if (changes.some(({ action }) => action === "conflict")) {
    showPlan(session, changes);
    session.printer.note("Nothing was changed, because of the conflicts above.");
    return false;
  }
  const made = changes.find(({ action, noun }) => action === "create" && noun === "probe");
  if (made !== undefined && tokens === undefined) {
    const sentence = `The probe ${made.name} would be made, and its token is shown only once`;
    throw new UsageError(`${sentence}: give --tokens DIR, where tokens are written to.`);
  }
  const keepToken = (probe: string, token: string): void =>
    writeSecretFile(join(tokens ?? ".", `${probe}.token`), token);
  const applied = await applyChanges(changes, { client: session.client, keepToken });
  showSteps(session, applied, "were");
  return applied.every(({ error }) => error === null);
}

function showSteps(session: Session, steps: readonly Applied[], were: string): void {
  const { printer, json } = session;
  if (json) {
    const rows = steps.map(({ change: { noun, name, why, hasSecrets }, action, error }) => {
      return { action, noun, name, why, hasSecrets, error };
    });
    return printer.json({ steps: rows });
  }
  const shown = steps.filter(({ action, error }) => action !== "keep" || error !== null);
  const rows = shown.map(({ change: { noun, name, why }, action, error }) => {
    const text = error === null ? action : "failed";
    const paint = PAINTS[text];
    return [{ text, paint: printer.paint[paint] }, noun, name, error ?? why];
  });
  if (rows.length > 0) printer.table(COLUMNS, rows);
  const count = (wanted: string): number => rows.filter(([cell]) => textOf(cell) === wanted).length;
  const failed = count("failed") + count("conflict");
  const kept = steps.length - shown.length;
  const told = `${count("create")} ${were} created, ${count("update")} updated, `;
  const end = failed === 0 ? "" : `; ${failed} cannot be`;
  printer.line(`${told}${count("delete")} deleted, ${kept} stay as they are${end}.`);
}

const PAINTS = {
  create: "green",
  update: "yellow",
  delete: "red",
  conflict: "red",
  failed: "red",
  keep: "gray",
} as const;

function textOf(cell: string | { text: string } | undefined): string {
  return typeof cell === "object" ? cell.text : (cell ?? "");
}

/** `quorate config`: checks a configuration file, and describes it for editors. */
import type { Command } from "commander";
import { QuorateError } from "../../shared/errors.ts";
import { configJsonSchema } from "./config/json-schema.ts";
import { loadConfig } from "./config/load.ts";
import { formatProblem } from "./config/node.ts";
import type { Config } from "./config/sections.ts";
import { systemSources } from "./config/sources.ts";
import type { CliContext } from "./context.ts";
import { addOutput, openVoice } from "./session.ts";
import type { OutputFlags } from "./session.ts";

/** The file that is read unless another is named. */
export const DEFAULT_FILE = "quorate.yaml";

/** Adds `quorate config`. */
export function addConfig(program: Command, context: CliContext): void {
  const config = program
    .command("config")
    .description("configuration as code: check quorate.yaml, describe it for editors");
  addOutput(config.command("check"))
    .argument("[file]", "the file", DEFAULT_FILE)
    .description("tell every mistake with line and column; nothing is sent")
    .action(async (file: string, flags: OutputFlags) => {
      const { printer, json } = openVoice(context, flags);
      const { config: found, problems, files } = await load(file, context);
      if (json) {
        printer.json({ ok: found !== null, files, problems });
      } else for (const problem of problems) printer.line(printer.clean(formatProblem(problem)));
      if (found === null) throw mistakes(file, problems.length);
      if (!json) {
        const count = found.items.length;
        printer.line(`${file} is right: ${count} items in ${files.length} files.`);
      }
    });
  config
    .command("schema")
    .description("print the JSON Schema of the file, for editors")
    .action(async () => context.printer.json(configJsonSchema(await context.kinds())));
}

/** The configuration of a file; every mistake is printed, and there must be none. */
export async function readConfig(file: string, context: CliContext): Promise<Config> {
  const { printer } = context;
  const { config, problems } = await load(file, context);
  if (config !== null) return config;
  for (const problem of problems) printer.note(printer.clean(formatProblem(problem)));
  throw mistakes(file, problems.length);
}

async function load(file: string, context: CliContext) {
  return loadConfig(file, { sources: systemSources, kinds: await context.kinds() });
}

function mistakes(file: string, count: number): QuorateError {
  const how = count === 1 ? "1 mistake" : `${count} mistakes`;
  return new QuorateError("invalid", `${file} has ${how}; nothing was changed.`);
}

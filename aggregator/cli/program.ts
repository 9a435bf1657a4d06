/** The command `quorate` with all it can do: every program and every noun. */
import type { Command } from "commander";
import { VERSION } from "../../shared/version.ts";
import { addAudit } from "./audit.ts";
import { addApply } from "./apply.ts";
import { addBackup } from "./backup.ts";
import { createBase } from "./base.ts";
import type { SetExitCode } from "./base.ts";
import { addChannels } from "./channels.ts";
import { addConfig } from "./config.ts";
import { addContext } from "./context-command.ts";
import type { CliContext } from "./context.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addDuke } from "./duke.ts";
import { addEvents } from "./events.ts";
import { addHook } from "./hook.ts";
import { addImport } from "./import.ts";
import { addIncidents } from "./incidents.ts";
import { addKinds } from "./kinds.ts";
import { addLoad } from "./load/load.ts";
import { addMaintenance } from "./maintenance.ts";
import { addMesh } from "./mesh.ts";
import { addNotifications } from "./notifications.ts";
import { addProbes } from "./probes.ts";
import { addPrograms } from "./programs.ts";
import { addReference } from "./reference/commands.ts";
import { addReplay } from "./replay.ts";
import { addRoutes } from "./routes.ts";
import { addSessions } from "./sessions.ts";
import { addSilences } from "./silences.ts";
import { addStats } from "./stats.ts";
import { addStatusPages } from "./status-pages.ts";
import { addTargets } from "./targets.ts";
import { addTokens } from "./tokens.ts";
import { addTop } from "./top/top.ts";
import { addVerdicts } from "./verdicts.ts";

/** The command with all it can do; `setExitCode` is told how one ends that does not throw. */
export function createProgram(context: CliContext, setExitCode: SetExitCode): Command {
  const { printer } = context;
  const program = createBase(context);
  addRunning(program, context, setExitCode);
  addResources(program, context);
  addFiles(program, context, setExitCode);
  program.commandsGroup("This command:");
  program
    .command("version")
    .description("print the version")
    .action(() => printer.line(VERSION));
  addReference(program, context);
  return program;
}

function addRunning(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  program.commandsGroup("Programs:");
  addMesh(program, context);
  addPrograms(program, context, setExitCode);
  addDuke(program, context);
  addHook(program, context);
  addLoad(program, context);
  program.commandsGroup("At a glance:");
  addTop(program, context);
  addStats(program, context);
  addDoctor(program, { context, setExitCode });
}

function addResources(program: Command, context: CliContext): void {
  program.commandsGroup("Resources:");
  addTargets(program, context);
  addProbes(program, context);
  addVerdicts(program, context);
  addKinds(program, context);
  addIncidents(program, context);
  addChannels(program, context);
  addMaintenance(program, context);
  addSilences(program, context);
  addRoutes(program, context);
  addStatusPages(program, context);
  addNotifications(program, context);
  addEvents(program, context);
  addReplay(program, context);
  addTokens(program, context);
  addSessions(program, context);
  addAudit(program, context);
}

function addFiles(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  program.commandsGroup("Configuration:");
  addConfig(program, context);
  addApply(program, { context, setExitCode });
  addImport(program, { context, setExitCode });
  addContext(program, context);
  program.commandsGroup("Data:");
  addBackup(program, context);
}

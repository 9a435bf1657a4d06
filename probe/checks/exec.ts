/** The exec kind: runs a command that the probe allows, and reads it as a Nagios plugin. */
import { z } from "zod";
import type { AbortCheck, CheckKind, CheckSite, PreparedCheck } from "./check.ts";
import { runChild } from "./child.ts";
import type { ChildEnd, ChildStart } from "./child.ts";
import { connectFailure } from "./failure.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { milliseconds } from "./sentence.ts";

const execSchema = z
  .strictObject({
    command: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, {
        error: "expected the name of a command: letters, digits, '.', '_', '-', at most 100",
      })
      .describe(
        "Name of a command that the probe was started with: `--allow-exec NAME=COMMAND…`. " +
          "A probe that does not know it abstains.",
      ),
    warning: z
      .enum(["fail", "pass"])
      .default("fail")
      .describe("What exit code 1 (WARNING) is. Default `fail`: connected, but failing."),
  })
  .meta({ id: "ExecOptions", description: "Options of the exec check." });

type ExecOptions = z.output<typeof execSchema>;

/** The exec kind. */
export const execKind: CheckKind<typeof execSchema> = {
  kind: "exec",
  summary:
    "Runs a command that the probe's own configuration allows, in the convention of Nagios " +
    "plugins: exit code 0 passes, 1 is a warning, 2 is dead, anything else says nothing.",
  schema: execSchema,
  secretOptions: [],
  examples: [{ title: "A plugin of Nagios", options: { command: "disk" } }],
  notes: `Nothing runs unless the probe was started with it, and a target can only name it:

\`\`\`sh
quorate probe … --allow-exec 'disk=/usr/lib/nagios/plugins/check_disk -w 10% -c 5% -p /'
\`\`\`

The command line is split at spaces (quotes and \`\\\` as in a shell), and no shell reads it. It
sees an environment of its own without the probe's secrets, and is killed with everything it
started when its time is up. Performance data become facts of the result.`,
  prepare: prepareExec,
};

function prepareExec(options: ExecOptions, site?: CheckSite): PreparedCheck {
  const { command } = options;
  const words = site?.commands?.get(command);
  return {
    endpoint: `exec:${command}`,
    run(context, done) {
      const look = startLook({ context, done, secrets: [], latencyLimitMs: undefined });
      const [program, ...args] = words ?? [];
      if (program === undefined) {
        const start = `start it with --allow-exec ${command}=COMMAND`;
        look.fail("unsupported", `This probe allows no command ${command}; ${start}.`);
        return abortOf(look);
      }
      const startedMs = context.clock.monoMs();
      runChild(look, { program, args }, (end) => {
        look.phases.firstByteUs = Math.round((context.clock.monoMs() - startedMs) * 1_000);
        if ("notStarted" in end) return notStarted(look, program, end);
        judge(look, options, end);
      });
      return abortExec(look, command);
    },
  };
}

function abortExec(look: Look, command: string): AbortCheck {
  const abort = abortOf(look);
  return (why) => {
    if (why === "stopping" || look.ended()) return abort(why);
    const within = `within ${milliseconds(look.context.timeoutMs)}`;
    look.fail("read_timeout", `The command ${command} did not end ${within}, and was killed.`);
  };
}

function notStarted(look: Look, program: string, { notStarted: code }: ChildStart): void {
  if (code === "ENOENT" || code === "EACCES") {
    const why = code === "ENOENT" ? "there is none" : "it may not be run";
    return look.fail("unsupported", `This probe cannot run ${look.quote(program)}: ${why}.`);
  }
  const failure = connectFailure({ code }, program);
  look.fail(failure.reason, failure.detail);
}

/** Exit codes and output: https://nagios-plugins.org/doc/guidelines.html (sections 2 and 3). */
function judge(look: Look, options: ExecOptions, end: ChildEnd): void {
  const [text = "", performance = ""] = (end.output.split("\n", 1)[0] ?? "").split("|");
  Object.assign(look.facts, numbersOf(performance));
  const spoken = text.trim() === "" ? end.errors.trim() : text.trim();
  const says = `${options.command} says ${look.quote(spoken, 160)}`;
  switch (end.code) {
    case 0:
      return look.pass();
    case 1:
      if (options.warning === "fail") return look.fail("plugin_warning", `Warning: ${says}.`);
      look.facts["warning"] = spoken.slice(0, 160);
      return look.pass();
    case 2:
      return look.fail("plugin_critical", `Critical: ${says}.`);
    case 3:
      return look.fail("plugin_unknown", `Unknown: ${says}.`);
    default: {
      const how = end.code === null ? "was killed" : `ended with the exit code ${end.code}`;
      return look.fail("plugin_unknown", `The command ${how}: ${says}.`);
    }
  }
}

const NUMBERS_MAX = 8;

/** Performance data as facts: 'label'=value[UOM];[warn];[crit];[min];[max], section 2.6. */
function numbersOf(text: string): Record<string, number> {
  const numbers: Record<string, number> = {};
  const pattern =
    /(?:'([\x20-\x26\x28-\x7e]{1,40})'|([!-&(-<>-~]{1,40}))=(-?\d{1,20}(?:\.\d{1,10})?)/g;
  for (const match of text.slice(0, 1_000).matchAll(pattern)) {
    if (Object.keys(numbers).length >= NUMBERS_MAX) break;
    numbers[match[1] ?? match[2] ?? ""] = Number(match[3]);
  }
  return numbers;
}

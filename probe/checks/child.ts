/** Programs of the machine that a check runs: bounded in what they say, killed with their group. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Look } from "./look.ts";

/** What is run; there is no shell in between. */
export interface ChildPlan {
  program: string;
  args: readonly string[];
  /** Called with what the program says on its standard output, as it comes. */
  said?: (text: string) => void;
}

/** How a program ended. */
export interface ChildEnd {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  /** The first LIMITS.childOutputBytesMax of its standard output. */
  output: string;
  /** The first LIMITS.childOutputBytesMax of its standard error. */
  errors: string;
}

/**
 * All that a program learns of its surroundings: the probe's own environment holds its token and
 * its secrets. The C locale, because what programs say is read.
 */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C",
  LC_ALL: "C",
  HOME: "/",
};

/** What is told instead of an end when a program could not be started; `code` as in errno(3). */
export type ChildStart = { notStarted: string };

/** Runs a program until it ends or the look does; then its whole process group is killed. */
export function runChild(
  look: Look,
  plan: ChildPlan,
  ended: (end: ChildEnd | ChildStart) => void,
): void {
  let child: ChildProcess;
  try {
    child = spawn(plan.program, plan.args, {
      cwd: "/",
      env: ENVIRONMENT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  } catch (thrown) {
    return ended({ notStarted: systemCodeOf(thrown) });
  }
  let live = true;
  const output = collect(child.stdout, (text) => {
    if (live) plan.said?.(text);
  });
  const errors = collect(child.stderr);
  const over = (end: ChildEnd | ChildStart): void => {
    if (!live) return;
    live = false;
    ended(end);
  };
  look.release = () => {
    // Once it ended by itself its number may belong to somebody else.
    if (live) killGroup(child);
    live = false;
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  child.on("error", (error) => over({ notStarted: systemCodeOf(error) }));
  child.on("close", (code) => over({ code, output: output(), errors: errors() }));
}

function collect(stream: ChildProcess["stdout"], said?: (text: string) => void): () => string {
  let kept = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    if (kept.length < LIMITS.childOutputBytesMax) {
      kept += text.slice(0, LIMITS.childOutputBytesMax - kept.length);
    }
    said?.(text);
  });
  return () => kept;
}

/** A process that is its own group's leader; ESRCH: it went away in this moment, which is fine. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (thrown) {
    if (systemCodeOf(thrown) !== "ESRCH") child.kill("SIGKILL");
  }
}

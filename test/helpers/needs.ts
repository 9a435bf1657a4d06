/** What a test needs from the machine beyond Node: skipped with a sentence when it is absent. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

interface Need {
  /** Whether this machine has it. */
  isMet(): boolean;
  /** How to get it, as a command. */
  install: string;
}

/** Options for `test(name, options, body)`: `skip` is a reason, or false to run. */
export interface NeedsOptions {
  skip: string | false;
}

const isOnPath = (program: string): boolean =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });

const debianProgram = (program: string, debianPackage: string): Need => ({
  isMet: () => isOnPath(program),
  install: `apt-get install ${debianPackage}`,
});

const NEEDS = {
  ping: debianProgram("ping", "iputils-ping"),
  ip: debianProgram("ip", "iproute2"),
  chromium: debianProgram("chromium", "chromium"),
  haproxy: debianProgram("haproxy", "haproxy"),
  "redis-server": debianProgram("redis-server", "redis-server"),
  root: { isMet: () => process.getuid?.() === 0, install: "sudo npm test" },
} satisfies Record<string, Need>;

/** The name of something a test may need. */
export type NeedName = keyof typeof NEEDS;

/** What is missing on this machine, as one sentence with the commands; null when all is there. */
export function missing(...names: readonly NeedName[]): string | null {
  const absent = names.filter((name) => !NEEDS[name].isMet());
  if (absent.length === 0) return null;
  return absent.map((name) => `needs ${name}: ${NEEDS[name].install}`).join("; ");
}

/**
 * Options that skip a test when something it needs is absent, with the command that installs it.
 * With QUORATE_TEST_ALL=1 nothing may be skipped, so that an absent need is an error instead.
 *
 *     test("a ping is answered", needs("ping"), async () => { … });
 */
export function needs(...names: readonly NeedName[]): NeedsOptions {
  const reason = missing(...names);
  if (reason !== null && process.env["QUORATE_TEST_ALL"] === "1") {
    throw new Error(`${reason} (with QUORATE_TEST_ALL=1 no test may be skipped)`);
  }
  return { skip: reason ?? false };
}

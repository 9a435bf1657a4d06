/** What a test needs from the machine beyond Node: skipped with a sentence when it is absent. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

interface Need {
  /** Whether this machine has it. */
  isMet(): boolean;
  /** How to get it, as a command. */
  install: string;
  /** The Debian package that brings it; absent when none does. */
  debianPackage?: string;
}

/** Options for `test(name, options, body)`: `skip` is a reason, or false to run. */
export interface NeedsOptions {
  skip: string | false;
}

/** Where a program stands; its bare name when nowhere, which fails with a sentence of its own. */
export function pathOf(program: string): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const found = folders.find((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
  return found === undefined ? program : join(found, program);
}

const isOnPath = (program: string): boolean => pathOf(program) !== program;

const debianProgram = (program: string, debianPackage: string): Need => ({
  isMet: () => isOnPath(program),
  install: `apt-get install ${debianPackage}`,
  debianPackage,
});

/** Whether this process may make a network namespace: root of a container often may not. */
function mayMakeNamespaces(): boolean {
  const name = `quorate-${process.pid}-needs`;
  const made = ["add", "del"].map((deed) => spawnSync(pathOf("ip"), ["netns", deed, name]));
  return made.every(({ status }) => status === 0);
}

/** The one list of what tests need; `.ci/run` installs what of it is a package. */
const NEEDS = {
  ping: debianProgram("ping", "iputils-ping"),
  ip: debianProgram("ip", "iproute2"),
  chromium: debianProgram("chromium", "chromium"),
  curl: debianProgram("curl", "curl"),
  haproxy: debianProgram("haproxy", "haproxy"),
  promtool: debianProgram("promtool", "prometheus"),
  prometheus: debianProgram("prometheus", "prometheus"),
  nsd: debianProgram("nsd", "nsd"),
  chronyd: debianProgram("chronyd", "chrony"),
  mariadbd: debianProgram("mariadbd", "mariadb-server"),
  "redis-server": debianProgram("redis-server", "redis-server"),
  netns: { isMet: mayMakeNamespaces, install: "sudo npm test, or docker run --privileged" },
  root: { isMet: () => process.getuid?.() === 0, install: "sudo npm test" },
} satisfies Record<string, Need>;

/** The name of something a test may need. */
export type NeedName = keyof typeof NEEDS;

/** The Debian packages that this machine lacks for the whole suite. */
export function absentPackages(): string[] {
  return Object.values<Need>(NEEDS).flatMap((need) =>
    need.debianPackage === undefined || need.isMet() ? [] : [need.debianPackage],
  );
}

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

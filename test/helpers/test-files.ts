/** Which test files there are, and how each is run. */
import { readdirSync } from "node:fs";

/** Folders whose tests are not part of the unit suite: each has a runner of its own. */
const APART = ["test/e2e/", "test/browser/", "test/bench/"];

/** Folders whose tests run the built programs. */
const BUILT = ["test/browser/", "test/e2e/"];

/** The test files, as paths from the project's root, sorted. */
export interface TestFiles {
  /** Run together in one process. */
  unit: string[];
  /** Run in a process each, against the built programs. */
  e2e: string[];
}

/**
 * Finds the test files under `root`. With `filters`, only those whose path contains one of them.
 * Files named `*.long.test.ts` are run by hand, not by the test command.
 */
export function findTestFiles(root: string, filters: readonly string[] = []): TestFiles {
  const files = readdirSync(`${root}/test`, { recursive: true, encoding: "utf8" })
    .map((path) => `test/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts") && !path.endsWith(".long.test.ts"))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
  return {
    unit: files.filter((path) => !APART.some((folder) => path.startsWith(folder))),
    e2e: files.filter((path) => BUILT.some((folder) => path.startsWith(folder))),
  };
}

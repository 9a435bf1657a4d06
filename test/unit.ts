/**
 * The unit suite: imports every unit test file into this one process, because a process for each
 * file costs more than the tests do. Arguments choose files by a part of their path.
 */
import test from "node:test";
import { pathToFileURL } from "node:url";
import { findTestFiles } from "./helpers/test-files.ts";

for (const file of findTestFiles(".", process.argv.slice(2)).unit) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    test(`${file} can be loaded`, () => {
      throw error;
    });
  }
}

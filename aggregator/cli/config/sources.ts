/** Where the configuration of a command comes from: files and the environment of this process. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readVariable } from "../../../shared/config.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { ConfigSources } from "./references.ts";

/** Files and the environment. */
export const systemSources: ConfigSources = {
  readText: (path) => {
    const { size } = statSync(path);
    if (size > LIMITS.configFileBytesMax) {
      throw new Error(`it has ${size} bytes, and at most ${LIMITS.configFileBytesMax} are read`);
    }
    return readFileSync(path, "utf8");
  },
  list: (folder) => readdirSync(folder),
  variable: (name) => readVariable(name),
};

/** Another text when a file, or the list of a folder, changed; a fixed one when it is not there. */
export function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? "absent" : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

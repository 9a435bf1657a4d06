/** How this program is called, so that what it tells people to type works as typed. */
import { basename, relative } from "node:path";

/** How a process of this program was started. */
export interface Invocation {
  /** The script itself, links resolved. */
  script: string;
  /** The script as it was named on the command line, where a bin is a link. */
  calledAs: string;
  /** Folder of the caller. */
  folder: string;
}

/** The words that begin a command line: through npx or tsx from a clone, by name, or in full. */
export function commandName({ script, calledAs, folder }: Invocation): string {
  const path = relative(folder, script);
  if (script.endsWith(".ts")) return `npx tsx ${path}`;
  if (!path.startsWith("..")) return "npx quorate";
  return basename(calledAs) === "quorate" ? "quorate" : `node ${quoted(script)}`;
}

/** A path as one word of a shell. */
export function quoted(path: string): string {
  return /^[\w./@%+=:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Small files of the CLI: tokens and secrets, readable by their owner only. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { QuorateError, messageOf } from "../../shared/errors.ts";

/** The text of a secret file without blanks around it; null when it cannot be read or is empty. */
export function tryReadSecretFile(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

/** The text of a secret file without blanks around it. */
export function readSecretFile(path: string): string {
  const text = readTextFile(path).trim();
  if (text === "") throw new QuorateError("invalid", `The file ${path} is empty.`);
  return text;
}

/** The text of a file that the caller named. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    throw new QuorateError("invalid", `Cannot read the file ${path}: ${messageOf(thrown)}.`);
  }
}

/** Writes a secret with mode 0600, its folder with mode 0700; an older file is replaced. */
export function writeSecretFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  // The mode given above is only used for a new file.
  chmodSync(path, 0o600);
}

/** The secrets of this probe: read once at the start, given to its checks by name, sent nowhere. */
import { readFileSync, statSync } from "node:fs";
import { readSecretVariable } from "../shared/config.ts";
import { messageOf, QuorateError } from "../shared/errors.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Log } from "../shared/log.ts";
import type { SecretSource } from "./checks/secrets.ts";

/** Where secrets come from. */
export interface SecretsOptions {
  /** YAML or JSON: one object of names and texts; undefined: the environment alone. */
  file?: string | undefined;
  log: Log;
  /** Reads a secret from the environment. Default: QUORATE_SECRET_<NAME> of this process. */
  variable?: SecretSource;
}

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const OTHERS_MAY_READ = 0o044;

/**
 * Opens the secrets: the file wins over the environment. Rejects with QuorateError "invalid" with a
 * sentence that shows nothing of the file but names.
 */
export async function openSecrets({ file, log, variable }: SecretsOptions): Promise<SecretSource> {
  const fromVariable = variable ?? ((name) => readSecretVariable(name));
  if (file === undefined) return fromVariable;
  const secrets = await readSecrets(file, log);
  return (name) => secrets.get(name) ?? fromVariable(name);
}

async function readSecrets(file: string, log: Log): Promise<Map<string, string>> {
  const text = readText(file, log);
  // Loaded by those alone who have such a file: it takes 2 MiB.
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // What the parser says may quote the line, and so a secret.
    throw new QuorateError("invalid", `The file of secrets ${file} is neither YAML nor JSON.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    const wanted = 'expected one object of names and texts, such as "db-password: …"';
    throw new QuorateError("invalid", `The file of secrets ${file} is no object: ${wanted}.`);
  }
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(content)) {
    if (!NAME.test(name) || typeof value !== "string" || value === "") {
      const shown = JSON.stringify(name.slice(0, 100));
      const wanted = "expected a name of letters, digits, '.', '_', '-', and a text (in quotes)";
      throw new QuorateError("invalid", `The secret ${shown} of ${file} is none: ${wanted}.`);
    }
    secrets.set(name, value);
  }
  return secrets;
}

function readText(file: string, log: Log): string {
  try {
    const { size, mode } = statSync(file);
    if (size > LIMITS.secretsFileBytesMax) {
      const max = LIMITS.secretsFileBytesMax;
      throw new Error(`it has ${size} bytes, expected at most ${max}`);
    }
    if ((mode & OTHERS_MAY_READ) !== 0) {
      log.warn({ file }, "Others on this machine may read the file of secrets: chmod 600 it.");
    }
    return readFileSync(file, "utf8");
  } catch (thrown) {
    const message = `Cannot read the file of secrets ${file}: ${messageOf(thrown)}.`;
    throw new QuorateError("invalid", message);
  }
}

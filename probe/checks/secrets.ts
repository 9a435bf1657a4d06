/** Secrets of checks: references that only a probe can resolve, and what no sentence may show. */
import { QuorateError } from "../../shared/errors.ts";
import { SECRET_REFERENCE } from "../../shared/options.ts";
import type { Options } from "../../shared/options.ts";
import { secretVariable } from "../../shared/config.ts";
import { withoutSecrets } from "./sentence.ts";

/** Gives a secret of this probe by its name; undefined if it knows none of that name. */
export type SecretSource = (name: string) => string | undefined;

/** What every reference begins with, a wrong one too. */
const OPENING = "${secret:";
const ALL_REFERENCES = new RegExp(SECRET_REFERENCE.source, "g");

/**
 * Every form in which an answer or a sentence may hold one of these secrets, longest first, so that
 * a secret that contains another leaves nothing behind: as text, as bytes read one by one, inside
 * JSON and inside a URL.
 */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === "") continue;
    const json = JSON.stringify(secret).slice(1, -1);
    forms.add(secret).add(Buffer.from(secret).toString("latin1")).add(json);
    // A lone surrogate cannot be encoded.
    if (!/[\ud800-\udfff]/.test(secret)) {
      forms.add(encodeURIComponent(secret)).add(encodeURI(secret));
    }
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** Whether a value holds a reference, right or wrong, anywhere in it. */
export function hasReference(value: unknown): boolean {
  if (typeof value === "string") return value.includes(OPENING);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasReference);
}

/** Refuses references that are not written as they must be; QuorateError "invalid" with a path. */
export function checkReferences(options: Options): void {
  walk(options, "options", (text, path) => {
    if (text.replaceAll(ALL_REFERENCES, "").includes(OPENING)) {
      const message = "expected a reference such as ${secret:name}: letters, digits, '.', '_', '-'";
      throw new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
    }
    return text;
  });
}

/** Options with their references replaced, and the secrets that came in by it. */
export interface ResolvedOptions {
  options: Options;
  secrets: string[];
}

/**
 * Replaces every reference by the secret of this probe. Throws QuorateError "invalid" that names
 * what is missing and how to give it.
 */
export function resolveReferences(options: Options, source: SecretSource): ResolvedOptions {
  const secrets = new Set<string>();
  const resolved: Options = {};
  for (const [name, value] of Object.entries(options)) {
    resolved[name] = walk(value, `options.${name}`, (text, path) => {
      return text.replaceAll(ALL_REFERENCES, (_reference, secretName: string) => {
        const secret = source(secretName);
        if (secret === undefined) throw missing(secretName, path);
        secrets.add(secret);
        return secret;
      });
    });
  }
  return { options: resolved, secrets: [...secrets] };
}

/** An error of options whose references were resolved, without the secrets. */
export function withoutSecretsIn(error: QuorateError, forms: readonly string[]): QuorateError {
  const issues = error.issues.map(({ path, message }) => ({
    path,
    message: withoutSecrets(message, forms),
  }));
  return new QuorateError(error.code, withoutSecrets(error.message, forms), issues);
}

function missing(name: string, path: string): QuorateError {
  const message =
    `this probe has no secret ${JSON.stringify(name)}; ` +
    `name it in the file of --secrets, or in ${secretVariable(name)}, and start the probe again`;
  return new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
}

/** A copy of the value with every text in it replaced; names of fields stay. */
function walk(
  value: unknown,
  path: string,
  replace: (text: string, path: string) => string,
): unknown {
  if (typeof value === "string") return replace(value, path);
  if (Array.isArray(value)) {
    return value.map((at: unknown, index) => walk(at, `${path}.${index}`, replace));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, at]) => [name, walk(at, `${path}.${name}`, replace)]),
  );
}

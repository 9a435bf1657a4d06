/** Secret options: never shown again, and kept by a write that carries their mask. */
import { QuorateError } from "../../shared/errors.ts";
import type { InputIssue } from "../../shared/errors.ts";

/** What stands for a secret wherever options are shown. */
const MASK = "***";

type Options = Record<string, unknown>;

/** Every text inside a value replaced by the mask; names of fields stay. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (isOptions(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, at]) => [name, masked(at)]));
  }
  return MASK;
}

/** Options with the secrets masked; `names` undefined: the kind is not known, so all are. */
export function maskOptions(options: Options, names: readonly string[] | undefined): Options {
  const shown: Options = {};
  for (const [name, value] of Object.entries(options)) {
    shown[name] = names === undefined || names.includes(name) ? masked(value) : value;
  }
  return shown;
}

/**
 * Every form in which an answer may echo one of these secrets, longest first, so that a secret that
 * contains another leaves nothing behind: as text, and as bytes read one by one.
 */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === "") continue;
    forms.add(secret);
    forms.add(Buffer.from(secret).toString("latin1"));
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** Options with each mask replaced by what is stored; a mask for nothing stored is refused. */
export function unmaskOptions(
  options: Options,
  stored: Options,
  names: readonly string[],
): Options {
  const issues: InputIssue[] = [];
  const merged: Options = { ...options };
  for (const name of names) {
    if (!Object.hasOwn(options, name)) continue;
    const path = `options.${name}`;
    merged[name] = unmasked({ value: options[name], stored: ownOf(stored, name), path }, issues);
  }
  if (issues.length === 0) return merged;
  const first = issues[0];
  const message = first === undefined ? "No secret is stored." : `${first.path}: ${first.message}.`;
  throw new QuorateError("invalid", message, issues);
}

interface Masked {
  value: unknown;
  stored: unknown;
  path: string;
}

function unmasked({ value, stored, path }: Masked, issues: InputIssue[]): unknown {
  if (value === MASK) {
    if (typeof stored === "string") return stored;
    const message = `"${MASK}" keeps a stored secret, but none is stored here; send the secret`;
    issues.push({ path, message });
    return value;
  }
  if (!isOptions(value)) return value;
  const within = isOptions(stored) ? stored : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, at]) => [
      name,
      unmasked({ value: at, stored: ownOf(within, name), path: `${path}.${name}` }, issues),
    ]),
  );
}

function ownOf(options: Options, name: string): unknown {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function isOptions(value: unknown): value is Options {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What every write of the registry shares: turns, guards, names and addresses. */
import { QuorateError } from "../../shared/errors.ts";
import type { TargetSpec } from "../../shared/target.ts";
import { invalidAt } from "./input.ts";
import { mergePatch } from "./json.ts";

/** Conditions of a write (RFC 9110 section 13); none given: the write always happens. */
export interface WriteGuard {
  /** Revisions of which one must be the present one; `any`: it must exist. */
  ifMatch?: readonly number[] | "any" | undefined;
  /** True: it must not exist yet. */
  ifNew?: boolean | undefined;
  /** True: all of it is looked at, and nothing is written. Default false. */
  dryRun?: boolean | undefined;
  /**
   * Called with a target as it is and as it would be, null when it is not there; throws when the
   * write may not happen. Nothing else is written to targets in between.
   */
  check?: ((before: TargetSpec | null, after: TargetSpec | null) => Promise<void>) | undefined;
}

/** Runs tasks one after the other, so that to look and then to write is one step. */
export type Turns = <Value>(task: () => Promise<Value>) => Promise<Value>;

/** Creates turns; a task that fails does not stop those after it. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task, task);
    last = turn;
    return turn;
  };
}

/** Throws revision_mismatch when the conditions of a write do not hold. */
export function checkGuard(guard: WriteGuard, noun: string, found: Found | null): void {
  if (guard.ifNew === true && found !== null) {
    const sentence = `${noun} ${found.spec.name} exists, but If-None-Match asked for a new one.`;
    throw new QuorateError("revision_mismatch", sentence);
  }
  if (guard.ifMatch === undefined) return;
  if (found === null) {
    const sentence = `If-Match was given, but there is no such ${noun.toLowerCase()}.`;
    throw new QuorateError("revision_mismatch", sentence);
  }
  if (guard.ifMatch === "any" || guard.ifMatch.includes(found.revision)) return;
  const asked = guard.ifMatch.map((revision) => `"${revision}"`).join(", ");
  const sentence =
    `${noun} ${found.spec.name} is at revision "${found.revision}", If-Match asked for ${asked}. ` +
    "Read it again and repeat the change.";
  throw new QuorateError("revision_mismatch", sentence);
}

/** What a guard looks at. */
export interface Found {
  revision: number;
  spec: { name: string };
}

/** Writes of a noun that is addressed by id or name, and carries a revision. */
export interface NamedWrites<Item extends Found> {
  /** The one of that id or name; throws not_found. */
  get(idOrName: string): Promise<Item>;
  /** Throws conflict when the name is taken. */
  create(input: unknown, guard?: WriteGuard): Promise<Item>;
  /** Creates the one of this name or replaces it; without a change the revision stays. */
  put(idOrName: string, input: unknown, guard?: WriteGuard): Promise<Put<Item>>;
  /** Applies a JSON merge patch (RFC 7396). */
  patch(idOrName: string, patch: unknown, guard?: WriteGuard): Promise<Item>;
  delete(idOrName: string, guard?: WriteGuard): Promise<void>;
}

/** What a PUT made, and whether it was not there before. */
export interface Put<Item> {
  item: Item;
  created: boolean;
}

/** What writes of a named noun are made of; what it writes is asked for one at a time. */
export interface NamedNoun<Item extends Found> {
  /** As in a sentence: "status page". */
  noun: string;
  /** Prefix of its ids. */
  prefix: string;
  turns: Turns;
  find(idOrName: string): Promise<Item | null>;
  /** What a patch is applied to. Default its spec. */
  patched?(found: Item): object;
  add(input: unknown, guard: WriteGuard): Promise<Item>;
  change(found: Item, input: unknown, guard: WriteGuard): Promise<Item>;
  remove(found: Item, guard: WriteGuard): Promise<void>;
}

/** Creates the writes of a named noun: who is meant, whether it may be, and only then the write. */
export function createNamedWrites<Item extends Found>(of: NamedNoun<Item>): NamedWrites<Item> {
  const { noun, prefix, turns, find } = of;
  const title = noun.charAt(0).toUpperCase() + noun.slice(1);
  const get = async (idOrName: string): Promise<Item> => {
    const found = await find(idOrName);
    if (found === null) throw notFound(noun, idOrName);
    return found;
  };
  const present = async (idOrName: string, guard: WriteGuard): Promise<Item> => {
    const found = await get(idOrName);
    checkGuard(guard, title, found);
    return found;
  };
  return {
    get,
    create: (input, guard = {}) => turns(() => of.add(input, guard)),
    put: (idOrName, input, guard = {}) =>
      turns(async () => {
        const found = await find(idOrName);
        checkGuard(guard, title, found);
        if (found !== null) {
          const named = namedInput(input, found.spec.name);
          return { item: await of.change(found, named, guard), created: false };
        }
        if (looksLikeId(idOrName, prefix)) throw notFound(noun, idOrName);
        return { item: await of.add(namedInput(input, idOrName), guard), created: true };
      }),
    patch: (idOrName, patch, guard = {}) =>
      turns(async () => {
        const found = await present(idOrName, guard);
        const merged = mergePatch(of.patched?.(found) ?? found.spec, patch);
        if (typeof merged === "object" && merged !== null && "name" in merged) {
          checkSameName(merged.name, found.spec.name);
        }
        return of.change(found, merged, guard);
      }),
    delete: (idOrName, guard = {}) =>
      turns(async () => of.remove(await present(idOrName, guard), guard)),
  };
}

/** The error for something that is not there. */
export function notFound(noun: string, idOrName: string): QuorateError {
  const shown = JSON.stringify(idOrName.slice(0, 120));
  return new QuorateError("not_found", `There is no ${noun} with the name or id ${shown}.`);
}

/** Refuses a name that has the form of an id, or that something else has already. */
export async function checkNewName(check: NameCheck): Promise<void> {
  const { noun, name, prefix } = check;
  if (looksLikeId(name, prefix)) {
    const message = `expected a name that does not look like an id (${prefix}_…)`;
    throw invalidAt("name", message, name);
  }
  if ((await check.find(name)) === null) return;
  const advice = `Choose another name, or replace it with PUT.`;
  throw new QuorateError("conflict", `A ${noun} named ${name} exists already. ${advice}`);
}

/** What a new name is checked against. */
export interface NameCheck {
  noun: string;
  name: string;
  /** Prefix of the ids of this noun. */
  prefix: string;
  find(name: string): Promise<unknown>;
}

/** Whether a text has the form of an id of this prefix. */
export function looksLikeId(text: string, prefix: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9a-z]{16}$/.test(text.slice(prefix.length + 1));
}

/** The body of a PUT with the name of its address filled in; another name is refused. */
function namedInput(input: unknown, name: string): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  const given = new Map<string, unknown>(Object.entries(input));
  checkSameName(given.get("name"), name);
  return Object.fromEntries(given.set("name", name));
}

/** Refuses a change of the name. */
function checkSameName(given: unknown, name: string): void {
  if (given === undefined || given === name) return;
  const message = `expected ${JSON.stringify(name)}: a name cannot be changed; create a new one`;
  throw invalidAt("name", message, given);
}

/** The error for one more than the bound allows. */
export function tooMany(noun: string, max: number): QuorateError {
  const sentence = `There are ${max} ${noun} already, which is the most. Delete one first.`;
  return new QuorateError("invalid", sentence);
}

/** Kinds of check or of notifier: their options are validated, masked and merged by name. */
export interface OptionKinds<Prepared> {
  /** Names of the kinds, for a person. */
  readonly names: readonly string[];
  /** Throws QuorateError "invalid" with paths that begin with `kind` or `options`. */
  prepare(kind: string, options: unknown): Prepared;
  /** Options with their secrets masked. */
  redact(kind: string, options: Record<string, unknown>): Record<string, unknown>;
  /** Options in which a mask stands for the secret in `stored`. */
  merge(
    kind: string,
    options: Record<string, unknown>,
    stored: Record<string, unknown>,
  ): Record<string, unknown>;
}

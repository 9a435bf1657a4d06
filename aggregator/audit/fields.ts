/** Which fields of a thing changed: their names only, for a value may be a secret. */
import { LIMITS } from "../../shared/limits.ts";

/** Fields whose members are named too; deeper names may be chosen by a caller, as secrets are. */
const DEEPER: readonly string[] = ["labels", "options", "delivery"];

/** What changes with every write and says nothing. */
const UNTOLD: readonly string[] = ["revision", "updatedAtMs", "updatedBy", "lastUsedAtMs"];

/** Names of the fields that differ, such as "intervalMs" and "labels.team", in order. */
export function changedFields(before: object, after: object): string[] {
  return namesOf(before, after)
    .filter((name) => !UNTOLD.includes(name))
    .flatMap((name) => changedIn(name, valueOf(before, name), valueOf(after, name)))
    .slice(0, LIMITS.auditFieldsMax);
}

function changedIn(name: string, before: unknown, after: unknown): string[] {
  // What targets say alike is one object most of the time (verdict/alike.ts).
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!DEEPER.includes(name) || !isObject(before) || !isObject(after)) return [name];
  return namesOf(before, after)
    .filter((key) => JSON.stringify(valueOf(before, key)) !== JSON.stringify(valueOf(after, key)))
    .map((key) => `${name}.${key.slice(0, LIMITS.nameCharsMax)}`);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const namesOf = (...things: readonly object[]): string[] =>
  [...new Set(things.flatMap((thing) => Object.keys(thing)))].sort();

const valueOf = (thing: object, name: string): unknown =>
  Object.hasOwn(thing, name) ? Reflect.get(thing, name) : undefined;

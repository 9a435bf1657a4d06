/** Maps of foreign input: each field is read once, and what nobody reads is told. */
import { hasMark, withoutMarks } from "./marks.ts";

/** Tells that a field could not be carried, and why. */
export type Tell = (field: string, reason: string) => void;

/** One map of foreign input. A field of a wrong type is told, and reads as absent. */
export interface Fields {
  /** The text of a field; numbers and truth values as text; blank reads as absent. */
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  /** The items of a list; a lone scalar is a list of one. */
  list(name: string): readonly unknown[];
  /** The texts of a list. */
  texts(name: string): string[];
  /** A map within. */
  map(name: string): Fields | undefined;
  /** Names and texts of a map within. */
  pairs(name: string): [string, string][];
  /** Whatever stands there; undefined if nothing does. */
  raw(name: string): unknown;
  /** Names of the fields that are there. */
  names(): string[];
  /** These fields are of no matter here: nothing is told of them. */
  skip(...names: string[]): void;
  /** Tells of a field, if it is there and says anything. */
  leave(name: string, reason: string): void;
  /** Tells of every field that was not read. */
  end(reason?: string): void;
}

/** What stands for a map. */
export type Values = Readonly<Record<string, unknown>>;

/** Where a map stands, and who is told of what cannot be carried. */
export interface FieldsOptions {
  tell: Tell;
  /** What stands before the names of fields, such as `client.`. */
  prefix?: string;
}

/** Whether a value is a map of names. */
export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text for a scalar; undefined for anything else. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** The fields of a map. */
export function fieldsOf(values: Values, { tell, prefix = "" }: FieldsOptions): Fields {
  const read = new Set<string>();
  const raw = (name: string): unknown => {
    read.add(name);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === null ? undefined : value;
  };
  const wrong = (name: string, expected: string, found: unknown): undefined => {
    tell(prefix + name, `expected ${expected}, found ${nounOf(found)}`);
    return undefined;
  };
  const list = (name: string): readonly unknown[] => {
    const value = raw(name);
    if (Array.isArray(value)) return value;
    if (value === undefined || value === "") return [];
    if (scalarText(value) !== undefined) return [value];
    wrong(name, "a list", value);
    return [];
  };
  const map = (name: string): Fields | undefined => {
    const value = raw(name);
    if (value === undefined || value === "") return undefined;
    if (isValues(value)) return fieldsOf(value, { tell, prefix: `${prefix}${name}.` });
    return wrong(name, "a map", value);
  };
  const left = (name: string): boolean => !read.has(name) && saysSomething(values[name]);
  return {
    raw,
    list,
    map,
    ...scalarsOf(raw, wrong),
    texts: (name) =>
      list(name).flatMap((one) => scalarText(one) ?? wrong(name, "texts", one) ?? []),
    pairs: (name) => {
      const value = raw(name);
      if (value === undefined || value === "") return [];
      if (!isValues(value)) return wrong(name, "a map", value) ?? [];
      return Object.entries(value).flatMap(([key, one]): [string, string][] => {
        const text = scalarText(one) ?? (one === null ? "" : undefined);
        if (text === undefined) return wrong(`${name}.${key}`, "a text", one) ?? [];
        return [[key, text]];
      });
    },
    names: () => Object.keys(values),
    skip: (...names) => names.forEach((name) => read.add(name)),
    leave: (name, reason) => {
      if (left(name)) tell(prefix + name, reason);
      read.add(name);
    },
    end: (reason = "there is nothing like it here") => {
      for (const name of Object.keys(values)) if (left(name)) tell(prefix + name, reason);
    },
  };
}

type Wrong = (name: string, expected: string, found: unknown) => undefined;

function scalarsOf(
  raw: (name: string) => unknown,
  wrong: Wrong,
): Pick<Fields, "text" | "number" | "flag"> {
  return {
    text: (name) => {
      const value = raw(name);
      if (value === undefined) return undefined;
      const text = scalarText(value);
      if (text === undefined) return wrong(name, "a text", value);
      return text.trim() === "" ? undefined : text;
    },
    number: (name) => {
      const value = raw(name);
      if (value === undefined || value === "") return undefined;
      const number = typeof value === "string" ? Number(value) : value;
      if (typeof number === "number" && Number.isFinite(number)) return number;
      return wrong(name, "a number", value);
    },
    flag: (name) => {
      const value = raw(name);
      if (value === undefined || value === "") return undefined;
      if (value === true || value === 1 || value === "true" || value === "1") return true;
      if (value === false || value === 0 || value === "false" || value === "0") return false;
      return wrong(name, "true or false", value);
    },
  };
}

function saysSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isValues(value) || Object.keys(value).length > 0;
}

function nounOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isValues(value)) return "a map";
  return typeof value === "string" && hasMark(value) ? "a variable" : `a ${typeof value}`;
}

/** The value with every text put through `change`, marks taken out before. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(withoutMarks(value));
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isValues(value)) return value;
  const fields = Object.entries(value).map(([name, one]) => {
    return [withoutMarks(name), mapTexts(one, change)] as const;
  });
  return Object.fromEntries(fields);
}

/** A map in a column of text, such as headers; undefined when it is none. */
export function mapIn(text: string | undefined): Values | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isValues(value) ? value : undefined;
  } catch {
    // What is no JSON says nothing here.
    return undefined;
  }
}

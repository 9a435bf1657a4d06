/** Sparse answers: `fields=name,verdict.state` leaves out all that is not named. */
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import { invalidAt } from "../registry/input.ts";

/** Fields that are wanted, each with those wanted of it; null: all of it. */
export type FieldTree = Map<string, FieldTree | null>;

/**
 * The fields a query asks for. Of a list they are those of its rows. Throws invalid for a field
 * that the schema of the answer does not have.
 */
export function readFields(text: string, answer: z.core.$ZodType): FieldTree {
  const paths = text.split(",").map((path) => path.trim());
  if (paths.length > LIMITS.sparseFieldsMax) {
    throw invalidAt("fields", `expected at most ${LIMITS.sparseFieldsMax} fields`);
  }
  const row = rowOf(answer);
  const tree: FieldTree = new Map();
  for (const path of paths) {
    const names = path.split(".");
    if (!knows(row, names)) {
      const known = namesOf(row).join(", ");
      throw invalidAt("fields", `expected some of ${known}; fields within one as a.b`, path);
    }
    plant(tree, names);
  }
  return tree;
}

/** An answer with only the wanted fields; of a list only its rows are thinned out. */
export function thinned(answer: unknown, tree: FieldTree): unknown {
  if (!isObject(answer) || !Array.isArray(answer["items"])) return pick(answer, tree);
  return { ...answer, items: pick(answer["items"], tree) };
}

function plant(tree: FieldTree, [name = "", ...rest]: readonly string[]): void {
  const known = tree.get(name);
  if (rest.length === 0 || known === null) {
    tree.set(name, null);
    return;
  }
  const below: FieldTree = known ?? new Map();
  tree.set(name, below);
  plant(below, rest);
}

function pick(value: unknown, tree: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((one) => pick(one, tree));
  if (!isObject(value)) return value;
  const picked: [string, unknown][] = [];
  for (const [name, below] of tree) {
    if (!Object.hasOwn(value, name)) continue;
    picked.push([name, below === null ? value[name] : pick(value[name], below)]);
  }
  return Object.fromEntries(picked);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema of the rows of a list, or of the answer itself. */
function rowOf(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map(rowOf));
  if (!(schema instanceof z.ZodObject)) return schema;
  const items: unknown = schema.shape["items"];
  return items instanceof z.ZodArray ? items.element : schema;
}

/** Whether a schema may have a value at a path; what says nothing of its fields may have any. */
function knows(schema: z.core.$ZodType, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  if (schema instanceof z.ZodObject) {
    const field: unknown = schema.shape[name];
    return field instanceof z.core.$ZodType && knows(field, rest);
  }
  if (schema instanceof z.ZodArray) return knows(schema.element, path);
  if (schema instanceof z.ZodUnion) return schema.options.some((one) => knows(one, path));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return knows(schema.unwrap(), path);
  }
  return schema instanceof z.ZodRecord || schema instanceof z.ZodUnknown;
}

function namesOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(namesOf))];
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

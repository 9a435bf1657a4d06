/** Narrowing lists by labels: `label=key=value`, repeated, and `labels=` with a selector. */
import { z } from "@hono/zod-openapi";
import { meetsConditions, readSelector } from "../../shared/label-selector.ts";
import { LIMITS } from "../../shared/limits.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import type { JudgedTarget } from "../ports.ts";
import { hasLabels, labelQuery } from "./describe.ts";

/** A selector in a query, as its conditions. */
const selectorQuery = z
  .string()
  .min(1)
  .max(LIMITS.selectorCharsMax)
  .transform((text, context) => {
    const read = readSelector(text);
    if (Array.isArray(read)) return read;
    const message = `expected ${read.expected} at character ${read.position}`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .optional()
  .openapi({
    type: "string",
    description:
      "Label selector, all of it must hold: `a=b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a` " +
      "(there is such a label), `!a` (there is none), separated by commas.",
    example: "team=shop,env!=test",
  });

/** Both ways to narrow by labels, in a query. */
export const labelsQuery = { label: labelQuery, labels: selectorQuery };

/** What a query says of labels. */
export interface LabelsAsked {
  label?: readonly string[] | undefined;
  labels?: z.output<typeof selectorQuery>;
}

/** Whether labels are as a query asks; null when it asks for none. */
export function labelsKeep({ label, labels }: LabelsAsked): Keep<Record<string, string>> {
  if (label === undefined && labels === undefined) return null;
  return (has) => hasLabels(has, label) && meetsConditions(has, labels ?? []);
}

const KNOWN_STATES: ReadonlyMap<string, VerdictState> = new Map(
  VERDICT_STATES.map((state) => [state, state]),
);

/** Verdict states in a query, separated by commas, as a set. */
export const statesQuery = z
  .string()
  .max(200)
  .transform((text, context) => {
    const states = new Set<VerdictState>();
    for (const name of text.split(",")) {
      const state = KNOWN_STATES.get(name.trim());
      if (state !== undefined) states.add(state);
      else {
        const message = `expected some of ${VERDICT_STATES.join(", ")}`;
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      }
    }
    return states;
  })
  .optional()
  .openapi({
    type: "string",
    description: `States, separated by commas: ${VERDICT_STATES.join(", ")}.`,
    example: "down,unknown",
  });

/** A condition on rows; null: there is none. */
export type Keep<Row> = ((row: Row) => boolean) | null;

/** Holds when every condition does; null when there is none. */
export function allOf<Row>(conditions: readonly Keep<Row>[]): Keep<Row> {
  const given = conditions.filter((one) => one !== null);
  return given.length === 0 ? null : (row) => given.every((one) => one(row));
}

/** A condition on labels as one on the target that has them. */
export function ofTarget(keep: Keep<Record<string, string>>): Keep<JudgedTarget> {
  return keep && (({ target }) => keep(target.spec.labels));
}

/** Narrowing lists by labels: `label=key=value`, repeated, and `labels=` with a selector. */
import { z } from "@hono/zod-openapi";
import { meetsConditions, readSelector } from "../../shared/label-selector.ts";
import { LIMITS } from "../../shared/limits.ts";
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
export function labelsKeep({
  label,
  labels,
}: LabelsAsked): ((has: Record<string, string>) => boolean) | null {
  if (label === undefined && labels === undefined) return null;
  return (has) => hasLabels(has, label) && meetsConditions(has, labels ?? []);
}

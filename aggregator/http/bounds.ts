/** What it means that a caller is bound to labels. */
import { QuorateError } from "../../shared/errors.ts";
import type { Target } from "../../shared/target.ts";
import { carries } from "../feed/event-filter.ts";
import type { Caller } from "./caller.ts";

/** A request of a bound caller. */
export interface BoundRequest {
  /** Labels that a target must carry. */
  labels: Caller["labels"];
  /** Ids and handles of targets that the fence let through during this request. */
  shown: Set<string | number>;
}

/** Whether a caller is bound to labels. */
export function isBound({ labels }: Pick<Caller, "labels">): boolean {
  return Object.keys(labels).length > 0;
}

/** Labels as a person writes them, such as `team=pay, env=prod`. */
export function labelsText(labels: Caller["labels"]): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

/** The error for a bound caller that asks for more than its targets. */
export function outsideBounds({ labels }: Pick<Caller, "labels">): QuorateError {
  const bound = `This token is bound to targets with ${labelsText(labels)}`;
  const advice = "Use one that is not bound.";
  return new QuorateError("forbidden", `${bound}, and this is about more than those. ${advice}`);
}

/** Whether a target exists for a request; if so, what is known of it by its id does too. */
export function show({ labels, shown }: BoundRequest, target: Target): boolean {
  if (!carries(target.spec.labels, labels)) return false;
  shown.add(target.id).add(target.handle);
  return true;
}

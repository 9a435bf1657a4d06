/** Which events a subscriber wants. */
import type { StoredEvent } from "../ports.ts";
import { hasLabels } from "./describe.ts";

/** What a subscriber asks for. */
export interface EventFilter {
  /** Comma-separated patterns: `*`, `target.*`, `incident.opened`. Absent: all. */
  types?: string | undefined;
  /** Labels, `key=value`, that the event's target must carry. */
  label?: readonly string[] | undefined;
}

/** Whether an event is wanted; with labels, only events of targets are. */
export function eventMatcher({ types, label }: EventFilter): (stored: StoredEvent) => boolean {
  const patterns = types?.split(",").map((pattern) => pattern.trim());
  const fits = (type: string): boolean =>
    patterns === undefined || patterns.some((pattern) => matchesType(pattern, type));
  return ({ event }) => {
    if (!fits(event.type)) return false;
    if (label === undefined || label.length === 0) return true;
    return event.data.target !== undefined && hasLabels(event.data.target.labels, label);
  };
}

function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

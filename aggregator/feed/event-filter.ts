/** Which events a subscriber wants. */
import { meetsConditions } from "../../shared/label-selector.ts";
import type { LabelCondition } from "../../shared/label-selector.ts";
import type { StoredEvent } from "../ports.ts";

/** What a subscriber asks for. */
export interface EventFilter {
  /** Comma-separated patterns: `*`, `target.*`, `incident.opened`. Absent: all. */
  types?: string | undefined;
  /** Labels, `key=value`, that the event's target must carry. */
  label?: readonly string[] | undefined;
  /** Conditions of a selector that the labels of the event's target must meet. */
  labels?: readonly LabelCondition[] | undefined;
  /** Labels that the subscriber is bound to; none: it is not. */
  bound?: Readonly<Record<string, string>> | undefined;
}

/** Whether an event is wanted; with labels, only events of targets are. */
export function eventMatcher(filter: EventFilter): (stored: StoredEvent) => boolean {
  const { types, label = [], labels = [], bound = {} } = filter;
  const patterns = types?.split(",").map((pattern) => pattern.trim());
  const fits = (type: string): boolean =>
    patterns === undefined || patterns.some((pattern) => matchesType(pattern, type));
  const isBound = Object.keys(bound).length > 0;
  return ({ event }) => {
    if (!fits(event.type)) return false;
    if (isBound && !carries(event.data.target?.labels ?? {}, bound)) return false;
    if (label.length + labels.length === 0) return true;
    const carried = event.data.target?.labels;
    return carried !== undefined && hasLabels(carried, label) && meetsConditions(carried, labels);
  };
}

function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/** Whether labels carry all that are wanted; what is wanted may be none. */
export function carries(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** The event without who saw what: votes are most of the text, and few readers want them. */
export function withoutVotes({ number, event }: StoredEvent): StoredEvent {
  const { vantages: _vantages, vantagesLeftOut: _leftOut, ...data } = event.data;
  return { number, event: { ...event, data } };
}

/** Whether labels have all that a query asks for. */
export function hasLabels(
  labels: Record<string, string>,
  wanted: readonly string[] | undefined,
): boolean {
  return (wanted ?? []).every((pair) => {
    const equals = pair.indexOf("=");
    const key = pair.slice(0, equals);
    return Object.hasOwn(labels, key) && labels[key] === pair.slice(equals + 1);
  });
}

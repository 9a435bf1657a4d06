/** Routes: which happenings go to which channels, as a tree of conditions. */
import { z } from "zod";
import { matcherSchema, matchesAll } from "./matcher.ts";
import type { MatcherFacts } from "./matcher.ts";
import { nameSchema } from "./target.ts";

/** Whether a text names a time zone that this machine knows. */
function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format(0) !== "";
  } catch {
    return false;
  }
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const clockSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time such as 08:30");

/** Hours in which a route holds. */
const hoursSchema = z.strictObject({
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, { error: "expected a time zone such as Europe/Berlin" })
    .default("UTC")
    .describe("Time zone of the hours."),
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .max(7)
    .default([...DAYS])
    .describe("Days on which the hours begin."),
  from: clockSchema.default("00:00").describe("Beginning, included."),
  to: clockSchema
    .default("00:00")
    .describe("End, not included; not later than the beginning: on the next day."),
});

/** Hours in which a route holds. */
export type RouteHours = z.output<typeof hoursSchema>;

/** What a node of the tree says beside its children. */
const nodeSchema = z.strictObject({
  matchers: z.array(matcherSchema).max(20).default([]).describe("Conditions, all must hold."),
  hours: hoursSchema.optional().describe("Hours in which it holds; absent: always."),
  channels: z.array(nameSchema).max(20).default([]).describe("Channels that are told."),
  goOn: z
    .boolean()
    .default(false)
    .describe("True: the siblings after it are looked at too, although it holds."),
});

/** A node of the tree of routes. */
export interface RouteNode extends z.output<typeof nodeSchema> {
  routes: RouteNode[];
}

/** A node of the tree; its children are looked at first, it is told where none of them holds. */
export const routeNodeSchema: z.ZodType<RouteNode> = nodeSchema
  .extend({
    routes: z.lazy(() => z.array(routeNodeSchema).max(100)).default([]),
  })
  .meta({ id: "RouteNode", description: "A node of the tree of routes." });

/**
 * Names of the channels that these facts go to at this time, in the order of the tree; null when
 * the root does not hold, so that nobody is told. The deepest nodes that hold are told; of siblings
 * the first that holds, and those after it only if it says `goOn`.
 */
export function channelsOf(root: RouteNode, facts: MatcherFacts, atMs: number): string[] | null {
  if (!holds(root, facts, atMs)) return null;
  const told: string[] = [];
  let isTold = false;
  for (const child of root.routes) {
    const below = channelsOf(child, facts, atMs);
    if (below === null) continue;
    told.push(...below);
    isTold = true;
    if (!child.goOn) break;
  }
  return isTold ? [...new Set(told)] : [...new Set(root.channels)];
}

function holds({ matchers, hours }: RouteNode, facts: MatcherFacts, atMs: number): boolean {
  return matchesAll(matchers, facts) && (hours === undefined || isWithin(hours, atMs));
}

/** Whether a time lies within the hours; those over midnight belong to the day they begin on. */
export function isWithin({ timeZone, days, from, to }: RouteHours, atMs: number): boolean {
  const { day, clock } = localTime(timeZone, atMs);
  const today = DAYS.findIndex((name) => name === day);
  const yesterday = DAYS[(today + DAYS.length - 1) % DAYS.length];
  const isDay = (name: string | undefined): boolean => days.some((one) => one === name);
  if (from < to) return isDay(day) && clock >= from && clock < to;
  return (isDay(day) && clock >= from) || (isDay(yesterday) && clock < to);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, atMs: number): { day: string; clock: string } {
  let format = FORMATS.get(timeZone);
  if (!format) {
    const parts = { weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
    format = new Intl.DateTimeFormat("en-GB", { ...parts, hourCycle: "h23", timeZone });
    // There are a few hundred zones, all of them valid by now.
    FORMATS.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const clock = `${parts.get("hour")}:${parts.get("minute")}`;
  return { day: (parts.get("weekday") ?? "").slice(0, 3).toLowerCase(), clock };
}

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

/** How many alerts at once become one message. */
const groupSchema = z.strictObject({
  min: z
    .int()
    .min(2)
    .max(100_000)
    .default(5)
    .describe("Alerts within a minute from which on they become one message for each cause."),
  waitMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(5_000)
    .describe("Time that the first of many waits for the others; a lone alert never waits."),
  intervalMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(60_000)
    .describe("Time between two such messages while more targets fall."),
});

/** A step of the ladder: who is told besides when nobody acknowledges. */
const escalationSchema = z.strictObject({
  afterMs: z.int().min(1_000).max(604_800_000).describe("Time since the alert."),
  channels: z.array(nameSchema).min(1).max(20).describe("Channels that are told besides."),
});

/** How an alert is grouped and said again; each part comes from the nearest node that says it. */
export interface RouteManner {
  group: z.output<typeof groupSchema>;
  /** Gaps between an alert and its reminders; the last one repeats; empty: no reminder. */
  remindAfterMs: number[];
  escalate: z.output<typeof escalationSchema>[];
}

/** As it is done when nobody says otherwise: again after 15 min, 1 h, 4 h, then once a day. */
export const ROUTE_MANNER: RouteManner = {
  group: groupSchema.parse({}),
  remindAfterMs: [900_000, 3_600_000, 14_400_000, 86_400_000],
  escalate: [],
};

/** What a node of the tree says beside its children. */
const nodeSchema = z.strictObject({
  matchers: z.array(matcherSchema).max(20).default([]).describe("Conditions, all must hold."),
  hours: hoursSchema.optional().describe("Hours in which it holds; absent: always."),
  channels: z.array(nameSchema).max(20).default([]).describe("Channels that are told."),
  goOn: z
    .boolean()
    .default(false)
    .describe("True: the siblings after it are looked at too, although it holds."),
  group: groupSchema.optional().describe("How many alerts at once are told; also of nodes below."),
  remindAfterMs: z
    .array(z.int().min(60_000).max(604_800_000))
    .max(20)
    .optional()
    .describe("Gaps between an alert and its reminders; the last one repeats; [] for none."),
  escalate: z
    .array(escalationSchema)
    .max(10)
    .optional()
    .describe("Who is told besides when nobody acknowledges; also of nodes below."),
  owner: nameSchema.optional().describe("Of the root: configuration file that keeps the tree."),
});

/** A node of the tree of routes. */
export interface RouteNode extends z.output<typeof nodeSchema> {
  routes: RouteNode[];
}

/** A node of the tree as a caller says it, defaults left out. */
export interface RouteNodeInput extends z.input<typeof nodeSchema> {
  routes?: RouteNodeInput[] | undefined;
}

/** A node of the tree; its children are looked at first, it is told where none of them holds. */
export const routeNodeSchema: z.ZodType<RouteNode, RouteNodeInput> = nodeSchema
  .extend({
    routes: z
      .lazy(() => z.array(routeNodeSchema).max(100))
      .default([])
      .describe("Its children; the first that matches is told."),
  })
  .meta({
    id: "RouteNode",
    description: "A node of the tree of routes.",
    example: {
      channels: ["on-call"],
      routes: [
        {
          matchers: [{ name: "team", op: "=", value: "shop" }],
          channels: ["shop"],
          remindAfterMs: [900_000, 3_600_000],
          escalate: [{ afterMs: 1_800_000, channels: ["on-call"] }],
        },
      ],
    },
  });

/** A node that is told, with what it and those above it say of the manner. */
export interface RouteDestination {
  channels: string[];
  manner: RouteManner;
  /** Where it stands: the place of each node among its siblings from the root on, from 0. */
  path: number[];
}

/**
 * Where these facts go to at this time, in the order of the tree; null when the root does not hold,
 * so that nobody is told. The deepest nodes that hold are told; of siblings the first that holds,
 * and those after it only if it says `goOn`.
 */
export function destinationsOf(
  root: RouteNode,
  { facts, atMs, manner = ROUTE_MANNER, path = [] }: RoutedFacts,
): RouteDestination[] | null {
  if (!holds(root, facts, atMs)) return null;
  const { group, remindAfterMs, escalate } = { ...manner, ...definedOf(root) };
  const below: RoutedFacts = { facts, atMs, manner: { group, remindAfterMs, escalate } };
  const told: RouteDestination[] = [];
  let isTold = false;
  for (const [index, child] of root.routes.entries()) {
    const found = destinationsOf(child, { ...below, path: [...path, index] });
    if (found === null) continue;
    told.push(...found);
    isTold = true;
    if (!child.goOn) break;
  }
  if (isTold) return told;
  return [{ channels: [...new Set(root.channels)], manner: below.manner ?? manner, path }];
}

/** What is looked for in the tree. */
export interface RoutedFacts {
  facts: MatcherFacts;
  atMs: number;
  /** What is said above the node. Default ROUTE_MANNER. */
  manner?: RouteManner;
  /** Where the node stands. Default: it is the root. */
  path?: number[];
}

function definedOf({ group, remindAfterMs, escalate }: RouteNode): Partial<RouteManner> {
  return {
    ...(group === undefined ? {} : { group }),
    ...(remindAfterMs === undefined ? {} : { remindAfterMs }),
    ...(escalate === undefined ? {} : { escalate }),
  };
}

/** Every channel that a tree names, each once. */
export function channelsNamed(root: RouteNode): string[] {
  const own = [...root.channels, ...(root.escalate ?? []).flatMap(({ channels }) => channels)];
  return [...new Set([...own, ...root.routes.flatMap(channelsNamed)])];
}

/** The tree of routes as stored. */
export interface Routes {
  revision: number;
  updatedAtMs: number;
  /** Name of the token that wrote it. */
  updatedBy: string;
  root: RouteNode;
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

/** /api/v1/events: what happens, as a stream or as a list. */
import { ServerResponse } from "node:http";
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { eventPageSchema } from "../../../shared/api/event.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { StoredEvent } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, AppEnv, RouteContext } from "../context.ts";
import { flag, integer, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { isBound } from "../bounds.ts";
import { eventMatcher } from "../../feed/event-filter.ts";
import { createEventLanes } from "../../feed/event-lane.ts";
import { createEventChunks } from "../event-chunks.ts";
import { createEventRounds } from "../event-rounds.ts";
import { eventStream } from "../event-stream.ts";
import { labelsQuery } from "../narrowing.ts";
import { eventView } from "../views.ts";

const query = z.strictObject({
  limit: pageQuery.limit,
  format: z
    .enum(["sse", "json"])
    .optional()
    .openapi({ description: "`sse` (default) streams, `json` lists what happened." }),
  after: integer({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description:
      "Events after this number. Default: for a stream from now on, else from the first.",
  }).optional(),
  types: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[a-z_.*, ]+$/, "expected patterns such as target.*,incident.opened")
    .optional()
    .openapi({ description: "Patterns, separated by commas.", example: "target.*,mesh.blind" }),
  ...labelsQuery,
  votes: flag(
    "Whether a stream carries who saw what. Default false; a list always does.",
  ).optional(),
});

const headers = z.object({
  "last-event-id": z
    .string()
    .optional()
    .openapi({ description: "Number of the last event seen; `after` goes before it." }),
});

const getEvents = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/events",
  tags: ["events"],
  summary: "Follow events as they happen, or list those that did",
  description:
    "As Server-Sent Events: `id` is the event's number, `event` its type, `data` the event. A " +
    "comment comes every 15 s. A reader that is too slow gets a last event of type `dropped`.",
  request: { query, headers },
  responses: {
    200: {
      description: "Events.",
      content: {
        "text/event-stream": { schema: z.string() },
        "application/json": { schema: eventPageSchema },
      },
    },
    ...problems,
  },
});

/** What a caller asks of the events. */
type EventsQuery = z.output<typeof query>;

/** Adds the route. */
export function addEvents(app: App, context: RouteContext): void {
  const chunks = createEventChunks();
  const lanes = createEventLanes();
  const { clock, streams } = context;
  const rounds = createEventRounds({ clock, readers: () => streams.size });
  app.openapi(getEvents, async (c) => {
    const asked = c.req.valid("query");
    if (asked.format === "json") return c.json(await listEvents(context, asked), 200);
    if (asked.limit !== undefined) throw invalidAt("limit", "expected only with format=json");
    const { events } = context.store;
    const seen = asked.after ?? numberOf(c.req.valid("header")["last-event-id"]);
    const after = seen ?? (await events.lastNumber());
    const stream = {};
    const body = eventStream({
      events,
      bus: context.bus,
      matches: eventMatcher(asked),
      share: isBound(c.get("token")) ? undefined : { lanes, key: keyOf(asked) },
      after,
      votes: asked.votes === true,
      chunks,
      gather: rounds.turn,
      answer: answerOf(c),
      clock,
      log: context.log,
      closing: context.closing,
      isAllowed: () => context.isStillValid(c.get("token"), c.get("secret")),
      watchRevoked: (onRevoked) => context.revocations.watch(c.get("token").id, onRevoked),
      onEnd: () => void streams.delete(stream),
    });
    streams.add(stream);
    return new Response(body, { status: 200, headers: STREAM_HEADERS });
  });
}

/** Who is bound to labels has a bus of their own; all others who ask for the same share it. */
const keyOf = ({ types, label, labels }: EventsQuery): string =>
  JSON.stringify([types, label, labels]);

/** The answer of Node's own server; absent when the app is asked without one. */
function answerOf(c: Context<AppEnv>): ServerResponse | undefined {
  const outgoing = c.env?.outgoing;
  return outgoing instanceof ServerResponse ? outgoing : undefined;
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx would keep events back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
  "x-accel-buffering": "no",
};

function numberOf(lastEventId: string | undefined): number | null {
  if (lastEventId === undefined || lastEventId === "") return null;
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw invalidAt("Last-Event-ID", "expected the number of an event", lastEventId.slice(0, 40));
}

/** Events of the past; looks at LIMITS.scanRowsMax of them at most, then `next` goes on. */
async function listEvents({ store }: RouteContext, asked: EventsQuery) {
  const { limit } = pageOfQuery(asked);
  const matches = eventMatcher(asked);
  const found: StoredEvent[] = [];
  let number = asked.after ?? 0;
  for (let looked = 0; looked < LIMITS.scanRowsMax; looked += LIMITS.pageRowsMax) {
    const rows = await store.events.after(number, LIMITS.pageRowsMax);
    for (const row of rows) {
      number = row.number;
      if (matches(row)) found.push(row);
      if (found.length === limit) return pageOfEvents(found, number);
    }
    if (rows.length < LIMITS.pageRowsMax) return pageOfEvents(found, null);
  }
  return pageOfEvents(found, number);
}

function pageOfEvents(found: readonly StoredEvent[], next: number | null) {
  return { items: found.map(eventView), next: next === null ? null : String(next) };
}

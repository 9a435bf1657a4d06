/** Who may call which operation: by scope, and by the labels that a token is bound to. */
import type { TokenScope } from "../ports.ts";

/**
 * Scopes a route may need. Of `read`, `write` and `admin` each includes those before it; `calls` is
 * that of machines which report business calls, and who may write may do that too.
 */
const ROUTE_SCOPES = ["calls", "read", "write", "admin"] as const;

/** The scope a route needs. */
export type RouteScope = (typeof ROUTE_SCOPES)[number];

/** What a route says of who may call it; open: everybody, without a token. */
export type RouteAccess = RouteScope | "open";

/** Whether a value is the scope of a route. */
export function isRouteScope(value: unknown): value is RouteScope {
  return ROUTE_SCOPES.some((scope) => scope === value);
}

/** Admin does all, write implies read; probe and calls are for machines, each for one thing. */
export function isEnough(scope: TokenScope, needed: RouteScope): boolean {
  if (needed === "calls") return scope === "calls" || scope === "write" || scope === "admin";
  if (scope === "probe" || scope === "calls") return false;
  return ROUTE_SCOPES.indexOf(scope) >= ROUTE_SCOPES.indexOf(needed);
}

/**
 * Operations that a bound token may ask for: those that are about single targets, or that the fence
 * narrows to the targets it may see. Every other operation refuses it, also one that is added and
 * not thought of here.
 */
const FOR_BOUND: ReadonlySet<string> = new Set([
  "GET /api/v1/session",
  "GET /api/v1/version",
  "GET /api/v1/kinds",
  "GET /api/v1/targets",
  "POST /api/v1/targets",
  "POST /api/v1/targets/bulk",
  "GET /api/v1/targets/:id",
  "PUT /api/v1/targets/:id",
  "PATCH /api/v1/targets/:id",
  "DELETE /api/v1/targets/:id",
  "POST /api/v1/targets/:id/run",
  "POST /api/v1/targets/:id/calls",
  "GET /api/v1/targets/:id/results",
  "GET /api/v1/targets/:id/latency",
  "GET /api/v1/targets/:id/stats",
  "GET /api/v1/targets/:id/uptime",
  "GET /api/v1/stats",
  "GET /api/v1/uptime",
  "GET /api/v1/glances",
  "GET /api/v1/verdicts",
  "GET /api/v1/verdicts/:target",
  "GET /api/v1/verdicts/:target/explain",
  "GET /api/v1/verdicts/:target/transitions",
  "GET /api/v1/incidents",
  "GET /api/v1/incidents/:id",
  "GET /api/v1/incidents/:id/timeline",
  "POST /api/v1/incidents/:id/ack",
  "POST /api/v1/incidents/:id/notes",
  "GET /api/v1/notifications",
  "GET /api/v1/notifications/:id/deliveries",
  "POST /api/v1/notifications/:id/requeue",
  "GET /api/v1/events",
  "GET /verdict/:target",
  "GET /badge/:file",
]);

/** Whether a bound token may ask for an operation, such as "GET /api/v1/targets/:id". */
export function isForBound(operation: string): boolean {
  return FOR_BOUND.has(operation);
}

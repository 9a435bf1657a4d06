/** The HTTP side of the aggregator as a value: importing it, or making it, listens to nothing. */
import { setMaxListeners } from "node:events";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ZodError } from "zod";
import { QuorateError } from "../../shared/errors.ts";
import { inputIssues, invalidInput } from "../registry/input.ts";
import { createGuard, createSignIn } from "./auth.ts";
import { checkBody, limitBody } from "./body.ts";
import type { App, AppEnv, HttpDeps, RouteContext } from "./context.ts";
import { createFence } from "./fence.ts";
import { createCors, createSecurityHeaders } from "./headers.ts";
import { createIdempotency } from "./idempotency.ts";
import { routesOf } from "./openapi.ts";
import { createOrigins } from "./origins.ts";
import type { RouteAccess } from "./permissions.ts";
import { createErrorResponder } from "./problem.ts";
import { answerSchemasOf, createRepresentation } from "./representation.ts";
import { createAuditor } from "./auditor.ts";
import { addAcknowledge } from "./routes/acknowledge.ts";
import { addAudit } from "./routes/audit.ts";
import { addBackups } from "./routes/backups.ts";
import { addChannels } from "./routes/channels.ts";
import { addDocs } from "./routes/docs.ts";
import { addEvents } from "./routes/events.ts";
import { addGlances } from "./routes/glances.ts";
import { addHistory, addStats } from "./routes/history.ts";
import { addIncidents } from "./routes/incidents.ts";
import { addMesh } from "./routes/mesh.ts";
import { addMaintenance } from "./routes/maintenance.ts";
import { addMachines } from "./routes/machines.ts";
import { addNotifications } from "./routes/notifications.ts";
import { addOidc } from "./routes/oidc.ts";
import { addProbes } from "./routes/probes.ts";
import { addReplays } from "./routes/replays.ts";
import { addRoutes } from "./routes/routes.ts";
import { addKinds } from "./routes/kinds.ts";
import { addRuns } from "./routes/runs.ts";
import { createStatusDoor } from "./status-door.ts";
import { addSession } from "./routes/session.ts";
import { addSilences } from "./routes/silences.ts";
import { addStatusPages } from "./routes/status-pages.ts";
import { addSummary } from "./routes/summary.ts";
import { addSystem } from "./routes/system.ts";
import { addBulk, BULK_PATH } from "./routes/bulk.ts";
import { addTargetReads, addTargetWrites } from "./routes/targets.ts";
import { addTokens } from "./routes/tokens.ts";
import { addUptime } from "./routes/uptime.ts";
import { addVerdicts } from "./routes/verdicts.ts";

/** The HTTP side of one aggregator. */
export interface HttpApp {
  /** Answers a request; what a server, or a test, calls. */
  fetch: App["fetch"];
  /** Answers a request made here; for tests. */
  request: App["request"];
  /** Ends every stream of events. Requests are still answered. */
  close(): void;
}

/** Every noun's routes, in the order of the document. */
const ROUTES: readonly ((app: App, context: RouteContext) => void)[] = [
  addTargetReads,
  addBulk,
  addTargetWrites,
  addKinds,
  addRuns,
  addHistory,
  addStats,
  addUptime,
  addVerdicts,
  addGlances,
  addMachines,
  addProbes,
  addMesh,
  addIncidents,
  addAcknowledge,
  addReplays,
  addChannels,
  addMaintenance,
  addSilences,
  addStatusPages,
  addRoutes,
  addNotifications,
  addEvents,
  addTokens,
  addSession,
  addOidc,
  addAudit,
  addSummary,
  addBackups,
  addDocs,
  addSystem,
];

/** Creates the HTTP side of the aggregator. */
export function createHttpApp(deps: HttpDeps): HttpApp {
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  const closing = new AbortController();
  // Every open stream listens; how many there may be is bounded by the bus.
  setMaxListeners(0, closing.signal);
  const access = new Map<string, RouteAccess>();
  const { registry, clock, random, store } = deps;

  const respond = createErrorResponder(deps);
  app.onError(respond);
  const origins = createOrigins(deps);
  app.use("*", createSecurityHeaders(origins));
  app.use("*", createCors(deps.corsOrigins ?? []));
  const auditor = createAuditor({ trail: deps.audit, origins });
  const signIn = createSignIn({ ...registry, origins, clock, auditor });
  // Before the dashboard: a host of a status page's own shows that page at its root.
  app.use("*", createStatusDoor({ ...deps, origins, signIn }));
  app.use("*", async (c, next) => (await deps.dashboard?.(c.req.raw)) ?? next());
  app.use("*", auditor.middleware);
  const fence = createFence();
  app.use("*", createGuard(signIn, { access, fence }));
  app.use("/api/v1/*", limitBody([BULK_PATH]));
  app.use("/api/v1/*", checkBody);
  app.use("/api/v1/*", createIdempotency({ store: store.idempotency, clock, random }));
  const answers: ReturnType<typeof answerSchemasOf> = new Map();
  app.use("/api/v1/*", createRepresentation(answers));
  const { signedIn } = auditor;
  const parts = { origins, signedIn, closing: closing.signal, streams: new Set<object>() };
  const context: RouteContext = { ...fence.around(deps), ...signIn, ...parts };
  for (const add of ROUTES) add(app, context);
  for (const [route, schema] of answerSchemasOf(app)) answers.set(route, schema);

  const routes = routesOf(app);
  for (const { method, path, access: said } of routes) {
    if (said !== null) access.set(`${method} ${path}`, said);
  }
  const shapes = routes.map(({ method, path }) => ({ method, shape: shapeOf(path) }));
  app.notFound((c) => {
    const methods = shapes.filter(({ shape }) => shape.test(c.req.path)).map((one) => one.method);
    // Thrown here it would pass by the middleware, and leave without its headers.
    return respond(methods.length === 0 ? noSuchPath(c) : wrongMethod(c, methods), c);
  });
  return {
    fetch: app.fetch,
    request: app.request,
    close: () => closing.abort(),
  };
}

/** Turns what zod found in a query, a path, a header or a body into one error. */
function refuseInvalid(result: { success: boolean; error?: unknown; data?: unknown }): void {
  if (result.success) return;
  if (!(result.error instanceof ZodError)) throw new QuorateError("invalid", "Invalid input.");
  throw invalidInput(inputIssues(result.error, result.data));
}

function shapeOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/:\w+/g, "[^/]+")}$`);
}

function noSuchPath(c: Context): QuorateError {
  const path = JSON.stringify(c.req.path.slice(0, 200));
  return new QuorateError("not_found", `Nothing is at ${path}. See /openapi.json for what is.`);
}

function wrongMethod(c: Context, methods: readonly string[]): QuorateError {
  const allowed = [...new Set(methods)].join(", ");
  c.header("Allow", allowed);
  const sentence = `${c.req.method} is not possible here. Possible: ${allowed}.`;
  return new QuorateError("method_not_allowed", sentence);
}

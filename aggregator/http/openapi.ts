/** The OpenAPI 3.1 document, from the same schemas that validate. */
import { isRouteScope } from "./permissions.ts";
import type { RouteAccess } from "./permissions.ts";
import type { ApiKind } from "../../shared/api/kind.ts";
import { finishDocument } from "./openapi/finish.ts";
import type { ApiDocument } from "./openapi/shape.ts";
import { withKinds } from "./openapi-kinds.ts";
import type { App } from "./context.ts";

const TAGS = [
  { name: "targets", description: "What is checked." },
  { name: "verdicts", description: "What the witnesses together say." },
  { name: "probes", description: "The programs at the vantage points." },
  { name: "incidents", description: "What went wrong, and who looks after it." },
  { name: "replays", description: "What other rules would have said." },
  { name: "channels", description: "Where notifications go." },
  { name: "maintenance", description: "Times in which targets may be bad without an alert." },
  { name: "status pages", description: "What the public is shown, at /status/NAME." },
  { name: "silences", description: "What nobody wants to be told of for some time." },
  { name: "routes", description: "Who is told of what." },
  { name: "notifications", description: "What was sent, and what became of it." },
  { name: "events", description: "What happens." },
  { name: "tokens", description: "Who may call." },
  { name: "sessions", description: "Who is signed in at a browser." },
  { name: "audit", description: "Who wrote what, when and from where." },
  { name: "system", description: "The aggregator itself." },
];

const DESCRIPTION = [
  "A multi-region probe mesh with quorum verdicts: a target is down only when no vantage point",
  "reaches it. Every error is problem+json with a sentence. Lists are `{ items, next }`; give",
  "`next` as `cursor` for the following page. A page goes on behind the last row shown, so rows",
  "that come and go move no others; one whose sorted field changes meanwhile may be shown twice",
  "or not. `fields` thins out any read, and HEAD answers as GET does. What has a revision carries",
  "it as ETag for If-Match; other reads have a weak one, and 304 for who sends it back. Writes",
  "with `dryRun=true` are checked and answered, and write nothing. Every POST may carry an",
  "Idempotency-Key. Times are RFC 3339; durations are whole numbers",
  "named `…Ms` or `…Us`. A token has a scope: admin does all, write implies read;",
  "`x-quorate-scope` names what an operation needs.",
].join(" ");

const LICENSE = { name: "Apache-2.0", identifier: "Apache-2.0" };

/** Documents that are made: the routes of an app do not change while it runs. */
const made = new WeakMap<App, ApiDocument>();

/** The document of every route that the app has; ask when it has them all. */
export function openApiDocument(app: App, version: string, kinds: readonly ApiKind[]): ApiDocument {
  const document = made.get(app) ?? makeDocument(app, version, kinds);
  made.set(app, document);
  return document;
}

function makeDocument(app: App, version: string, kinds: readonly ApiKind[]): ApiDocument {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "A token such as `qrt_read_…`.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "quorate_session",
    description:
      "The session of a browser. A request that writes must come from the aggregator's own pages.",
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Quorate", version, description: DESCRIPTION, license: LICENSE },
    servers: [{ url: "/" }],
    tags: TAGS,
  });
  return finishDocument(withKinds(document, kinds));
}

/** A route of the app as the guard and the error for a wrong method see it. */
export interface RouteFacts {
  /** Upper case. */
  method: string;
  /** With `:name` for a parameter. */
  path: string;
  /** Null: it does not say. */
  access: RouteAccess | null;
}

/** Every route of the app. */
export function routesOf(app: App): RouteFacts[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, security, "x-quorate-scope": scope } = definition.route;
    const routing = path.replaceAll(/\{(\w+)\}/g, ":$1");
    const facts = { method: method.toUpperCase(), path: routing };
    const isOpen = security?.length === 0;
    return [{ ...facts, access: isRouteScope(scope) ? scope : isOpen ? "open" : null }];
  });
}

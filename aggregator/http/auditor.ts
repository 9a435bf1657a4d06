/** Keeps who wrote what: one record for each change, or one for a request that changed nothing. */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { ERRORS, QuorateError } from "../../shared/errors.ts";
import type { AuditActor, AuditChange, AuditClass, AuditEntry, AuditTrail } from "../ports.ts";
import type { Caller } from "./caller.ts";
import type { AppEnv } from "./context.ts";
import { isSafeMethod } from "./cookies.ts";
import { masked } from "./masked.ts";
import type { Origins } from "./origins.ts";

/** What the auditor works with. */
export interface AuditorDeps {
  trail: AuditTrail;
  origins: Origins;
}

/** Keeps records of requests. */
export interface Auditor {
  /** Keeps a record of every request that may write. */
  middleware: MiddlewareHandler<AppEnv>;
  /** Keeps that somebody signed in, or failed to; `error` is the code of the failure. */
  signedIn(c: Context<AppEnv>, who: Caller | string, error: string): Promise<void>;
}

/** Machines report calls by the thousand; they say nothing of what operators did. */
const NOT_KEPT: readonly string[] = ["POST /api/v1/targets/{id}/calls"];

/** Creates the auditor. */
export function createAuditor({ trail, origins }: AuditorDeps): Auditor {
  const common = (c: Context<AppEnv>) => ({
    address: origins.addressOf(c),
    operation: operationOf(c),
  });
  return {
    middleware: async (c, next) => {
      if (isSafeMethod(c.req.method) || !c.req.path.startsWith("/api/v1/")) return next();
      const changes: AuditChange[] = [];
      await trail.during(changes, next);
      const caller: Caller | undefined = c.get("token");
      const at = common(c);
      // Who is not known signed in, or failed to, which is kept as that.
      if (caller === undefined || NOT_KEPT.includes(at.operation)) return undefined;
      const { status } = c.res;
      const error = errorOf(c, status);
      const by = { actor: actorOf(caller), ...at, status };
      const done = changes.map((change): AuditEntry => ({
        class: "write",
        ...by,
        error: "",
        ...change,
      }));
      // A write that failed half-way is told as what it changed, and that it failed.
      const rest = error !== "" || changes.length === 0;
      await trail.keep(rest ? [...done, { ...by, ...nothingOf(c, error) }] : done);
      return undefined;
    },
    signedIn: async (c, who, error) => {
      const actor: AuditActor =
        typeof who === "string" ? { kind: "nobody", id: null, name: who } : actorOf(who);
      const change = { ...unknownThing(), action: error === "" ? "sign_in" : "none" } as const;
      const status = error === "" ? 200 : statusOf(error);
      await trail.keep([{ class: "sign_in", actor, ...common(c), ...change, status, error }]);
    },
  };
}

const actorOf = ({ via, id, name }: Caller): AuditActor => ({ kind: via, id, name });

/** The operation as the document names it; the path itself may hold what somebody mistyped. */
function operationOf(c: Context<AppEnv>): string {
  const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
  const path = route?.path.replaceAll(/:(\w+)/g, "{$1}");
  return path === undefined ? `${c.req.method} (nothing)` : `${c.req.method} ${path}`;
}

function errorOf(c: Context<AppEnv>, status: number): string {
  if (c.error instanceof QuorateError) return c.error.code;
  if (status < 400) return "";
  return status < 500 ? "bad_request" : "internal";
}

const statusOf = (error: string): number =>
  Object.entries(ERRORS).find(([code]) => code === error)?.[1].status ?? 500;

const unknownThing = (): Omit<AuditChange, "action"> => ({
  resource: "sessions",
  resourceId: "",
  name: "",
  revisionBefore: null,
  revisionAfter: null,
  changed: [],
});

/** What a request was about that changed nothing, from its path. */
function nothingOf(
  c: Context<AppEnv>,
  error: string,
): AuditChange & { class: AuditClass; error: string } {
  const [, , , resource = "", named = ""] = c.req.path.split("/");
  const acts = error === "" && c.req.method === "POST";
  return {
    ...unknownThing(),
    class: error === "" ? "write" : "refused",
    action: acts ? "act" : "none",
    resource: masked(resource),
    name: masked(named),
    error,
  };
}

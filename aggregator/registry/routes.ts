/** The tree of routes at the door. */
import type { ApiRouteAnswer } from "../../shared/api/routes.ts";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import { channelsNamed, routeNodeSchema } from "../../shared/route.ts";
import type { RouteNode, Routes } from "../../shared/route.ts";
import { parseInput } from "./input.ts";
import { canonicalJson } from "./json.ts";
import { testRoutes } from "./route-test.ts";
import type { RouteTestDeps } from "./route-test.ts";
import { checkGuard, createTurns, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface RouteServiceDeps extends RouteTestDeps {
  clock: Clock;
  log: Log;
}

/** The tree of routes, as the API writes it; `by` is who asks. */
export interface RouteService {
  /** Throws not_found when there is no tree. */
  get(): Promise<Routes>;
  /** Without a change the revision stays. */
  put(input: unknown, by: string, guard?: WriteGuard): Promise<Routes>;
  /** From then on every channel is told. */
  delete(by: string, guard?: WriteGuard): Promise<void>;
  /** Channels that a tree names and that are not there, as sentences. */
  warnings(root: RouteNode): Promise<string[]>;
  /** Where something would go, and what would withhold it. */
  test(input: unknown): Promise<ApiRouteAnswer>;
}

/** Creates the service. */
export function createRouteService(deps: RouteServiceDeps): RouteService {
  const { store, clock, log } = deps;
  const turns = createTurns();
  const guarded = (guard: WriteGuard, found: Routes | null) =>
    checkGuard(guard, "Routes", found && { ...found, spec: { name: "tree" } });

  async function put(input: unknown, by: string, guard: WriteGuard): Promise<Routes> {
    const root = parseInput(routeNodeSchema, input);
    if (countOf(root) > LIMITS.routesMax) throw tooMany("routes", LIMITS.routesMax);
    const found = await store.routes.get();
    guarded(guard, found);
    if (found && canonicalJson(found.root) === canonicalJson(root)) return found;
    const revision = (found?.revision ?? 0) + 1;
    const routes = { revision, updatedAtMs: clock.wallMs(), updatedBy: by, root };
    if (guard.dryRun === true) return routes;
    await store.routes.put(routes, found?.revision ?? null);
    log.info({ revision, by }, "The routes were changed.");
    return routes;
  }

  return {
    async get() {
      const routes = await store.routes.get();
      if (routes) return routes;
      const sentence = "There are no routes: every channel is told of every alert.";
      throw new QuorateError("not_found", sentence);
    },
    put: (input, by, guard = {}) => turns(() => put(input, by, guard)),
    delete: (by, guard = {}) =>
      turns(async () => {
        guarded(guard, await store.routes.get());
        if (guard.dryRun === true) return;
        if (await store.routes.delete()) log.info({ by }, "The routes were removed.");
      }),
    async warnings(root) {
      const known = new Set((await store.channels.all()).map(({ spec }) => spec.name));
      const missing = channelsNamed(root).filter((name) => !known.has(name));
      return missing.map((name) => `There is no channel ${name}: nobody is told there.`);
    },
    test: (input) => testRoutes(deps, input),
  };
}

const countOf = ({ routes }: RouteNode): number =>
  routes.reduce((count, node) => count + countOf(node), 1);

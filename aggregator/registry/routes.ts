/** The tree of routes at the door, and the tester that says where something would go. */
import { routeTestSchema } from "../../shared/api/routes.ts";
import type { ApiRouteAnswer } from "../../shared/api/routes.ts";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import { channelsNamed, destinationsOf, routeNodeSchema } from "../../shared/route.ts";
import type { RouteNode, Routes } from "../../shared/route.ts";
import { silenceOf } from "../../shared/silence.ts";
import type { Engine, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { canonicalJson } from "./json.ts";
import { checkGuard, createTurns, notFound, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface RouteServiceDeps {
  store: Pick<Store, "channels" | "routes" | "silences" | "targets">;
  engine: Pick<Engine, "nowMs">;
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

async function testRoutes(
  { store, engine }: RouteServiceDeps,
  input: unknown,
): Promise<ApiRouteAnswer> {
  const { target, labels, at, root, ...asked } = parseInput(routeTestSchema, input);
  const found = target === undefined ? null : await store.targets.get(target);
  if (target !== undefined && found === null) throw notFound("target", target);
  const { scope, severity, type, probe = "", region = "" } = asked;
  const facts: MatcherFacts = {
    ...found?.spec.labels,
    ...labels,
    scope,
    severity,
    type,
    probe,
    region,
    ...(found ? { target: found.spec.name, kind: found.spec.kind } : {}),
  };
  const atMs = at === undefined ? engine.nowMs() : Date.parse(at);
  const silence = silenceOf(await store.silences.current(atMs), facts, atMs);
  const tree = root ?? (await store.routes.get())?.root ?? null;
  const places = tree ? (destinationsOf(tree, { facts, atMs }) ?? []) : await everybody(store);
  const destinations = places.map(({ channels, manner }) => {
    const { remindAfterMs, escalate } = manner;
    return { channels, remindAfterMs, escalate };
  });
  const channels = [...new Set(places.flatMap((one) => one.channels))];
  const where = channels.length === 0 ? "nobody" : channels.join(", ");
  const held = silence ? `, but silence ${silence.id} of ${silence.spec.author} withholds it` : "";
  return {
    sentence: `It goes to ${where}${held}.`,
    channels,
    destinations,
    silencedBy: silence?.id ?? null,
  };
}

/** Without a tree: every channel that does not name its events. */
async function everybody({ channels }: Pick<Store, "channels">) {
  const told = (await channels.all()).filter(({ spec }) => spec.enabled && !spec.events);
  const root = routeNodeSchema.parse({});
  const names = told.map(({ spec }) => spec.name);
  return (destinationsOf(root, { facts: {}, atMs: 0 }) ?? []).map((one) => ({
    ...one,
    channels: names,
  }));
}

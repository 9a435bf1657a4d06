/** The tester of routes: where something would go, by which route, and what would withhold it. */
import { routeTestSchema } from "../../shared/api/routes.ts";
import type { ApiRouteAnswer } from "../../shared/api/routes.ts";
import type { Channel } from "../../shared/channel.ts";
import { isoTime } from "../../shared/clock.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import { destinationsOf, routeNodeSchema } from "../../shared/route.ts";
import type { RouteDestination, RouteNode } from "../../shared/route.ts";
import { silenceOf } from "../../shared/silence.ts";
import type { Target } from "../../shared/target.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import type { Engine, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { covers } from "./maintenance-preview.ts";
import { windowsOf } from "./maintenance-windows.ts";
import { notFound } from "./writes.ts";

/** What the tester works with. */
export interface RouteTestDeps {
  store: Pick<Store, "channels" | "maintenance" | "routes" | "silences" | "targets">;
  engine: Pick<Engine, "nowMs" | "heldAlert" | "blind">;
}

/** Severity of the alert of a state, as its incident would have it. */
const SEVERITIES: Partial<Record<VerdictState, "critical" | "major">> = {
  down: "critical",
  sub_healthy: "major",
  partial: "major",
};

type Withheld = ApiRouteAnswer["withheld"][number];

/** Says where something would go. Nothing is sent. */
export async function testRoutes(deps: RouteTestDeps, input: unknown): Promise<ApiRouteAnswer> {
  const { store, engine } = deps;
  const asked = parseInput(routeTestSchema, input);
  const { target: named, at, root } = asked;
  const target = named === undefined ? null : await store.targets.get(named);
  if (named !== undefined && target === null) throw notFound("target", named);
  const facts = factsOf(asked, target);
  const atMs = at === undefined ? engine.nowMs() : Date.parse(at);
  const silence = silenceOf(await store.silences.current(atMs), facts, atMs);
  const withheld = await holdsOf(deps, { target, facts, atMs, isNow: at === undefined });
  if (silence) {
    const { id, spec } = silence;
    const until = `until ${isoTime(spec.endsAtMs)}`;
    const sentence = `${spec.author} silenced it ${until}: ${spec.comment}`;
    withheld.push({ by: "silence", id, sentence });
  }
  const tree = root ?? (await store.routes.get())?.root ?? null;
  const known = await store.channels.all();
  const places = tree ? (destinationsOf(tree, { facts, atMs }) ?? []) : everybody(known);
  const channels = [...new Set(places.flatMap((one) => one.channels))];
  const where = channels.length === 0 ? "nobody" : channels.join(", ");
  const held = silence ? `, but silence ${silence.id} of ${silence.spec.author} withholds it` : "";
  const others = withheld.filter(({ by }) => by !== "silence").map(({ sentence }) => sentence);
  return {
    sentence: [`It goes to ${where}${held}.`, ...others].join(" "),
    channels,
    destinations: places.map((place) => destinationView(place, tree)),
    silencedBy: silence?.id ?? null,
    withheld,
    unreachable: unreachableOf(channels, known),
  };
}

type Asked = ReturnType<typeof routeTestSchema.parse>;

/** What matchers see; of what is not said, what an alert of the state would have. */
function factsOf(asked: Asked, target: Target | null): MatcherFacts {
  const { labels, scope, state = "down", probe = "", region = "" } = asked;
  const { severity = SEVERITIES[state] ?? "minor", type = `target.${state}` } = asked;
  return {
    ...target?.spec.labels,
    ...labels,
    scope,
    severity,
    type,
    probe,
    region,
    ...(target ? { target: target.spec.name, kind: target.spec.kind } : {}),
  };
}

interface Happening {
  target: Target | null;
  facts: MatcherFacts;
  atMs: number;
  /** Of another moment only what is planned is known: maintenance. */
  isNow: boolean;
}

/** What withholds it before silences and routes are looked at. */
async function holdsOf(
  { store, engine }: RouteTestDeps,
  { target, facts, atMs, isNow }: Happening,
): Promise<Withheld[]> {
  if (facts["scope"] !== "target") return [];
  const holds: Withheld[] = [];
  for (const maintenance of await store.maintenance.all()) {
    const { id, spec } = maintenance;
    if (!covers(spec, { name: facts["target"], labels: facts })) continue;
    const window = windowsOf(maintenance, atMs).find(({ fromMs }) => fromMs <= atMs);
    if (window === undefined) continue;
    const sentence = `Maintenance ${spec.name} runs until ${isoTime(window.toMs)}.`;
    holds.push({ by: "maintenance", id, sentence });
  }
  if (!isNow) return holds;
  const held = target === null ? null : engine.heldAlert(target.id);
  if (held && held.by !== "maintenance") {
    const sentence = `It is withheld because ${held.reason}.`;
    holds.push({ by: held.by, id: held.parent, sentence });
  } else if (!held && engine.blind()) {
    const sentence = "The mesh is blind, which is alerted once for all targets.";
    holds.push({ by: "mesh_blind", id: null, sentence });
  }
  return holds;
}

/** Without a tree: every channel that does not name its events. */
function everybody(channels: readonly Channel[]): RouteDestination[] {
  const told = channels.filter(({ spec }) => spec.enabled && !spec.events);
  const root = routeNodeSchema.parse({ channels: [] });
  const names = told.map(({ spec }) => spec.name);
  const places = destinationsOf(root, { facts: {}, atMs: 0 }) ?? [];
  return places.map((one) => ({ ...one, channels: names }));
}

function destinationView(
  { channels, manner, path }: RouteDestination,
  tree: RouteNode | null,
): ApiRouteAnswer["destinations"][number] {
  const { remindAfterMs, escalate } = manner;
  const route = tree ? routeText(tree, path) : "no tree: every channel that names no events";
  return { channels, remindAfterMs, escalate, path, route };
}

/** The conditions from the root on, such as `all > team=shop > severity!=minor`. */
function routeText(root: RouteNode, path: readonly number[]): string {
  const nodes = [root];
  for (const index of path) {
    const next = nodes.at(-1)?.routes[index];
    if (next) nodes.push(next);
  }
  return nodes
    .map(({ matchers }) => matchers.map(({ name, op, value }) => `${name}${op}${value}`).join(","))
    .map((text) => (text === "" ? "all" : text))
    .join(" > ");
}

function unreachableOf(
  names: readonly string[],
  channels: readonly Channel[],
): ApiRouteAnswer["unreachable"] {
  const known = new Map(channels.map(({ spec }) => [spec.name, spec]));
  return names.flatMap((channel) => {
    const spec = known.get(channel);
    if (spec?.enabled === true) return [];
    const sentence = spec
      ? `Channel ${channel} is switched off.`
      : `There is no channel ${channel}.`;
    return [{ channel, sentence }];
  });
}

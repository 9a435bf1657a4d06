/**
 * What a caller that is bound to labels can reach, whatever route it asks. Routes are given their
 * dependencies behind this fence, which knows the caller of the request that runs: for a caller
 * that is not bound nothing changes; for one that is, only the members named in fence-members.ts
 * exist, each narrowed to its targets, and every other one refuses. A route that forgets to think
 * of bound callers, and a member that is added later, are therefore closed and not open.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { QuorateError } from "../../shared/errors.ts";
import { isBound, outsideBounds } from "./bounds.ts";
import type { BoundRequest } from "./bounds.ts";
import type { Caller } from "./caller.ts";
import type { HttpDeps } from "./context.ts";
import { fencedMembers } from "./fence-members.ts";

/** The fence of one app. */
export interface Fence {
  /** Runs a request as its caller; all that it waits for, too. */
  run<Value>(caller: Caller, request: () => Value): Value;
  /** Dependencies for routes, behind the fence. */
  around<Deps extends HttpDeps>(deps: Deps): Deps;
}

/** Creates the fence. */
export function createFence(): Fence {
  const requests = new AsyncLocalStorage<BoundRequest | null>();
  const present = (): BoundRequest | null => requests.getStore() ?? null;
  return {
    run: (caller, request) =>
      requests.run(isBound(caller) ? { labels: caller.labels, shown: new Set() } : null, request),
    around: (deps) => {
      const { store, engine, sessions, bus, registry } = deps;
      const within = fencedMembers(deps, () => {
        const request = present();
        // Members behind the fence are reached only while a bound caller's request runs.
        if (request === null) throw new QuorateError("internal", "No request runs here.");
        return request;
      });
      return {
        ...deps,
        store: fenceEach(store, within.store, present),
        registry: fenceEach(registry, within.registry, present),
        engine: fenceOff(engine, within.engine, present),
        sessions: fenceOff(sessions, within.sessions, present),
        bus: fenceOff(bus, within.bus, present),
      };
    },
  };
}

type Present = () => BoundRequest | null;

/** Members of each part that a bound caller has. */
type Within<Whole> = { [Part in keyof Whole]?: Partial<Whole[Part]> };

/** A whole whose every part is behind the fence. */
function fenceEach<Whole extends object>(
  whole: Whole,
  within: Within<Whole>,
  present: Present,
): Whole {
  const parts = new Map<PropertyKey, unknown>();
  for (const name of Reflect.ownKeys(whole)) {
    const part: unknown = Reflect.get(whole, name);
    const members: unknown = Reflect.get(within, name);
    const isObject = typeof part === "object" && part !== null;
    if (isObject) parts.set(name, fenceOff(part, isRecord(members) ? members : {}, present));
  }
  return new Proxy(whole, {
    get: (target, name) => parts.get(name) ?? memberOf(target, name, { within, present }),
  });
}

/** A part of which a bound caller has only the members in `within`. */
function fenceOff<Part extends object>(part: Part, within: object, present: Present): Part {
  const members = new Map<PropertyKey, unknown>();
  return new Proxy(part, {
    get: (target, name) => {
      const known = members.get(name);
      if (known !== undefined) return known;
      const member = memberOf(target, name, { within, present });
      // Functions are wrapped once: who calls is looked up at each call, not when it was taken.
      if (typeof member === "function") members.set(name, member);
      return member;
    },
  });
}

function memberOf(
  part: object,
  name: PropertyKey,
  { within, present }: { within: object; present: Present },
): unknown {
  const inner: unknown = Reflect.get(part, name);
  const own: unknown = Object.hasOwn(within, name) ? Reflect.get(within, name) : undefined;
  if (typeof inner !== "function") return inner;
  return (...values: unknown[]): unknown => {
    const request = present();
    if (request === null) return callMember(part, name, values);
    if (typeof own === "function") return Reflect.apply(own, within, values);
    throw outsideBounds(request);
  };
}

/** Looked up at each call, as without the fence: a part may change what it does. */
function callMember(part: object, name: PropertyKey, values: readonly unknown[]): unknown {
  const member: unknown = Reflect.get(part, name);
  return typeof member === "function" ? Reflect.apply(member, part, values) : undefined;
}

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null;

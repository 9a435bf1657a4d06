/** Probes at the door: made with a token of their own, drained, removed. */
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { probeSpecSchema } from "../../shared/probe.ts";
import type { Probe } from "../../shared/probe.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Engine, MeshSessions, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { canonicalJson, mergePatch } from "./json.ts";
import type { TokenService } from "./tokens.ts";
import { checkGuard, checkNewName, createTurns, notFound, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface ProbeServiceDeps {
  store: Pick<Store, "probes" | "targets">;
  engine: Pick<Engine, "submit">;
  sessions: Pick<MeshSessions, "probesChanged">;
  tokens: TokenService;
  clock: Clock;
  random: Random;
}

/** Probes, as the API and the configuration write them. */
export interface ProbeService {
  /** The probe of that id or name; throws not_found. */
  get(idOrName: string): Promise<Probe>;
  /** A new probe and the secret of its token; throws conflict when the name is taken. */
  create(input: unknown): Promise<{ probe: Probe; secret: string }>;
  /** Replaces what is said of a probe; without a change the revision stays. */
  put(idOrName: string, input: unknown, guard?: WriteGuard): Promise<Probe>;
  /**
   * Applies a JSON merge patch (RFC 7396). In another zone or region it is another witness: what
   * it and others said against targets must be said anew. Throws conflict for another name when
   * targets select it by this one.
   */
  patch(idOrName: string, patch: unknown, guard?: WriteGuard): Promise<Probe>;
  /** No more checks and no more votes against; its successes count until they expire. */
  drain(idOrName: string, guard?: WriteGuard): Promise<Probe>;
  /** Removes it and its tokens at once. */
  delete(idOrName: string, guard?: WriteGuard): Promise<void>;
}

/** Creates the service. */
export function createProbeService(deps: ProbeServiceDeps): ProbeService {
  const { store, engine, sessions, tokens, clock } = deps;
  const turns = createTurns();
  const get = async (idOrName: string): Promise<Probe> => {
    const probe = await store.probes.get(idOrName);
    if (probe === null) throw notFound("probe", idOrName);
    return probe;
  };

  async function guarded(idOrName: string, guard: WriteGuard): Promise<Probe> {
    const found = await get(idOrName);
    checkGuard(guard, "Probe", found);
    return found;
  }

  async function change(found: Probe, input: unknown, { dryRun }: WriteGuard): Promise<Probe> {
    const spec = parseInput(probeSpecSchema, input);
    if (canonicalJson(spec) === canonicalJson(found.spec)) return found;
    if (spec.name !== found.spec.name) await checkRename(store, found.spec.name, spec.name);
    const revision = found.revision + 1;
    const probe = { ...found, revision, updatedAtMs: clock.wallMs(), spec };
    if (dryRun === true) return probe;
    await engine.submit({ type: "probe_set", probe });
    sessions.probesChanged();
    return probe;
  }

  return {
    get,
    create: (input) => turns(() => create(deps, input)),
    put: (idOrName, input, guard = {}) =>
      turns(async () => {
        const found = await guarded(idOrName, guard);
        const named = isObject(input) ? { name: found.spec.name, ...input } : input;
        return change(found, named, guard);
      }),
    patch: (idOrName, patch, guard = {}) =>
      turns(async () => {
        const found = await guarded(idOrName, guard);
        return change(found, mergePatch(found.spec, patch), guard);
      }),
    drain: (idOrName, guard = {}) => turns(async () => drain(deps, await guarded(idOrName, guard))),
    delete: (idOrName, guard = {}) =>
      turns(async () => {
        const { id } = await guarded(idOrName, guard);
        // The tokens first, so that it cannot come back in between.
        await tokens.deleteOfProbe(id);
        await engine.submit({ type: "probe_left", probeId: id, hard: true });
        sessions.probesChanged();
      }),
  };
}

async function create(
  deps: ProbeServiceDeps,
  input: unknown,
): Promise<{ probe: Probe; secret: string }> {
  const { store, engine, sessions, tokens, clock, random } = deps;
  const spec = parseInput(probeSpecSchema, input);
  const find = (taken: string) => store.probes.get(taken);
  await checkNewName({ noun: "probe", name: spec.name, prefix: "prb", find });
  const count = (await store.probes.all()).length;
  if (count >= LIMITS.probesMax) throw tooMany("probes", LIMITS.probesMax);
  const atMs = clock.wallMs();
  const times = { createdAtMs: atMs, updatedAtMs: atMs };
  const probe: Probe = { id: newId(random, "prb"), revision: 1, ...times, draining: false, spec };
  // The token first: one of a probe that is not there proves nothing, and a probe without a
  // token would have to be deleted by hand.
  const wanted = { name: spec.name, scope: "probe", probeId: probe.id } as const;
  const { token, secret } = await tokens.issue(wanted);
  try {
    await engine.submit({ type: "probe_set", probe });
  } catch (error) {
    await tokens.delete(token.id);
    throw error;
  }
  sessions.probesChanged();
  return { probe, secret };
}

async function drain(
  { engine, sessions, clock }: Pick<ProbeServiceDeps, "engine" | "sessions" | "clock">,
  found: Probe,
): Promise<Probe> {
  if (found.draining) return found;
  const revision = found.revision + 1;
  const probe = { ...found, revision, updatedAtMs: clock.wallMs(), draining: true };
  await engine.submit({ type: "probe_set", probe });
  await engine.submit({ type: "probe_left", probeId: probe.id, hard: false });
  sessions.probesChanged();
  return probe;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Another name is safe as long as no target selects the probe by the one it has. */
async function checkRename(
  store: Pick<Store, "probes" | "targets">,
  from: string,
  to: string,
): Promise<void> {
  const find = (taken: string) => store.probes.get(taken);
  await checkNewName({ noun: "probe", name: to, prefix: "prb", find });
  const selecting = (await store.targets.all())
    .filter(({ spec }) => spec.vantages.probes?.includes(from) === true)
    .map(({ spec }) => spec.name);
  if (selecting.length === 0) return;
  const names = selecting.slice(0, 5).join(", ");
  const more = selecting.length > 5 ? ` and ${selecting.length - 5} more` : "";
  const advice = "Let them select it by zone, region or label first.";
  throw new QuorateError(
    "conflict",
    `Probe ${from} cannot be renamed: ${names}${more} select it by this name. ${advice}`,
  );
}

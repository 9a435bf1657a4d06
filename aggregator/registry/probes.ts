/** Probes at the door: made with a token of their own, drained, removed. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { probeSpecSchema } from "../../shared/probe.ts";
import type { Probe } from "../../shared/probe.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Engine, MeshSessions, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import type { TokenService } from "./tokens.ts";
import { checkNewName, createTurns, notFound, tooMany } from "./writes.ts";

/** What the service works with. */
export interface ProbeServiceDeps {
  store: Pick<Store, "probes">;
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
  /** No more checks and no more votes against; its successes count until they expire. */
  drain(idOrName: string): Promise<Probe>;
  /** Removes it and its tokens at once. */
  delete(idOrName: string): Promise<void>;
}

/** Creates the service. */
export function createProbeService(deps: ProbeServiceDeps): ProbeService {
  const { store, engine, sessions, tokens, clock, random } = deps;
  const turns = createTurns();
  const get = async (idOrName: string): Promise<Probe> => {
    const probe = await store.probes.get(idOrName);
    if (probe === null) throw notFound("probe", idOrName);
    return probe;
  };

  async function create(input: unknown): Promise<{ probe: Probe; secret: string }> {
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

  async function drain(found: Probe): Promise<Probe> {
    if (found.draining) return found;
    const revision = found.revision + 1;
    const probe = { ...found, revision, updatedAtMs: clock.wallMs(), draining: true };
    await engine.submit({ type: "probe_set", probe });
    await engine.submit({ type: "probe_left", probeId: probe.id, hard: false });
    sessions.probesChanged();
    return probe;
  }

  return {
    get,
    create: (input) => turns(() => create(input)),
    drain: (idOrName) => turns(async () => drain(await get(idOrName))),
    delete: (idOrName) =>
      turns(async () => {
        const { id } = await get(idOrName);
        // The tokens first, so that it cannot come back in between.
        await tokens.deleteOfProbe(id);
        await engine.submit({ type: "probe_left", probeId: id, hard: true });
        sessions.probesChanged();
      }),
  };
}

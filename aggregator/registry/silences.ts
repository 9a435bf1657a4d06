/** Silences at the door. */
import { silenceCreateSchema } from "../../shared/api/silence.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import { silenceSpecSchema } from "../../shared/silence.ts";
import type { Silence } from "../../shared/silence.ts";
import type { Engine, Page, PageQuery, Store } from "../ports.ts";
import { invalidAt, parseInput } from "./input.ts";
import { checkGuard, createTurns, notFound, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface SilenceServiceDeps {
  store: Pick<Store, "silences">;
  engine: Pick<Engine, "alertsChanged" | "nowMs">;
  random: Random;
  log: Log;
}

/** Silences, as the API writes them; `by` is who asks. */
export interface SilenceService {
  /** Throws not_found. */
  get(id: string): Promise<Silence>;
  list(query: PageQuery): Promise<Page<Silence>>;
  create(input: unknown, by: string, guard?: WriteGuard): Promise<Silence>;
  /** Ends it now; what it withheld and is not over is told. It stays in the list. */
  end(id: string, by: string, guard?: WriteGuard): Promise<Silence>;
}

/** Creates the service. */
export function createSilenceService(deps: SilenceServiceDeps): SilenceService {
  const { store, engine, random, log } = deps;
  const { silences } = store;
  const turns = createTurns();
  const get = async (id: string): Promise<Silence> => {
    const silence = await silences.get(id);
    if (silence === null) throw notFound("silence", id);
    return silence;
  };

  async function create(input: unknown, by: string, { dryRun }: WriteGuard): Promise<Silence> {
    const nowMs = engine.nowMs();
    const spec = specOf(input, { nowMs, by });
    if ((await silences.current(nowMs)).length >= LIMITS.silencesMax) {
      throw tooMany("silences that are not over", LIMITS.silencesMax);
    }
    const times = { createdAtMs: nowMs, createdBy: by, endedBy: null };
    const silence = { id: newId(random, "sil"), revision: 1, ...times, spec };
    if (dryRun === true) return silence;
    await silences.put(silence, null);
    log.info({ silence: silence.id, by, comment: spec.comment }, "A silence was made.");
    engine.alertsChanged();
    return silence;
  }

  async function end(id: string, by: string, guard: WriteGuard): Promise<Silence> {
    const found = await get(id);
    checkGuard(guard, "Silence", { ...found, spec: { name: id } });
    const nowMs = engine.nowMs();
    if (found.spec.endsAtMs <= nowMs) return found;
    // One that did not begin yet never will.
    const startsAtMs = Math.min(found.spec.startsAtMs, nowMs - 1);
    const spec = { ...found.spec, startsAtMs, endsAtMs: nowMs };
    const ended = { ...found, revision: found.revision + 1, endedBy: by, spec };
    await silences.put(ended, found.revision);
    log.info({ silence: id, by }, "A silence was ended.");
    engine.alertsChanged();
    return ended;
  }

  return {
    get,
    list: (query) => silences.list(query),
    create: (input, by, guard = {}) => turns(() => create(input, by, guard)),
    end: (id, by, guard = {}) => turns(() => end(id, by, guard)),
  };
}

function specOf(input: unknown, { nowMs, by }: { nowMs: number; by: string }): Silence["spec"] {
  const asked = parseInput(silenceCreateSchema, input);
  const { matchers, startsAt, endsAt, durationMs, author = by, comment } = asked;
  if ((endsAt === undefined) === (durationMs === undefined)) {
    throw invalidAt("endsAt", "expected either endsAt or durationMs");
  }
  const startsAtMs = startsAt === undefined ? nowMs : Date.parse(startsAt);
  const endsAtMs = endsAt === undefined ? startsAtMs + (durationMs ?? 0) : Date.parse(endsAt);
  if (endsAtMs <= nowMs) throw invalidAt("endsAt", "expected a moment that is not over", endsAt);
  return parseInput(silenceSpecSchema, { matchers, startsAtMs, endsAtMs, author, comment });
}

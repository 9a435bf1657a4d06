/** Status pages at the door: validated, named, with a revision and a password that is a hash. */
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import { statusPageSpecSchema } from "../../shared/status-page.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import type { Store } from "../ports.ts";
import { invalidAt, parseInput } from "./input.ts";
import { canonicalJson, mergePatch } from "./json.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { checkGuard, checkNewName, checkSameName, createTurns } from "./writes.ts";
import { looksLikeId, namedInput, notFound, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface StatusPageServiceDeps {
  store: Pick<Store, "statusPages">;
  clock: Clock;
  random: Random;
}

/** Status pages, as the API and the configuration write them. */
export interface StatusPageService {
  /** The page of that id or name; throws not_found. */
  get(idOrName: string): Promise<StatusPage>;
  list(): Promise<StatusPage[]>;
  /** Throws conflict when the name, or one of the hosts, is taken. */
  create(input: unknown, guard?: WriteGuard): Promise<StatusPage>;
  /** Creates the page of this name or replaces it; without a change the revision stays. */
  put(
    idOrName: string,
    input: unknown,
    guard?: WriteGuard,
  ): Promise<{ page: StatusPage; created: boolean }>;
  /** Applies a JSON merge patch (RFC 7396). */
  patch(idOrName: string, patch: unknown, guard?: WriteGuard): Promise<StatusPage>;
  delete(idOrName: string, guard?: WriteGuard): Promise<void>;
}

/** What stands for a password wherever a page is shown; sent back it keeps what is stored. */
const MASK = "***";

/** Creates the service. */
export function createStatusPageService(deps: StatusPageServiceDeps): StatusPageService {
  const { statusPages } = deps.store;
  const turns = createTurns();
  const writer = createWriter(deps);
  const get = async (idOrName: string): Promise<StatusPage> => {
    const page = await statusPages.get(idOrName);
    if (page === null) throw notFound("status page", idOrName);
    return page;
  };
  return {
    get,
    list: () => statusPages.all(),
    create: (input, guard = {}) => turns(() => writer.add(input, guard)),
    put: (idOrName, input, guard = {}) =>
      turns(async () => {
        const found = await statusPages.get(idOrName);
        checkGuard(guard, "Status page", found);
        if (found !== null) {
          const named = namedInput(input, found.spec.name);
          return { page: await writer.change(found, named, guard), created: false };
        }
        if (looksLikeId(idOrName, "stp")) throw notFound("status page", idOrName);
        return { page: await writer.add(namedInput(input, idOrName), guard), created: true };
      }),
    patch: (idOrName, patch, guard = {}) =>
      turns(async () => {
        const found = await get(idOrName);
        checkGuard(guard, "Status page", found);
        const shown = found.passwordHash === null ? {} : { password: MASK };
        const merged = mergePatch({ ...found.spec, ...shown }, patch);
        if (typeof merged === "object" && merged !== null && "name" in merged) {
          checkSameName(merged.name, found.spec.name);
        }
        return writer.change(found, merged, guard);
      }),
    delete: (idOrName, guard = {}) =>
      turns(async () => {
        const found = await get(idOrName);
        checkGuard(guard, "Status page", found);
        if (guard.dryRun !== true) await statusPages.delete(found.id);
      }),
  };
}

/** Writes that trust their caller to have looked: one at a time. */
function createWriter({ store, clock, random }: StatusPageServiceDeps) {
  const { statusPages } = store;

  async function checkHosts({ name, hosts }: StatusPage["spec"]): Promise<void> {
    for (const { spec } of await statusPages.all()) {
      const taken =
        spec.name === name ? undefined : spec.hosts.find((host) => hosts.includes(host));
      if (taken === undefined) continue;
      const sentence = `The status page ${spec.name} is served under ${taken} already.`;
      throw new QuorateError("conflict", `${sentence} Take it out there, or name another host.`);
    }
  }

  async function validSpec(input: unknown, before: StatusPage | null) {
    const keeps = hasMask(input);
    const parsed = parseInput(statusPageSpecSchema, keeps ? withoutPassword(input) : input);
    const { password, ...spec } = parsed;
    const stored = before?.passwordHash ?? null;
    const passwordHash = keeps ? stored : await hashOf(password, stored);
    if (spec.visibility === "password" && passwordHash === null) {
      throw invalidAt("password", "expected a password, which visitors are asked for");
    }
    await checkHosts(spec);
    return { spec, passwordHash };
  }

  /** The same password keeps its hash, so that what changes nothing is no change. */
  async function hashOf(password: string | undefined, stored: string | null) {
    if (password === undefined) return null;
    if (stored !== null && (await isPassword(password, stored))) return stored;
    return hashPassword(password, random);
  }

  return {
    async add(input: unknown, { dryRun }: WriteGuard): Promise<StatusPage> {
      const valid = await validSpec(input, null);
      const find = (taken: string) => statusPages.get(taken);
      await checkNewName({ noun: "status page", name: valid.spec.name, prefix: "stp", find });
      const count = (await statusPages.all()).length;
      if (count >= LIMITS.statusPagesMax) throw tooMany("status pages", LIMITS.statusPagesMax);
      const atMs = clock.wallMs();
      const times = { createdAtMs: atMs, updatedAtMs: atMs };
      const page = { id: newId(random, "stp"), revision: 1, ...times, ...valid };
      if (dryRun !== true) await statusPages.put(page, null);
      return page;
    },
    async change(found: StatusPage, input: unknown, { dryRun }: WriteGuard): Promise<StatusPage> {
      const { spec, passwordHash } = await validSpec(input, found);
      const isSame = canonicalJson(spec) === canonicalJson(found.spec);
      if (isSame && passwordHash === found.passwordHash) return found;
      const revision = found.revision + 1;
      const page = { ...found, revision, updatedAtMs: clock.wallMs(), spec, passwordHash };
      if (dryRun !== true) await statusPages.put(page, found.revision);
      return page;
    },
  };
}

function hasMask(input: unknown): input is object {
  return (
    typeof input === "object" && input !== null && "password" in input && input.password === MASK
  );
}

function withoutPassword(input: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== "password"));
}

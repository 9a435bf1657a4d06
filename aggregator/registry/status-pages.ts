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
import { canonicalJson } from "./json.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { checkNewName, createNamedWrites, createTurns, tooMany } from "./writes.ts";
import type { NamedWrites, WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface StatusPageServiceDeps {
  store: Pick<Store, "statusPages">;
  clock: Clock;
  random: Random;
}

/** Status pages, as the API and the configuration write them; a host, too, is of one page only. */
export interface StatusPageService extends NamedWrites<StatusPage> {
  list(): Promise<StatusPage[]>;
}

/** What stands for a password wherever a page is shown; sent back it keeps what is stored. */
const MASK = "***";

/** Creates the service. */
export function createStatusPageService(deps: StatusPageServiceDeps): StatusPageService {
  const { statusPages } = deps.store;
  const find = (idOrName: string) => statusPages.get(idOrName);
  const parts = { noun: "status page", prefix: "stp", turns: createTurns(), find };
  const patched = ({ spec, passwordHash }: StatusPage) =>
    passwordHash === null ? spec : { ...spec, password: MASK };
  return {
    ...createNamedWrites({ ...parts, patched, ...createWriter(deps) }),
    list: () => statusPages.all(),
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
    async remove({ id }: StatusPage, { dryRun }: WriteGuard): Promise<void> {
      if (dryRun !== true) await statusPages.delete(id);
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

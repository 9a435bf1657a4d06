/** Tokens: made once, shown once, kept as a hash. */
import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId, randomText } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Revocations, Store, Token, TokenScope } from "../ports.ts";
import { createTurns, notFound, tooMany } from "./writes.ts";

/** What the service works with. */
export interface TokenServiceDeps {
  store: Pick<Store, "tokens" | "browserSessions">;
  revocations: Revocations;
  clock: Clock;
  random: Random;
}

/** What a new token is. */
export interface NewToken {
  name: string;
  scope: TokenScope;
  /** For scope probe: whose identity it proves. Default null. */
  probeId?: string | null | undefined;
  /** Labels that bind it to the targets which carry them all. Default none: it is not bound. */
  labels?: Record<string, string> | undefined;
  /** Wall clock; default never. */
  expiresAtMs?: number | null | undefined;
}

/** A new token with its secret, which nobody can show again. */
export interface IssuedToken {
  token: Token;
  secret: string;
}

/** Tokens, as the API and the program itself make them. */
export interface TokenService {
  issue(wanted: NewToken): Promise<IssuedToken>;
  /** The token of a secret; null when there is none or its time is over. */
  verify(secret: string): Promise<Token | null>;
  list(): Promise<Token[]>;
  /**
   * Gives a token a new secret. The present one is accepted for `graceMs` more; one that was
   * replaced before is void at once. Throws not_found, or conflict for a name that several have.
   */
  rotate(idOrName: string, graceMs: number): Promise<IssuedToken>;
  /**
   * Voids it and its browser sessions. Throws not_found, or conflict: it is the last admin token,
   * or several have the name.
   */
  delete(idOrName: string): Promise<void>;
  /** Deletes every token of a probe. */
  deleteOfProbe(probeId: string): Promise<void>;
  /** Makes an admin token when there is none that is valid; null when there is. */
  ensureAdmin(): Promise<IssuedToken | null>;
}

/** Characters of chance in a secret: 160 bits. */
const SECRET_CHARS = 32;

/** Longest text that is looked up as a secret; ours have about 43 characters. */
const SECRET_CHARS_MAX = 256;

/** So many ids of tokens of one name are told. */
const NAMESAKES_TOLD = 5;

/** A use is kept when the one that is kept is older: one write a minute for each that is used. */
export const USED_EVERY_MS = 60_000;

/** A new secret, such as `qrt_read_…`. */
export function newSecret(random: Random, word: string): string {
  return `qrt_${word}_${randomText(random, SECRET_CHARS)}`;
}

/**
 * What a secret is stored and looked up as; null for what cannot be one. A lookup by this hash
 * takes a time that says nothing of the secrets there are: to steer it, one would have to choose
 * the hash, not the secret. So no comparison of secrets is left that would need constant time.
 */
export function secretHash(secret: string): string | null {
  if (secret === "" || secret.length > SECRET_CHARS_MAX) return null;
  return createHash("sha256").update(secret).digest("hex");
}

/** Creates the service. */
export function createTokenService(deps: TokenServiceDeps): TokenService {
  const { clock } = deps;
  const { tokens } = deps.store;
  const turns = createTurns();
  const writer = createTokenWriter(deps);
  const isValid = ({ expiresAtMs }: Token): boolean =>
    expiresAtMs === null || expiresAtMs > clock.wallMs();
  const isAdmin = (token: Token): boolean => token.scope === "admin" && isValid(token);

  async function verify(secret: string): Promise<Token | null> {
    const hash = secretHash(secret);
    const atMs = clock.wallMs();
    const token = hash === null ? null : await tokens.find(hash, atMs);
    if (token === null || !isValid(token)) return null;
    if (atMs - (token.lastUsedAtMs ?? 0) < USED_EVERY_MS) return token;
    await tokens.used(token.id, atMs);
    return { ...token, lastUsedAtMs: atMs };
  }

  return {
    issue: (wanted) => turns(() => writer.issue(wanted)),
    verify,
    list: () => tokens.all(),
    rotate: (idOrName, graceMs) =>
      turns(async () => writer.rotate(tokenNamed(await tokens.all(), idOrName), graceMs)),
    delete: (idOrName) =>
      turns(async () => {
        const all = await tokens.all();
        const token = tokenNamed(all, idOrName);
        const { id } = token;
        if (isAdmin(token) && !all.some((one) => one.id !== id && isAdmin(one))) {
          const why =
            "It is the last valid admin token, and without one nobody could make another.";
          throw new QuorateError("conflict", `${why} Make a new one first.`);
        }
        await writer.void(id);
      }),
    deleteOfProbe: (probeId) =>
      turns(async () => {
        for (const token of await tokens.all()) {
          if (token.probeId === probeId) await writer.void(token.id);
        }
      }),
    ensureAdmin: () =>
      turns(async () => {
        if ((await tokens.all()).some(isAdmin)) return null;
        return writer.issue({ name: "admin", scope: "admin" });
      }),
  };
}

/** The token of an id or of a name; names of tokens may be shared, and then only the id will do. */
function tokenNamed(all: readonly Token[], idOrName: string): Token {
  const byId = all.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const [token, ...others] = all.filter(({ name }) => name === idOrName);
  if (token === undefined) throw notFound("token", idOrName);
  if (others.length === 0) return token;
  const ids = [token, ...others].map(({ id }) => id).slice(0, NAMESAKES_TOLD);
  const sentence = `${others.length + 1} tokens are called ${token.name}.`;
  throw new QuorateError("conflict", `${sentence} Say which by its id: ${ids.join(", ")}.`);
}

/** Writes that trust their caller to have looked: one at a time. */
function createTokenWriter({ store, revocations, clock, random }: TokenServiceDeps) {
  const { tokens, browserSessions } = store;
  const hashed = (scope: TokenScope) => {
    const secret = newSecret(random, scope);
    return { secret, hash: createHash("sha256").update(secret).digest("hex") };
  };

  /** Its browser sessions end no later than `untilMs`; at once, its streams end too. */
  async function capSessions(tokenId: string, untilMs: number): Promise<void> {
    await browserSessions.capOfToken(tokenId, untilMs);
    if (untilMs > clock.wallMs()) return;
    revocations.revoke(tokenId);
    for (const session of await browserSessions.all()) {
      if (session.tokenId === tokenId) revocations.revoke(session.id);
    }
  }

  return {
    async issue({ name, scope, probeId, labels, expiresAtMs }: NewToken): Promise<IssuedToken> {
      const count = (await tokens.all()).length;
      if (count >= LIMITS.tokensMax) throw tooMany("tokens", LIMITS.tokensMax);
      const { secret, hash } = hashed(scope);
      const token: Token = {
        id: newId(random, "tok"),
        name,
        scope,
        probeId: probeId ?? null,
        labels: labels ?? {},
        createdAtMs: clock.wallMs(),
        expiresAtMs: expiresAtMs ?? null,
        rotatedAtMs: null,
        lastUsedAtMs: null,
      };
      await tokens.put(token, hash);
      return { token, secret };
    },
    async rotate(found: Token, graceMs: number): Promise<IssuedToken> {
      const { secret, hash } = hashed(found.scope);
      const atMs = clock.wallMs();
      const token = { ...found, rotatedAtMs: atMs };
      await tokens.rotate(token, hash, atMs + graceMs);
      await capSessions(found.id, atMs + graceMs);
      return { token, secret };
    },
    async void(id: string): Promise<void> {
      await tokens.delete(id);
      await capSessions(id, clock.wallMs());
    },
  };
}

/** Tokens: made once, shown once, kept as a hash. */
import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId, randomText } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Token, TokenScope, TokenStore } from "../ports.ts";
import { createTurns, notFound, tooMany } from "./writes.ts";

/** What the service works with. */
export interface TokenServiceDeps {
  store: { tokens: TokenStore };
  clock: Clock;
  random: Random;
}

/** What a new token is. */
export interface NewToken {
  name: string;
  scope: TokenScope;
  /** For scope probe: whose identity it proves. Default null. */
  probeId?: string | null | undefined;
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
  /** Throws not_found, or conflict for the last admin token. */
  delete(id: string): Promise<void>;
  /** Deletes every token of a probe. */
  deleteOfProbe(probeId: string): Promise<void>;
  /** Makes an admin token when there is none that is valid; null when there is. */
  ensureAdmin(): Promise<IssuedToken | null>;
}

/** Characters of chance in a secret: 160 bits. */
const SECRET_CHARS = 32;

/** Longest text that is looked up as a token; ours have about 43 characters. */
const TOKEN_CHARS_MAX = 256;

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Creates the service. */
export function createTokenService({ store, clock, random }: TokenServiceDeps): TokenService {
  const { tokens } = store;
  const turns = createTurns();
  const isValid = ({ expiresAtMs }: Token): boolean =>
    expiresAtMs === null || expiresAtMs > clock.wallMs();
  const isAdmin = (token: Token): boolean => token.scope === "admin" && isValid(token);

  async function issue({ name, scope, probeId, expiresAtMs }: NewToken): Promise<IssuedToken> {
    if ((await tokens.all()).length >= LIMITS.tokensMax) throw tooMany("tokens", LIMITS.tokensMax);
    const secret = `qrt_${scope}_${randomText(random, SECRET_CHARS)}`;
    const token: Token = {
      id: newId(random, "tok"),
      name,
      scope,
      probeId: probeId ?? null,
      createdAtMs: clock.wallMs(),
      expiresAtMs: expiresAtMs ?? null,
    };
    await tokens.put(token, sha256Hex(secret));
    return { token, secret };
  }

  return {
    issue: (wanted) => turns(() => issue(wanted)),
    verify: async (secret) => {
      if (secret === "" || secret.length > TOKEN_CHARS_MAX) return null;
      const token = await tokens.find(sha256Hex(secret));
      return token !== null && isValid(token) ? token : null;
    },
    list: () => tokens.all(),
    delete: (id) =>
      turns(async () => {
        const all = await tokens.all();
        const token = all.find((one) => one.id === id);
        if (token === undefined) throw notFound("token", id);
        if (isAdmin(token) && !all.some((one) => one.id !== id && isAdmin(one))) {
          const why =
            "It is the last valid admin token, and without one nobody could make another.";
          throw new QuorateError("conflict", `${why} Make a new one first.`);
        }
        await tokens.delete(id);
      }),
    deleteOfProbe: (probeId) =>
      turns(async () => {
        for (const token of await tokens.all()) {
          if (token.probeId === probeId) await tokens.delete(token.id);
        }
      }),
    ensureAdmin: () =>
      turns(async () => {
        if ((await tokens.all()).some(isAdmin)) return null;
        return issue({ name: "admin", scope: "admin" });
      }),
  };
}

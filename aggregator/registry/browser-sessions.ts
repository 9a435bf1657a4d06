/** Browser sessions: what a person at a browser has instead of a token. */
import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { BrowserSession, Revocations, Store } from "../ports.ts";
import { newSecret, secretHash, USED_EVERY_MS } from "./tokens.ts";
import { createTurns, notFound } from "./writes.ts";

/** What the service works with. */
export interface BrowserSessionServiceDeps {
  store: Pick<Store, "browserSessions">;
  revocations: Revocations;
  clock: Clock;
  random: Random;
  /** Time without a request after which a session is over. Default 12 h. */
  sessionIdleMs?: number | undefined;
  /** Time after which a session is over, however much it is used. Default 7 days. */
  sessionMaxMs?: number | undefined;
}

/** What a new session is. */
export interface NewBrowserSession extends Pick<
  BrowserSession,
  "who" | "scope" | "labels" | "tokenId" | "address"
> {
  /** A moment that it must not outlive, such as the end of its token; null: none. */
  untilMs: number | null;
}

/** Browser sessions. */
export interface BrowserSessionService {
  /** Opens a session; its secret is the cookie, which nobody can show again. */
  open(wanted: NewBrowserSession): Promise<{ session: BrowserSession; secret: string }>;
  /** The session of a cookie; null when there is none or its time is over. */
  verify(secret: string): Promise<BrowserSession | null>;
  /** Those that are not over, the one used last first. */
  list(): Promise<BrowserSession[]>;
  /** Ends a session at once; throws not_found. */
  delete(id: string): Promise<void>;
}

const IDLE_MS = 12 * 3_600_000;
const MAX_MS = 7 * 86_400_000;

/** Creates the service. */
export function createBrowserSessionService(
  deps: BrowserSessionServiceDeps,
): BrowserSessionService {
  const { revocations, clock, random, sessionIdleMs = IDLE_MS, sessionMaxMs = MAX_MS } = deps;
  const { browserSessions } = deps.store;
  const turns = createTurns();
  const isOver = ({ expiresAtMs, lastUsedAtMs }: BrowserSession): boolean =>
    expiresAtMs <= clock.wallMs() || lastUsedAtMs + sessionIdleMs <= clock.wallMs();

  /** Forgets what is over, and the one unused longest when there are too many. */
  async function makeRoom(): Promise<void> {
    const atMs = clock.wallMs();
    await browserSessions.forget(atMs, atMs - sessionIdleMs);
    const all = await browserSessions.all();
    for (const { id } of all.slice(LIMITS.browserSessionsMax - 1)) await end(id);
  }

  async function end(id: string): Promise<boolean> {
    const was = await browserSessions.delete(id);
    revocations.revoke(id);
    return was;
  }

  return {
    open: (wanted) =>
      turns(async () => {
        await makeRoom();
        const { untilMs, ...rest } = wanted;
        const atMs = clock.wallMs();
        const secret = newSecret(random, "session");
        const session: BrowserSession = {
          id: newId(random, "ses"),
          ...rest,
          createdAtMs: atMs,
          lastUsedAtMs: atMs,
          expiresAtMs: Math.min(atMs + sessionMaxMs, untilMs ?? Infinity),
        };
        await browserSessions.put(session, createHash("sha256").update(secret).digest("hex"));
        return { session, secret };
      }),
    verify: async (secret) => {
      const hash = secretHash(secret);
      const session = hash === null ? null : await browserSessions.find(hash);
      if (session === null || isOver(session)) return null;
      const atMs = clock.wallMs();
      if (atMs - session.lastUsedAtMs < USED_EVERY_MS) return session;
      await browserSessions.used(session.id, atMs);
      return { ...session, lastUsedAtMs: atMs };
    },
    list: async () => (await browserSessions.all()).filter((session) => !isOver(session)),
    delete: async (id) => {
      if (!(await end(id))) throw notFound("browser session", id);
    },
  };
}

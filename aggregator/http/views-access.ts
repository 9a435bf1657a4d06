/** Who may call, as the API shows it: times as text, secrets never. */
import type { z } from "zod";
import type { browserSessionSchema } from "../../shared/api/session.ts";
import type { ApiToken } from "../../shared/api/token.ts";
import { isoTime } from "../../shared/clock.ts";
import type { BrowserSession, Token } from "../ports.ts";

const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : isoTime(atMs));

/** A token, without its secret. */
export function tokenView(token: Token): ApiToken {
  const { createdAtMs, expiresAtMs, rotatedAtMs, lastUsedAtMs, ...rest } = token;
  return {
    ...rest,
    createdAt: isoTime(createdAtMs),
    expiresAt: isoOrNull(expiresAtMs),
    rotatedAt: isoOrNull(rotatedAtMs),
    lastUsedAt: isoOrNull(lastUsedAtMs),
  };
}

/** A browser session, without its cookie. */
export function browserSessionView(session: BrowserSession): z.output<typeof browserSessionSchema> {
  const { createdAtMs, lastUsedAtMs, expiresAtMs, ...rest } = session;
  return {
    ...rest,
    createdAt: isoTime(createdAtMs),
    lastUsedAt: isoTime(lastUsedAtMs),
    expiresAt: isoTime(expiresAtMs),
  };
}

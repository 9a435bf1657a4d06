/** Who calls: a token, or a person at a browser. */
import type { BrowserSession, Token, TokenScope } from "../ports.ts";

/** Whoever makes a request of the API. */
export interface Caller {
  /** Id of the token, or of the browser session. */
  id: string;
  /** Name of the token, or of the person. */
  name: string;
  scope: TokenScope;
  /** Labels that a target must carry to exist for this caller; none: every target does. */
  labels: Readonly<Record<string, string>>;
  via: "token" | "session";
  expiresAtMs: number | null;
}

/** The caller that a token stands for. */
export function callerOfToken({ id, name, scope, labels, expiresAtMs }: Token): Caller {
  return { id, name, scope, labels, via: "token", expiresAtMs };
}

/** The caller that a browser session stands for. */
export function callerOfSession({ id, who, scope, labels, expiresAtMs }: BrowserSession): Caller {
  return { id, name: who, scope, labels, via: "session", expiresAtMs };
}

/** The doors to who may call, and to what was written by whom: tokens, browser sessions, audit. */
import type { Page, PageQuery } from "./store-nouns.ts";

/** What a token may do. */
export type TokenScope = "admin" | "write" | "read" | "probe" | "calls";

/** A token as stored: only the SHA-256 of it is kept. */
export interface Token {
  id: string;
  name: string;
  scope: TokenScope;
  /** For scope probe: whose identity it proves. */
  probeId: string | null;
  /** Labels that a target must carry for this token to see it; none: it is not bound. */
  labels: Record<string, string>;
  createdAtMs: number;
  expiresAtMs: number | null;
  /** When its secret was replaced last; null: never. */
  rotatedAtMs: number | null;
  /** When it was used last, to about a minute; null: never. */
  lastUsedAtMs: number | null;
}

/** Tokens, found by hash. */
export interface TokenStore {
  /** The token of a secret, or of the one before as long as that is still accepted. */
  find(sha256Hex: string, atMs: number): Promise<Token | null>;
  put(token: Token, sha256Hex: string): Promise<void>;
  /** Replaces token and secret; its present secret is accepted until `previousUntilMs`. */
  rotate(token: Token, sha256Hex: string, previousUntilMs: number): Promise<void>;
  /** Keeps when a token was used last. */
  used(id: string, atMs: number): Promise<void>;
  all(): Promise<Token[]>;
  delete(id: string): Promise<boolean>;
}

/** What a person at a browser may do. */
export type PersonScope = Extract<TokenScope, "admin" | "write" | "read">;

/** A signed-in browser as stored: only the SHA-256 of its cookie is kept. */
export interface BrowserSession {
  id: string;
  /** Name of the token, or of the person at the identity provider. */
  who: string;
  scope: PersonScope;
  /** Labels of the token; see there. */
  labels: Record<string, string>;
  /** The token it was opened with, and ends with; null: by OpenID Connect. */
  tokenId: string | null;
  /** Address it was opened from. */
  address: string;
  createdAtMs: number;
  /** To about a minute. */
  lastUsedAtMs: number;
  /** Its end, however much it is used. */
  expiresAtMs: number;
}

/** Browser sessions, found by hash. */
export interface BrowserSessionStore {
  find(sha256Hex: string): Promise<BrowserSession | null>;
  put(session: BrowserSession, sha256Hex: string): Promise<void>;
  /** Keeps when a session was used last. */
  used(id: string, atMs: number): Promise<void>;
  /** The one used last first. */
  all(): Promise<BrowserSession[]>;
  delete(id: string): Promise<boolean>;
  /** Sessions of a token end no later than this. */
  capOfToken(tokenId: string, untilMs: number): Promise<void>;
  /** Deletes those that ended before `atMs`, or were not used since `unusedSinceMs`. */
  forget(atMs: number, unusedSinceMs: number): Promise<void>;
}

/**
 * What an audit record is of: a write that was done, a request that was refused, or a sign-in. Each
 * class has a bound of its own, so that a flood of refused ones pushes no write out.
 */
export type AuditClass = "write" | "refused" | "sign_in";

/** Who did it. */
export interface AuditActor {
  /** The aggregator itself, a token, a browser session, or somebody who is not known. */
  kind: "aggregator" | "token" | "session" | "nobody";
  /** Id of the token or session; null for the other kinds. */
  id: string | null;
  name: string;
}

/** What became of the thing that was written. */
export type AuditAction = "create" | "update" | "delete" | "act" | "sign_in" | "none";

/** One line of the audit log; it holds names of fields, and no value of any. */
export interface AuditRecord {
  /** Counts up. */
  number: number;
  atMs: number;
  class: AuditClass;
  actor: AuditActor;
  /** Address it came from; empty when the aggregator did it. */
  address: string;
  /** Such as "PUT /api/v1/targets/{id}"; empty when the aggregator did it. */
  operation: string;
  action: AuditAction;
  /** As in the path of the API, such as "targets". */
  resource: string;
  /** Empty when it has none. */
  resourceId: string;
  /** Empty when it has none. */
  name: string;
  /** Null: it was not there, or has no revisions. */
  revisionBefore: number | null;
  revisionAfter: number | null;
  /** Names of the fields that changed, such as "labels.team"; for a new thing none. */
  changed: string[];
  /** Status of the answer; null when there was no request. */
  status: number | null;
  /** Code of the error, such as "forbidden"; empty when it was done. */
  error: string;
}

/** A record before the store has numbered it. */
export type AuditEntry = Omit<AuditRecord, "number" | "atMs">;

/** What is known of a write before it is known who made it. */
export type AuditChange = Pick<
  AuditRecord,
  "action" | "resource" | "resourceId" | "name" | "revisionBefore" | "revisionAfter" | "changed"
>;

/** What the audit log is narrowed to. */
export interface AuditQuery extends PageQuery {
  /** Name or id of who did it. */
  actor?: string | undefined;
  resource?: string | undefined;
  /** Name or id of what was written. */
  name?: string | undefined;
  class?: AuditClass | undefined;
  fromMs?: number | undefined;
  /** End, not included. */
  toMs?: number | undefined;
}

/** The audit log, newest first. */
export interface AuditStore {
  /** Appends; the oldest of a class beyond LIMITS.auditRowsMax are deleted. */
  append(records: readonly Omit<AuditRecord, "number">[]): Promise<void>;
  list(query: AuditQuery): Promise<Page<AuditRecord>>;
}

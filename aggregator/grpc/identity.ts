/** Who calls: a probe, or a reader, is who its token says, never who its messages say. */
import { createHash } from "node:crypto";
import type { Metadata } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Clock } from "../../shared/clock.ts";
import type { Probe } from "../../shared/probe.ts";
import type { Store, Token } from "../ports.ts";

/** Longest token that is looked up; ours have about 43 characters. */
const TOKEN_CHARS_MAX = 256;

/** A use is kept when the one that is kept is older. */
const USED_EVERY_MS = 60_000;

/** Why a call is refused, as a gRPC status. */
interface Refusal {
  ok: false;
  code: status;
  details: string;
}

/** A probe whose token was accepted, or why not. */
export type Identity = { ok: true; probe: Probe; token: Token } | Refusal;

const refused = (code: status, details: string): Refusal => ({ ok: false, code, details });

/** The bearer token of a call; null when there is not exactly one. */
function bearerToken(metadata: Metadata): string | null {
  const values = metadata.get("authorization");
  const [value] = values;
  if (values.length !== 1 || typeof value !== "string") return null;
  const token = /^Bearer +(\S+)$/i.exec(value)?.[1] ?? null;
  return token === null || token.length > TOKEN_CHARS_MAX ? null : token;
}

/** What a token is good for here, in the words of a refusal. */
interface Purpose {
  /** The token that is expected, such as "probe token". */
  kind: string;
  /** How to get one, as a command. */
  create: string;
}

const PROBE: Purpose = { kind: "probe token", create: "`quorate probes create`" };
const READER: Purpose = { kind: "token", create: "`quorate tokens create`" };

/**
 * Finds the token of a call. It is looked up by its SHA-256, so that how long the answer takes says
 * nothing about tokens that exist.
 */
async function tokenOf(
  { metadata, clock, tokens }: { metadata: Metadata; clock: Clock; tokens: Store["tokens"] },
  { kind, create }: Purpose,
): Promise<{ ok: true; token: Token } | Refusal> {
  const text = bearerToken(metadata);
  if (text === null) {
    return refused(
      status.UNAUTHENTICATED,
      `Expected metadata "authorization: Bearer <${kind}>"; create a token with ${create}.`,
    );
  }
  const sha256Hex = createHash("sha256").update(text).digest("hex");
  const token = await tokens.find(sha256Hex, clock.wallMs());
  if (token === null) {
    return refused(
      status.UNAUTHENTICATED,
      "This token is not known to the aggregator: it was never made here, or was revoked; " +
        `create a new one with ${create}.`,
    );
  }
  if (token.expiresAtMs !== null && token.expiresAtMs <= clock.wallMs()) {
    const sentence = `This token has expired; create a new one with ${create}.`;
    return refused(status.UNAUTHENTICATED, sentence);
  }
  return { ok: true, token };
}

/** Keeps that a token was used, at most once a minute: a watch is looked at more often. */
async function keepUse(tokens: Store["tokens"], token: Token, clock: Clock): Promise<void> {
  const atMs = clock.wallMs();
  if (atMs - (token.lastUsedAtMs ?? 0) >= USED_EVERY_MS) await tokens.used(token.id, atMs);
}

/** Finds the probe of a call's token. */
export async function identify(
  metadata: Metadata,
  { tokens, probes }: Pick<Store, "tokens" | "probes">,
  clock: Clock,
): Promise<Identity> {
  const found = await tokenOf({ metadata, clock, tokens }, PROBE);
  if (!found.ok) return found;
  const { token } = found;
  if (token.scope !== "probe" || token.probeId === null) {
    return refused(
      status.PERMISSION_DENIED,
      `A session needs a token of scope probe, and this one has scope ${token.scope}.`,
    );
  }
  const probe = await probes.get(token.probeId);
  if (probe === null) {
    return refused(
      status.UNAUTHENTICATED,
      "The probe of this token was removed; create a probe with `quorate probes create`.",
    );
  }
  await keepUse(tokens, token, clock);
  return { ok: true, probe, token };
}

/** Whether a call may read what the API's reads show: with a token of scope read or more. */
export async function identifyReader(
  metadata: Metadata,
  { tokens }: Pick<Store, "tokens">,
  clock: Clock,
): Promise<{ ok: true; token: Token } | Refusal> {
  const found = await tokenOf({ metadata, clock, tokens }, READER);
  if (!found.ok) return found;
  const { scope } = found.token;
  if (scope === "read" || scope === "write" || scope === "admin") {
    await keepUse(tokens, found.token, clock);
    return found;
  }
  const sentence = `A watch needs a token of scope read, and this one has scope ${scope}.`;
  return refused(status.PERMISSION_DENIED, sentence);
}

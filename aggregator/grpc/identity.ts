/** Who calls: a probe is who its token says, never who its messages say. */
import { createHash } from "node:crypto";
import type { Metadata } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Clock } from "../../shared/clock.ts";
import type { Probe } from "../../shared/probe.ts";
import type { Store } from "../ports.ts";

/** Longest token that is looked up; ours have about 43 characters. */
const TOKEN_CHARS_MAX = 256;

/** A probe whose token was accepted, or why not, as a gRPC status. */
export type Identity =
  | { ok: true; probe: Probe; tokenExpiresAtMs: number | null }
  | { ok: false; code: status; details: string };

const refused = (code: status, details: string): Identity => ({ ok: false, code, details });

/** The bearer token of a call; null when there is not exactly one. */
function bearerToken(metadata: Metadata): string | null {
  const values = metadata.get("authorization");
  const [value] = values;
  if (values.length !== 1 || typeof value !== "string") return null;
  const token = /^Bearer +(\S+)$/i.exec(value)?.[1] ?? null;
  return token === null || token.length > TOKEN_CHARS_MAX ? null : token;
}

/**
 * Finds the probe of a call's token. The token is looked up by its SHA-256, so that how long the
 * answer takes says nothing about tokens that exist.
 */
export async function identify(
  metadata: Metadata,
  store: Pick<Store, "tokens" | "probes">,
  clock: Clock,
): Promise<Identity> {
  const text = bearerToken(metadata);
  if (text === null) {
    return refused(
      status.UNAUTHENTICATED,
      'Expected metadata "authorization: Bearer <probe token>"; ' +
        "create a token with `quorate probes create`.",
    );
  }
  const token = await store.tokens.find(createHash("sha256").update(text).digest("hex"));
  if (token === null) {
    return refused(
      status.UNAUTHENTICATED,
      "This token is not known to the aggregator: it was never made here, or was revoked; " +
        "create a new one with `quorate probes create`.",
    );
  }
  if (token.expiresAtMs !== null && token.expiresAtMs <= clock.wallMs()) {
    return refused(
      status.UNAUTHENTICATED,
      "This token has expired; create a new one with `quorate probes create`.",
    );
  }
  if (token.scope !== "probe" || token.probeId === null) {
    return refused(
      status.PERMISSION_DENIED,
      `A session needs a token of scope probe, and this one has scope ${token.scope}.`,
    );
  }
  const probe = await store.probes.get(token.probeId);
  if (probe === null) {
    return refused(
      status.UNAUTHENTICATED,
      "The probe of this token was removed; create a probe with `quorate probes create`.",
    );
  }
  return { ok: true, probe, tokenExpiresAtMs: token.expiresAtMs };
}

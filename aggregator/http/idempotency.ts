/**
 * Idempotency-Key on POST: a repeated request gets the first answer again and does nothing.
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";
import type { IdempotencyStore } from "../ports.ts";
import type { AppEnv } from "./context.ts";

/** What repeating answers works with. */
export interface IdempotencyDeps {
  store: IdempotencyStore;
  clock: Clock;
  random: Random;
}

/** Headers that are part of an answer. */
const KEPT_HEADERS = ["content-type", "etag", "location"];

const answerSchema = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });

const digest = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** Answers a POST with an Idempotency-Key once, and repeats that answer for a day. */
export function createIdempotency(deps: IdempotencyDeps): MiddlewareHandler<AppEnv> {
  const running = new Set<string>();
  return async (c, next) => {
    const key = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
    if (key === undefined) return next();
    checkKey(key);
    // An operation that is open to anybody has no caller whose answer it could be.
    const secret: string | undefined = c.get("secret");
    if (secret === undefined) return next();
    const seal = createSeal(deps.random, `${secret} ${key}`);
    // By the secret and not the token's id: only who sealed an answer can open it.
    const storeKey = digest(secret, c.req.path, key);
    const requestHash = digest(c.req.url, await c.req.text());
    const first = await deps.store.get(storeKey);
    if (first !== null) return repeat(c, first, { requestHash, open: seal.open });
    if (running.has(storeKey)) {
      const sentence = "A request with this Idempotency-Key is still running.";
      throw new QuorateError("conflict", `${sentence} Try again in a moment.`);
    }
    running.add(storeKey);
    try {
      await next();
      if (c.error !== undefined || !c.res.ok) return undefined;
      const headers: Record<string, string> = {};
      for (const name of KEPT_HEADERS) {
        const value = c.res.headers.get(name);
        if (value !== null) headers[name] = value;
      }
      const body = seal.close(JSON.stringify({ headers, body: await c.res.clone().text() }));
      const answer = { requestHash, status: c.res.status, body, atMs: deps.clock.wallMs() };
      await deps.store.put(storeKey, answer);
      return undefined;
    } finally {
      running.delete(storeKey);
    }
  };
}

function checkKey(key: string): void {
  if (key.length <= LIMITS.idempotencyKeyCharsMax && /^[\x21-\x7e]+$/.test(key)) return;
  const max = LIMITS.idempotencyKeyCharsMax;
  const message = `Expected 1 to ${max} printable characters without spaces.`;
  throw new QuorateError("invalid", `The Idempotency-Key is not valid. ${message}`, [
    { path: "Idempotency-Key", message },
  ]);
}

function repeat(
  c: Context<AppEnv>,
  first: { requestHash: string; status: number; body: string },
  { requestHash, open }: { requestHash: string; open: (sealed: string) => string },
): Response {
  if (first.requestHash !== requestHash) {
    const sentence = "This Idempotency-Key was used for a request with another body or query.";
    throw new QuorateError("invalid", `${sentence} Use a new key for a new request.`);
  }
  const answer = answerSchema.parse(JSON.parse(open(first.body)));
  const headers = { ...answer.headers, "idempotent-replayed": "true" };
  return new Response(answer.body, { status: first.status, headers });
}

/**
 * Seals kept answers with a key that only the caller can make again, from its token and its
 * Idempotency-Key, neither of which is stored: an answer may carry a token that is shown once.
 */
function createSeal(random: Random, secret: string) {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "quorate idempotency", 32));
  return {
    close: (text: string): string => {
      const nonce = random.bytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open: (text: string): string => {
      const bytes = Buffer.from(text, "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
    },
  };
}

/**
 * Verifies webhooks as the Standard Webhooks specification says.
 * See https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Random } from "../../shared/random.ts";

/** What a receiver knows of one message. */
export interface SignedMessage {
  /** Header webhook-id. */
  id: string;
  /** Header webhook-timestamp: seconds since the Unix epoch. */
  timestamp: string;
  /** Header webhook-signature: one or more of `v1,<base64>`, separated by blanks. */
  signature: string;
  body: Buffer;
}

/** How old or how far ahead a timestamp may be, seconds; further is taken for a replay. */
const TOLERANCE_S = 300;

/**
 * Whether the message was signed with `secret` (`whsec_<base64>`) and is fresh at `nowMs`.
 * Returns the sentence that says what is wrong; null when it is genuine.
 */
export function signatureProblem(
  message: SignedMessage,
  secret: string,
  nowMs: number,
): string | null {
  const { id, timestamp, signature, body } = message;
  if (id === "" || timestamp === "" || signature === "") {
    return "a header is missing: webhook-id, webhook-timestamp and webhook-signature are needed";
  }
  if (!/^\d{1,12}$/.test(timestamp)) return "webhook-timestamp is not in seconds";
  const awayS = Math.abs(nowMs / 1_000 - Number(timestamp));
  if (awayS > TOLERANCE_S) return `the timestamp is ${Math.round(awayS)} s away from now`;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  const genuine = signature.split(" ").some((one) => {
    const [version, base64] = one.split(",");
    const given = Buffer.from(base64 ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return genuine ? null : "no signature fits the secret";
}

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(random: Random): string {
  return `whsec_${Buffer.from(random.bytes(32)).toString("base64")}`;
}

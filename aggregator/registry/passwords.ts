/** Passwords of status pages: kept as salted hashes (scrypt, RFC 7914). */
import { scrypt, timingSafeEqual } from "node:crypto";
import type { Random } from "../../shared/random.ts";

const KEY_BYTES = 32;

/** The hash of a password, with a salt of its own. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(16));
  const key = await derive(password, salt);
  return `scrypt$${salt.toString("base64url")}$${key.toString("base64url")}`;
}

/** Whether a password is the one of a hash; takes as long whether it is or not. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [form, salt = "", key = ""] = hash.split("$");
  const expected = Buffer.from(key, "base64url");
  if (form !== "scrypt" || expected.length !== KEY_BYTES) return false;
  return timingSafeEqual(await derive(password, Buffer.from(salt, "base64url")), expected);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, KEY_BYTES, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

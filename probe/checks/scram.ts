/** SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding, from the client's side. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { LIMITS } from "../../shared/limits.ts";
import { systemRandom } from "../../shared/random.ts";

/** What is wrong with what the server said, as the end of a sentence. */
export interface ScramFlaw {
  flaw: string;
}

/** A sign-in under way. */
export interface Scram {
  /** The first message. */
  first: string;
  /** Answers the server's first message, once the costly part is done on another thread. */
  answer(serverFirst: string, done: (clientFinal: string | ScramFlaw) => void): void;
  /** Whether the server's last message shows that it knows the password too. */
  proves(serverFinal: string): boolean;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Begins a sign-in; the user is named elsewhere, as PostgreSQL wants it. */
export function beginScram(password: string): Scram {
  const nonce = Buffer.from(systemRandom().bytes(18)).toString("base64");
  const bare = `n=*,r=${nonce}`;
  let serverSignature: Buffer | undefined;
  return {
    first: `n,,${bare}`,
    answer(serverFirst, done) {
      const match = /^r=([^,]{1,512}),s=([A-Za-z0-9+/=]{1,512}),i=(\d{1,9})$/.exec(serverFirst);
      const [, joined = "", salt = "", count = ""] = match ?? [];
      if (match === null || !joined.startsWith(nonce) || joined.length === nonce.length) {
        return done({ flaw: "answered SCRAM against its rules" });
      }
      const rounds = Number(count);
      if (rounds < 1 || rounds > LIMITS.scramRoundsMax) {
        const limit = LIMITS.scramRoundsMax;
        return done({ flaw: `asks for ${rounds} rounds of SCRAM; at most ${limit} are done` });
      }
      const key = password.normalize("NFKC");
      pbkdf2(key, Buffer.from(salt, "base64"), rounds, 32, "sha256", (error, salted) => {
        if (error !== null) return done({ flaw: `cannot be answered: ${error.message}` });
        const without = `c=biws,r=${joined}`;
        const message = `${bare},${serverFirst},${without}`;
        serverSignature = hmac(hmac(salted, "Server Key"), message);
        const clientKey = hmac(salted, "Client Key");
        const storedKey = createHash("sha256").update(clientKey).digest();
        const signature = hmac(storedKey, message);
        const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
        done(`${without},p=${Buffer.from(proof).toString("base64")}`);
      });
    },
    proves(serverFinal) {
      const said = Buffer.from(/^v=([A-Za-z0-9+/=]{1,512})/.exec(serverFinal)?.[1] ?? "", "base64");
      if (serverSignature === undefined || said.length !== serverSignature.length) return false;
      return timingSafeEqual(said, serverSignature);
    },
  };
}

/** Chance comes in through this door: the only file that draws random numbers. */
import { randomBytes } from "node:crypto";

/** Source of chance that every part of Quorate is given, so that a test can own it. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** `length` random bytes; unpredictable when the source is the system. */
  bytes(length: number): Uint8Array;
}

/** The machine's cryptographic source. */
export function systemRandom(): Random {
  return {
    float: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
    bytes: (length) => randomBytes(length),
  };
}

/**
 * A repeatable source for tests and simulation: mulberry32, from `seed` (any integer).
 * Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    float,
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(float() * 256)),
  };
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** `length` characters of Crockford base 32, 5 bits of chance each. */
export function randomText(random: Random, length: number): string {
  let text = "";
  for (const byte of random.bytes(length)) text += ALPHABET.charAt(byte & 31);
  return text;
}

/** A new identifier such as `tgt_4m2k…`: the prefix and 80 bits of chance. */
export function newId(random: Random, prefix: string): string {
  return `${prefix}_${randomText(random, 16)}`;
}

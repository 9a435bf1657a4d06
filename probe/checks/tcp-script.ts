/** The script of a tcp check: what is sent and expected, in order, as HAProxy's tcp-check. */
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { compilePattern } from "./bounded.ts";
import type { Bounded } from "./bounded.ts";
import { quoted } from "./sentence.ts";

/** One thing to do on the connection. */
export type Step = SendStep | ExpectStep | StartTlsStep;

/** The rest of the script is spoken in TLS. */
export interface StartTlsStep {
  startTls: true;
}

/** Bytes to send; what was received before is forgotten. */
export interface SendStep {
  send: Buffer;
}

/** Something to wait for in what is received. */
export interface ExpectStep {
  /** As a person reads it, in quotes. */
  shown: string;
  /** Index behind the first match; -1 if there is none yet. */
  find(received: Buffer): Bounded<number>;
}

/** A line of the script as options say it. */
export interface StepOptions {
  send?: string | undefined;
  expect?: string | undefined;
  startTls?: true | undefined;
}

/** Whether a text without its prefix is bytes in hex; spaces between them are allowed. */
function isHex(text: string): boolean {
  const digits = text.replaceAll(" ", "");
  return /^[0-9A-Fa-f]+$/.test(digits) && digits.length % 2 === 0;
}

/** What is wrong with a text of the script; undefined if nothing is. */
export function scriptFlaw(text: string): string | undefined {
  if (!text.startsWith("hex:") || isHex(text.slice(4))) return undefined;
  return 'expected bytes in hex behind "hex:", such as "hex:50 49 4e 47"';
}

function bytesOf(text: string): Buffer {
  if (text.startsWith("hex:")) return Buffer.from(text.slice(4).replaceAll(" ", ""), "hex");
  return Buffer.from(text.startsWith("text:") ? text.slice(5) : text);
}

const PLACEHOLDER = /\{\{([A-Za-z0-9_-]+)\}\}/g;

/** Compiles a valid script. Throws QuorateError "invalid" for a pattern or name that is wrong. */
export function compileScript(
  lines: readonly StepOptions[],
  secrets: Readonly<Record<string, string>>,
): Step[] {
  return lines.flatMap((line, index) => {
    const steps: Step[] = [];
    const path = `options.script.${index}`;
    if (line.send !== undefined) {
      steps.push({ send: bytesOf(withSecrets(line.send, secrets, `${path}.send`)) });
    }
    if (line.expect !== undefined) steps.push(expectStep(line.expect, `${path}.expect`));
    if (line.startTls === true) steps.push({ startTls: true });
    return steps;
  });
}

function withSecrets(
  text: string,
  secrets: Readonly<Record<string, string>>,
  path: string,
): string {
  if (text.startsWith("hex:")) return text;
  return text.replace(PLACEHOLDER, (_whole, name: string) => {
    const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (secret !== undefined) return secret;
    const message = `expected the name of one of the secrets, found {{${name}}}`;
    throw new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
  });
}

/** Patterns see the bytes as Latin-1, so that one character is one byte. */
function expectStep(text: string, path: string): ExpectStep {
  if (text.startsWith("regex:")) {
    const source = text.slice(6);
    const pattern = compilePattern(source, path);
    return {
      shown: `a match of ${quoted(source)}`,
      find(received) {
        const found = pattern.find(received.toString("latin1"));
        return "tooLong" in found ? found : { value: found.value?.end ?? -1 };
      },
    };
  }
  const bytes = bytesOf(text);
  return {
    shown: text.startsWith("hex:") ? `the bytes ${bytes.toString("hex")}` : quoted(text),
    find(received) {
      const at = received.indexOf(bytes);
      return { value: at < 0 ? -1 : at + bytes.length };
    },
  };
}

/** What was received and not yet matched; grows up to LIMITS.checkReplyBytesMax. */
export interface Received {
  /** Adds bytes; false when there are too many. */
  add(bytes: Buffer): boolean;
  /** Everything kept, valid until the next call. */
  bytes(): Buffer;
  /** Forgets the first `count` bytes. */
  drop(count: number): void;
}

/** Creates an empty buffer that doubles as it fills. */
export function createReceived(): Received {
  let kept = Buffer.alloc(0);
  let length = 0;
  return {
    add(bytes) {
      if (length + bytes.length > LIMITS.checkReplyBytesMax) return false;
      if (length + bytes.length > kept.length) {
        const larger = Buffer.alloc(Math.max(1_024, 2 * (length + bytes.length)));
        kept.copy(larger, 0, 0, length);
        kept = larger;
      }
      bytes.copy(kept, length);
      length += bytes.length;
      return true;
    },
    bytes: () => kept.subarray(0, length),
    drop(count) {
      kept.copyWithin(0, count, length);
      length -= count;
    },
  };
}

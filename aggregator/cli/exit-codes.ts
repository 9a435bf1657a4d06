/** Exit codes: a table that `quorate help exit-codes` prints and scripts can count on. */
import { CommanderError } from "commander";
import { QuorateError } from "../../shared/errors.ts";
import type { ErrorCode } from "../../shared/errors.ts";

/** Every exit code with its meaning, as `quorate help exit-codes` prints them. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: "It worked." },
  error: {
    code: 1,
    meaning: "The aggregator refused, or something failed; the message says what.",
  },
  usage: { code: 2, meaning: "The command line cannot be understood; nothing was sent." },
  notFound: { code: 3, meaning: "What was named does not exist." },
  notAllowed: { code: 4, meaning: "The token is missing, unknown, or its scope is too small." },
  unreachable: { code: 5, meaning: "The aggregator cannot be reached, or is not ready." },
} as const satisfies Record<string, { code: number; meaning: string }>;

const BY_ERROR: Partial<Record<ErrorCode, keyof typeof EXIT_CODES>> = {
  not_found: "notFound",
  unauthenticated: "notAllowed",
  forbidden: "notAllowed",
  unavailable: "unreachable",
};

/** The exit code of anything that a command threw. */
export function exitCodeOf(thrown: unknown): number {
  // commander ends with code 0 after printing help or the version, else it is a usage error.
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? EXIT_CODES.ok.code : EXIT_CODES.usage.code;
  }
  if (thrown instanceof UsageError) return EXIT_CODES.usage.code;
  if (thrown instanceof QuorateError) return EXIT_CODES[BY_ERROR[thrown.code] ?? "error"].code;
  return EXIT_CODES.error.code;
}

/** A command line that parsed, but whose flags do not fit together. */
export class UsageError extends Error {
  /** `message` says what was expected, what was found and what to do. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

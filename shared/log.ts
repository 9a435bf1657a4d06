/** The program's log: one JSON object a line, on standard error. */
import { pino } from "pino";
import type { LevelWithSilent } from "pino";

/** What a room may say: a level, fields, and a sentence. No secret is ever a field. */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  /** A log whose every line carries `fields` too. */
  child(fields: object): Log;
}

/** Levels in rising order of urgency; `silent` says nothing at all. */
export const LOG_LEVELS: readonly LevelWithSilent[] = ["debug", "info", "warn", "error", "silent"];

/** A level of the log. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Creates the log of a program. `level` default `info`. */
export function createLog(program: string, level: LogLevel = "info"): Log {
  return pino(
    { level, base: { program }, redact: { paths: ["token", "secret", "*.token", "*.secret"] } },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** A log that says nothing; for tests and libraries. */
export function silentLog(): Log {
  const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  return log;
}

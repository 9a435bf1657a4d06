/** A log that keeps what it is told, for tests. */
import type { Log } from "../../shared/log.ts";

/** One line of the log. */
export interface LogLine {
  level: "debug" | "info" | "warn" | "error";
  fields: object;
  sentence: string;
}

/** Creates a log and the list that its lines go to. */
export function recordingLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine["level"]) => (fields: object, sentence: string) => {
    lines.push({ level, fields, sentence });
  };
  const log: Log = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return { log, lines };
}

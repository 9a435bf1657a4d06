/** The contract of a check kind: parse once, get back a thing that can only run. */
import type { z } from "zod";
import type { Clock } from "../../shared/clock.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { SecretSource } from "./secrets.ts";

/** What a prepared check is given for one look. */
export interface CheckContext {
  clock: Clock;
  /** Deadline of the look in milliseconds; the caller enforces it by calling the abort. */
  timeoutMs: number;
  /** Local address to connect from; absent: the system's choice. */
  sourceAddress?: string | undefined;
  /** Forms of secrets that came in by reference; no sentence may show them. */
  secrets?: readonly string[] | undefined;
}

/** What the place where checks run gives them; there is none where options are only validated. */
export interface CheckSite {
  /** Secrets that options name as `${secret:name}`. */
  secrets: SecretSource;
  /** Commands that the exec kind may run, by name: program and arguments. Default: none. */
  commands?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The program that sends echo requests. Default `ping`. */
  ping?: string | undefined;
}

/**
 * Ends a look early. `deadline`: the time is up, the outcome is a timeout of the phase reached;
 * `stopping`: the probe is stopping, the outcome is void with reason `aborted`.
 * The outcome is delivered within 100 ms and every socket of the look is closed.
 */
export type AbortCheck = (why: "deadline" | "stopping") => void;

/** What a target says of itself. */
export interface PushReport {
  /** The secret it must know. */
  key: string;
  failed: boolean;
  /** For a person; may be empty. */
  message: string;
  /** When it came, monotonic milliseconds. */
  atMonoMs: number;
}

/** A check whose options were validated; `run` can be called any number of times, concurrently. */
export interface PreparedCheck {
  /** What is looked at, for a person: "GET http://10.0.0.7:8080/health". Holds no secret. */
  endpoint: string;
  /**
   * Looks once, on a new connection. Calls `done` exactly once, never synchronously, and never
   * throws for something the target did. Returns the abort of this look.
   */
  run(context: CheckContext, done: (outcome: CheckOutcome) => void): AbortCheck;
  /** Takes a report of the target itself; false: its key is wrong. Absent: it takes none. */
  receive?: (report: PushReport) => boolean;
  /** Tells when the target seems to have changed between two looks; one more replaces the last. */
  onChange?: (changed: () => void) => void;
  /** Lets go of what is kept open between looks; looks that run end by themselves. */
  close?: () => void;
}

/** Options worth copying, shown in the docs of the kind; a test prepares each. */
export interface CheckExample {
  /** What it checks, as a title. */
  title: string;
  options: Readonly<Record<string, unknown>>;
}

/** A kind of check: one file, and one line in `index.ts`. */
export interface CheckKind<Schema extends z.ZodType = z.ZodType> {
  /** Name in the API, such as `http`. */
  kind: string;
  /** One sentence for the docs. */
  summary: string;
  /** Examples for the docs, in the order of their use. */
  examples?: readonly CheckExample[];
  /** What else a user must know, for the docs: Markdown, behind the examples. */
  notes?: string;
  /** Validates `options` of a target; strict, every field described. */
  schema: Schema;
  /** Names of options that are secrets, or paths such as `tls.key`: never shown again. */
  secretOptions: readonly string[];
  /**
   * Makes a check of valid options; compiles expressions, reads nothing from the network.
   * Throws QuorateError "invalid" for what a schema cannot express (an expression that does not
   * compile). `site` is undefined where a target is only validated; references to secrets are
   * resolved before, so a kind never sees one there.
   */
  prepare(options: z.output<Schema>, site?: CheckSite): PreparedCheck;
}

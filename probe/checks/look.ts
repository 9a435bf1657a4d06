/** One look under way: its phase, its abort, and the one outcome it gives. */
import type { X509Certificate } from "node:crypto";
import type { CheckOutcome, Phases } from "../../shared/outcome.ts";
import { noPhases } from "../../shared/outcome.ts";
import type { ReasonCode } from "../../shared/reason.ts";
import { REASONS } from "../../shared/reason.ts";
import type { AbortCheck, CheckContext } from "./check.ts";
import type { Failure } from "./failure.ts";
import { secretForms } from "./secrets.ts";
import { hostPort, milliseconds, quoted, safeDetail, withoutSecrets } from "./sentence.ts";

/**
 * How far a look has come; a timeout is named after it. `preparing` does what comes before the
 * target is spoken to, as a part of its own (a token, a tunnel through a proxy);
 * `resolving` asks the resolver; `connecting` waits for the TCP connection; `handshaking` speaks
 * TLS; `talking` is connected and waits for the answer.
 */
export type LookPhase = "preparing" | "resolving" | "connecting" | "handshaking" | "talking";

/** One look under way; the kind moves it on, the look delivers exactly one outcome. */
export interface Look {
  readonly context: CheckContext;
  readonly phases: Phases;
  /** Facts of the outcome; a kind adds to them while it looks. */
  readonly facts: Record<string, string | number>;
  phase: LookPhase;
  /** Name or address and port that this look speaks to now. */
  host: string;
  port: number;
  /** The one address under test; empty until it is known. */
  address: string;
  /** Local address that this look connects from; undefined: the system's choice. */
  sourceAddress: string | undefined;
  /** Identity of the resolver asked; empty when none was. */
  resolver: string;
  /** Whether the resolver was asked, or the question still waits for a place in this probe. */
  resolverAsked: () => boolean;
  /** The part that prepares this look now; a deadline is its own. */
  part: Look | undefined;
  /** The certificate that the target showed in its last handshake. */
  certificate?: X509Certificate | undefined;
  /** Closes what the look holds open now; run when it ends, and between two connections. */
  release: () => void;
  /** What every sentence of a failure begins with, such as the step of several; may be empty. */
  about: string;
  /** What has been seen so far, as the end of the sentence of a timeout; may be empty. */
  progress: () => string;
  /** Whether the outcome was given; nothing may be done after it. */
  ended(): boolean;
  /** Milliseconds since the look began, or since its last `restart`. */
  elapsedMs(): number;
  /** Latency counts from now on: what came before was not the target's doing. */
  restart(): void;
  /** Hides a secret that came to light during the look. */
  hide(secret: string): void;
  /** Text that the target sent, in quotes, without secrets; they are removed before it is cut. */
  quote(text: string, charsMax?: number): string;
  /** Ends the look well, or as too slow when it took longer than its latency limit. */
  pass(): void;
  /** Ends the look with a reason of the table and a sentence. */
  fail(reason: ReasonCode, detail: string): void;
}

/** What a look is started with. */
export interface LookSetup {
  context: CheckContext;
  done: (outcome: CheckOutcome) => void;
  /** Forms of secrets that no sentence may show (secretForms). */
  secrets: readonly string[];
  /** Longest time a passing look may take, milliseconds; undefined: no limit. */
  latencyLimitMs: number | undefined;
}

/** "10.0.0.7:443", or "api.example.com:443 (10.0.0.7)" once a name was resolved. */
export function whereOf(look: Look): string {
  const named = hostPort(look.host, look.port);
  return look.address === "" || look.address === look.host ? named : `${named} (${look.address})`;
}

const nothing = (): void => {};
const silence = (): string => "";
const always = (): boolean => true;

const allSecrets = (setup: LookSetup, context: CheckContext): readonly string[] =>
  [...setup.secrets, ...(context.secrets ?? [])].sort((a, b) => b.length - a.length);

/** Facts may be texts of the target, as sentences are. */
function hideIn(facts: Record<string, string | number>, secrets: readonly string[]): void {
  for (const name of Object.keys(facts)) {
    const value = facts[name];
    if (typeof value === "string") facts[name] = safeDetail(value, secrets);
  }
}

const tooSlow = (look: Look, limitMs: number): string =>
  `${whereOf(look)} took ${milliseconds(look.elapsedMs())}; the limit is ${limitMs} ms.`;

/**
 * Starts a look. The outcome is delivered by nextTick (cheaper than a microtask in Node), so never
 * inside `run` or the abort.
 */
export function startLook(setup: LookSetup): Look {
  const { context, done } = setup;
  let secrets = context.secrets === undefined ? setup.secrets : allSecrets(setup, context);
  let startedMs = context.clock.monoMs();
  let ended = false;
  const elapsedMs = (): number => context.clock.monoMs() - startedMs;
  const end = (outcome: CheckOutcome): void => {
    ended = true;
    hideIn(look.facts, secrets);
    look.release();
    look.release = nothing;
    process.nextTick(done, outcome);
  };
  const fail = (reason: ReasonCode, detail: string): void => {
    if (ended) return;
    const row = REASONS[reason];
    end({
      class: row.class,
      reason,
      detail: safeDetail(look.about + detail, secrets),
      phases: look.phases,
      source: row.source,
      ...(look.resolver === "" ? {} : { resolver: look.resolver }),
      facts: look.facts,
    });
  };
  const pass = (): void => {
    if (ended) return;
    const limitMs = setup.latencyLimitMs;
    if (limitMs !== undefined && elapsedMs() > limitMs) {
      return fail("latency_limit", tooSlow(look, limitMs));
    }
    const { phases, facts } = look;
    end({ class: "ok", reason: "ok", detail: "", phases, source: null, facts });
  };
  const look: Look = {
    context,
    phases: noPhases(),
    facts: {},
    phase: "connecting",
    host: "",
    port: 0,
    address: "",
    sourceAddress: context.sourceAddress,
    resolver: "",
    resolverAsked: always,
    part: undefined,
    release: nothing,
    about: "",
    progress: silence,
    ended: () => ended,
    elapsedMs,
    restart: () => void (startedMs = context.clock.monoMs()),
    hide: (secret) => void (secrets = [...secretForms([secret]), ...secrets]),
    quote: (text, charsMax) => quoted(withoutSecrets(text, secrets), charsMax),
    pass,
    fail,
  };
  return look;
}

/**
 * Starts a part of a look that prepares it: what goes wrong in it is not the target's doing, so
 * `failed` says what it means for the look.
 */
export function startPart(look: Look, failed: (outcome: CheckOutcome) => Failure): Look {
  const part = startLook({
    context: look.context,
    secrets: [],
    latencyLimitMs: undefined,
    done(outcome) {
      if (look.ended() || outcome.class === "ok") return;
      const failure = failed(outcome);
      look.fail(failure.reason, failure.detail);
    },
  });
  look.phase = "preparing";
  look.part = part;
  look.release = () => part.fail("aborted", "The look is over.");
  return part;
}

/** The abort of a look: a timeout of the phase reached, or void because the probe stops. */
export function abortOf(look: Look): AbortCheck {
  return (why) => {
    if (look.ended()) return;
    if (why === "stopping") return look.fail("aborted", "The probe was stopping.");
    const within = `within ${milliseconds(look.context.timeoutMs)}`;
    const where = whereOf(look);
    switch (look.phase) {
      case "preparing":
        if (look.part !== undefined) return abortOf(look.part)(why);
        return look.fail("internal", "The look was prepared by nobody.");
      case "resolving":
        if (!look.resolverAsked()) {
          const waited = `${look.host} was not looked up ${within}`;
          return look.fail("too_late", `${waited}: slow lookups hold every place of this probe.`);
        }
        return look.fail(
          "resolver_timeout",
          `The resolver ${look.resolver} did not answer for ${look.host} ${within}.`,
        );
      case "connecting":
        return look.fail("connect_timeout", `${where} did not accept a connection ${within}.`);
      case "handshaking":
        return look.fail("tls_handshake", `${where} did not finish the TLS handshake ${within}.`);
      case "talking":
        return look.fail(
          "read_timeout",
          `${where} did not answer in full ${within}${look.progress()}.`,
        );
    }
  };
}

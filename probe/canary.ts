/** Dialing a canary: is the network of this probe well enough to reach what is known to answer? */
import { Resolver } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP } from "node:net";
import type { LookupFunction } from "node:net";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { parseHostPort } from "../shared/host-port.ts";
import { connectFailure, nameFailure, talkFailure, tlsFailure } from "./checks/failure.ts";
import type { Failure } from "./checks/failure.ts";
import { SYSTEM_LOOKUPS } from "./checks/lookup.ts";

/** Time a canary has to answer. Longer delays every certificate; shorter fails far canaries. */
export const CANARY_TIMEOUT_MS = 1_000;

/** What a look at one canary gave. */
export interface Dialed {
  ok: boolean;
  latencyUs: number;
  /** Why it failed; absent when it passed, or nobody knows. */
  failure?: Failure | undefined;
}

/** Looks at things that are known to answer, each time over a new connection. */
export interface Dialer {
  /** Dials `tcp://host:port` or an http(s) URL (any status below 500 passes). Never throws. */
  dial(url: string, done: (dialed: Dialed) => void): void;
  /** Asks a resolver ("host", "host:port", or anything else for the system's) for a name. */
  resolve(resolver: string, name: string, done: (ok: boolean) => void): void;
}

/** What a dialer needs. */
export interface DialerDeps {
  clock: Clock;
  /** Local address to dial from: the same as checks use; absent: the system's choice. */
  sourceAddress?: string | undefined;
}

/** Ends an attempt: takes its connection down. */
type Hangup = () => void;
/** Starts an attempt, tells `ended` what came of it (null: it passed), returns how to end it. */
type Attempt = (ended: (failure: Failure | null) => void) => Hangup;

/** How canaries are dialled. */
interface Way {
  clock: Clock;
  sourceAddress: string | undefined;
}

/** Creates a dialer. */
export function createDialer(deps: DialerDeps): Dialer {
  const { clock, sourceAddress } = deps;
  return {
    dial(url, done) {
      const startMs = clock.monoMs();
      const start = attemptOf(url, { clock, sourceAddress });
      attempt(clock, { start, where: url }, (failure) => {
        const latencyUs = Math.round((clock.monoMs() - startMs) * 1_000);
        done(failure === null ? { ok: true, latencyUs } : { ok: false, latencyUs, failure });
      });
    },
    resolve(resolver, name, done) {
      const start = lookupOf(resolver, name, clock);
      attempt(clock, { start, where: resolver }, (failure) => done(failure === null));
    },
  };
}

/** Runs an attempt under the deadline; `done` is called exactly once, never synchronously. */
function attempt(
  clock: Clock,
  { start, where }: { start: Attempt; where: string },
  done: (failure: Failure | null) => void,
): void {
  let over = false;
  let hangup: Hangup | null = null;
  const end = (failure: Failure | null): void => {
    if (over) return;
    over = true;
    timer.cancel();
    hangup?.();
    setImmediate(() => done(failure));
  };
  const timer = clock.after(CANARY_TIMEOUT_MS, () => {
    const detail = `${where} did not answer within ${CANARY_TIMEOUT_MS} ms.`;
    end({ reason: "connect_timeout", detail });
  });
  try {
    hangup = start(end);
    if (over) hangup();
  } catch (thrown) {
    // An address that cannot even be dialed is a canary that does not answer.
    end({ reason: "misconfigured", detail: `${where} cannot be dialled: ${messageOf(thrown)}.` });
  }
}

function attemptOf(text: string, way: Way): Attempt {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "tcp:") return tcpAttempt(text, way);
  if (url?.protocol === "http:" || url?.protocol === "https:") return httpAttempt(url, way);
  return () => {
    throw new Error("it is neither tcp://HOST:PORT nor an http(s) URL");
  };
}

function tcpAttempt(text: string, way: Way): Attempt {
  return (ended) => {
    const address = parseHostPort(text.slice("tcp://".length).replace(/\/$/, ""));
    if (address === null) throw new Error("it is not tcp://HOST:PORT");
    const where = text.slice("tcp://".length);
    const socket = connect({ ...address, ...dialOptions(way) });
    socket.on("connect", () => ended(null));
    socket.on("error", (error) => ended(failureOf(error, { where, host: address.host })));
    return () => void socket.destroy();
  };
}

function httpAttempt(url: URL, way: Way): Attempt {
  const secure = url.protocol === "https:";
  const start = secure ? httpsRequest : httpRequest;
  const { host: where, hostname: host } = url;
  return (ended) => {
    const request = start(url, {
      agent: false,
      headers: { "user-agent": "quorate-probe" },
      ...dialOptions(way),
    });
    request.on("response", ({ statusCode = 500 }) => {
      const detail = `${where} answered with status ${statusCode}.`;
      ended(statusCode < 500 ? null : { reason: "http_status", detail });
    });
    request.on("error", (error) => ended(failureOf(error, { where, host, secure })));
    request.end();
    return () => void request.destroy();
  };
}

function dialOptions({ clock, sourceAddress }: Way) {
  const local = sourceAddress === undefined ? {} : { localAddress: sourceAddress };
  return { lookup: boundedLookup(clock), ...local };
}

/** The lookup of a socket, which shares the places with those of checks. */
function boundedLookup(clock: Clock): LookupFunction {
  return (host, { family, hints, all }, done) => {
    const asked = family === 4 || family === "IPv4" ? 4 : family === 6 || family === "IPv6" ? 6 : 0;
    const question = { host, family: asked, ...(hints === undefined ? {} : { hints }) } as const;
    SYSTEM_LOOKUPS.ask(question, clock, (error, address) => {
      if (error instanceof Error || address === undefined) {
        return done(error instanceof Error ? error : new Error("no address"), "", 0);
      }
      if (all === true) done(null, [{ address, family: isIP(address) }]);
      else done(null, address, isIP(address));
    });
  };
}

function failureOf(
  error: unknown,
  { where, host, secure = false }: { where: string; host: string; secure?: boolean },
): Failure {
  const syscall = typeof error === "object" && error !== null && "syscall" in error;
  const call = syscall ? error.syscall : "";
  if (call === "getaddrinfo") return nameFailure(error, host, "system");
  if (call === "connect" || call === "bind") return connectFailure(error, where);
  return secure ? tlsFailure(error, where, host) : talkFailure(error, where);
}

const NO_LOOKUP: Failure = { reason: "resolver_failure", detail: "The name did not resolve." };

function lookupOf(resolver: string, name: string, clock: Clock): Attempt {
  const host = resolver.replace(/^\[(.+)\](:\d+)?$/, "$1");
  if (isIP(host) === 0 && !/^\d+(\.\d+){3}:\d+$/.test(resolver)) {
    return (ended) => {
      const question = { host: name, family: 0 } as const;
      const answered = (error: unknown): void => ended(error === null ? null : NO_LOOKUP);
      return SYSTEM_LOOKUPS.ask(question, clock, answered).withdraw;
    };
  }
  return (ended) => {
    const asked = new Resolver({ timeout: CANARY_TIMEOUT_MS, tries: 1 });
    asked.setServers([resolver]);
    let failures = 0;
    const answered = (error: Error | null): void => {
      if (error === null) return ended(null);
      failures += 1;
      if (failures === 2) ended(NO_LOOKUP);
    };
    asked.resolve4(name, answered);
    asked.resolve6(name, answered);
    return () => asked.cancel();
  };
}

/** Dialing a canary: is the network of this probe well enough to reach what is known to answer? */
import { lookup as systemLookup, Resolver } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP } from "node:net";
import type { Clock } from "../shared/clock.ts";

/** Time a canary has to answer. Longer delays every certificate; shorter fails far canaries. */
export const CANARY_TIMEOUT_MS = 1_000;

/** What a look at one canary gave. */
export interface Dialed {
  ok: boolean;
  latencyUs: number;
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
/** Starts an attempt, tells `ended` what came of it, returns how to end it. */
type Attempt = (ended: (ok: boolean) => void) => Hangup;

/** Creates a dialer. */
export function createDialer(deps: DialerDeps): Dialer {
  const { clock, sourceAddress } = deps;
  return {
    dial(url, done) {
      const startMs = clock.monoMs();
      attempt(clock, attemptOf(url, sourceAddress), (ok) => {
        done({ ok, latencyUs: Math.round((clock.monoMs() - startMs) * 1_000) });
      });
    },
    resolve: (resolver, name, done) => attempt(clock, lookupOf(resolver, name), done),
  };
}

/** Runs an attempt under the deadline; `done` is called exactly once, never synchronously. */
function attempt(clock: Clock, start: Attempt, done: (ok: boolean) => void): void {
  let over = false;
  let hangup: Hangup | null = null;
  const end = (ok: boolean): void => {
    if (over) return;
    over = true;
    timer.cancel();
    hangup?.();
    setImmediate(() => done(ok));
  };
  const timer = clock.after(CANARY_TIMEOUT_MS, () => end(false));
  try {
    hangup = start(end);
    if (over) hangup();
  } catch {
    // An address that cannot even be dialed is a canary that does not answer.
    end(false);
  }
}

function attemptOf(text: string, sourceAddress: string | undefined): Attempt {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "tcp:") return tcpAttempt(url, sourceAddress);
  if (url?.protocol === "http:" || url?.protocol === "https:") {
    return httpAttempt(url, sourceAddress);
  }
  return (ended) => {
    ended(false);
    return () => undefined;
  };
}

function tcpAttempt(url: URL, sourceAddress: string | undefined): Attempt {
  return (ended) => {
    const socket = connect({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port),
      ...(sourceAddress === undefined ? {} : { localAddress: sourceAddress }),
    });
    socket.on("connect", () => ended(true));
    socket.on("error", () => ended(false));
    return () => void socket.destroy();
  };
}

function httpAttempt(url: URL, sourceAddress: string | undefined): Attempt {
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  return (ended) => {
    const request = start(url, {
      agent: false,
      headers: { "user-agent": "quorate-probe" },
      ...(sourceAddress === undefined ? {} : { localAddress: sourceAddress }),
    });
    request.on("response", (response) => {
      ended((response.statusCode ?? 500) < 500);
    });
    request.on("error", () => ended(false));
    request.end();
    return () => void request.destroy();
  };
}

function lookupOf(resolver: string, name: string): Attempt {
  const host = resolver.replace(/^\[(.+)\](:\d+)?$/, "$1");
  if (isIP(host) === 0 && !/^\d+(\.\d+){3}:\d+$/.test(resolver)) {
    return (ended) => {
      systemLookup(name, (error) => ended(error === null));
      return () => undefined;
    };
  }
  return (ended) => {
    const asked = new Resolver({ timeout: CANARY_TIMEOUT_MS, tries: 1 });
    asked.setServers([resolver]);
    let failures = 0;
    const answered = (error: Error | null): void => {
      if (error === null) return ended(true);
      failures += 1;
      if (failures === 2) ended(false);
    };
    asked.resolve4(name, answered);
    asked.resolve6(name, answered);
    return () => asked.cancel();
  };
}

/** From a name to the one address under test. */
import { ADDRCONFIG, getServers, Resolver } from "node:dns";
import { isIP } from "node:net";
import { systemCodeOf } from "../../shared/errors.ts";
import { nameFailure } from "./failure.ts";
import type { Look } from "./look.ts";
import { SYSTEM_LOOKUPS } from "./lookup.ts";

/** Address family asked for. */
export type Family = 4 | 6 | "any";

/** How a name is resolved. */
export interface NameOptions {
  family: Family;
  /** "10.0.0.2", "10.0.0.2:5353" or "[fd00::2]:53"; absent: the system's way, /etc/hosts too. */
  resolver?: string | undefined;
  /** Local address to connect from; absent: the probe's own setting. */
  sourceAddress?: string | undefined;
}

/**
 * Finds the address of `look.host`, at once and without any lookup when it is one already; else
 * the first address of the answer, in the resolver's order. Failures end the look.
 */
export function resolveAddress(look: Look, options: NameOptions, found: () => void): void {
  look.sourceAddress = options.sourceAddress ?? look.context.sourceAddress;
  if (isIP(look.host) !== 0) {
    look.address = look.host;
    return found();
  }
  look.phase = "resolving";
  look.resolver = options.resolver ?? getServers()[0] ?? "system";
  const family = familyOf(look, options);
  const startedMs = look.context.clock.monoMs();
  const answered = (error: unknown, address: string | undefined): void => {
    if (look.ended()) return;
    look.phases.dnsUs += Math.round((look.context.clock.monoMs() - startedMs) * 1_000);
    if (error !== null || address === undefined || address === "") {
      const failure = nameFailure(error ?? { code: "ENODATA" }, look.host, look.resolver);
      return look.fail(failure.reason, failure.detail);
    }
    look.address = address;
    found();
  };
  if (options.resolver === undefined) askSystem(look, family, answered);
  else askResolver(look, { server: options.resolver, family }, answered);
}

/** The family asked for, or else that of the source address, which could reach no other. */
function familyOf(look: Look, options: NameOptions): 0 | 4 | 6 {
  if (options.family !== "any") return options.family;
  const source = isIP(look.sourceAddress ?? "");
  return source === 4 || source === 6 ? source : 0;
}

type Answered = (error: unknown, address: string | undefined) => void;

/**
 * getaddrinfo cannot be stopped: a look that ends withdraws its question, and one that ends before
 * the system was asked says nothing about the name or its resolver.
 */
function askSystem(look: Look, family: 0 | 4 | 6, answered: Answered): void {
  const hints = family === 0 ? ADDRCONFIG : 0;
  const question = { host: look.host, family, hints };
  const asked = SYSTEM_LOOKUPS.ask(question, look.context.clock, answered);
  look.resolverAsked = asked.begun;
  look.release = asked.withdraw;
}

/** A resolver of this look alone, so that its abort closes this question and no other. */
function askResolver(
  look: Look,
  question: { server: string; family: 0 | 4 | 6 },
  answered: Answered,
): void {
  const tries = 3;
  const timeout = Math.max(50, Math.floor(look.context.timeoutMs / tries));
  const resolver = new Resolver({ timeout, tries });
  resolver.setServers([question.server]);
  look.release = () => resolver.cancel();
  const { host } = look;
  const ask6 = (): void => resolver.resolve6(host, (error, found) => answered(error, found?.[0]));
  if (question.family === 6) return ask6();
  resolver.resolve4(host, (error, found) => {
    const noneOf4 = error !== null && systemCodeOf(error) === "ENODATA";
    if (noneOf4 && question.family === 0 && !look.ended()) return ask6();
    answered(error, found?.[0]);
  });
}

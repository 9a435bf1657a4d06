/** TLS of a check: planned once, one SecureContext for all looks, no session carried over. */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext, TLSSocket } from "node:tls";
import type { z } from "zod";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { tlsSchema } from "./options.ts";

/** What a prepared check knows of TLS. */
export interface TlsPlan {
  context: SecureContext;
  verify: boolean;
  /** Name for SNI and for the certificate; undefined: the host, if it is a name. */
  serverName: string | undefined;
  /** Protocol that must be agreed on by ALPN; undefined: none is offered. */
  protocol: string | undefined;
  daysMin: number | undefined;
}

const DAY_MS = 86_400_000;

/** The context of every check that names no authority of its own; made when first needed. */
let commonContext: SecureContext | undefined;

/** Makes the plan of valid options. Throws QuorateError "invalid" for a CA that is none. */
export function planTls(options: z.output<typeof tlsSchema>, protocol?: string): TlsPlan {
  const { verify, serverName, daysMin, ca } = options;
  const context = ca === undefined ? (commonContext ??= createSecureContext()) : trusting(ca);
  return { context, verify, serverName, protocol, daysMin };
}

function trusting(ca: string): SecureContext {
  try {
    // createSecureContext takes any text and trusts nobody then; the parser complains.
    new X509Certificate(ca);
    return createSecureContext({ ca });
  } catch (thrown) {
    const message = `expected certificates in PEM, but they cannot be read: ${messageOf(thrown)}`;
    throw new QuorateError("invalid", message, [{ path: "options.tls.ca", message }]);
  }
}

/**
 * Looks at the certificate of a finished handshake, notes how many days it has left, and says
 * whether the look may go on. getPeerX509Certificate, as getPeerCertificate costs 100 µs more.
 */
export function acceptCertificate(look: Look, socket: TLSSocket, plan: TlsPlan): boolean {
  const endsMs = Date.parse(socket.getPeerX509Certificate()?.validTo ?? "");
  if (Number.isFinite(endsMs)) {
    const days = Math.floor((endsMs - look.context.clock.wallMs()) / DAY_MS);
    look.facts["certificateDays"] = days;
    if (plan.daysMin !== undefined && days < plan.daysMin) {
      const left = days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
      const wanted = `at least ${plan.daysMin} days are expected`;
      look.fail("tls_expiry", `The certificate of ${whereOf(look)} ${left}; ${wanted}.`);
      return false;
    }
  }
  if (plan.protocol !== undefined && socket.alpnProtocol !== plan.protocol) {
    const where = whereOf(look);
    look.fail("tls_handshake", `${where} does not offer ${plan.protocol} by ALPN.`);
    return false;
  }
  return true;
}

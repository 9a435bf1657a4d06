/** TLS of a check: planned once, one SecureContext for all looks, no session carried over. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext, TLSSocket } from "node:tls";
import type { z } from "zod";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { tlsSchema } from "./options.ts";
import { hasReference } from "./secrets.ts";

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

/** Makes the plan of valid options. Throws QuorateError "invalid" for a PEM text that is none. */
export function planTls(options: z.output<typeof tlsSchema>, protocol?: string): TlsPlan {
  const { verify, serverName, daysMin } = options;
  return { context: contextOf(options), verify, serverName, protocol, daysMin };
}

function contextOf({ ca, cert, key }: z.output<typeof tlsSchema>): SecureContext {
  const common = ca === undefined && cert === undefined;
  // What holds a reference to a secret is read on the probe, where the secret is known.
  if (common || hasReference([ca, cert, key])) return (commonContext ??= createSecureContext());
  // createSecureContext takes any text as `ca` and trusts nobody then; the parser complains.
  if (ca !== undefined) readPem("ca", "certificates", () => new X509Certificate(ca));
  if (cert === undefined || key === undefined) return createSecureContext({ ca });
  const shown = readPem("cert", "certificates", () => new X509Certificate(cert));
  const secret = readPem("key", "a private key", () => createPrivateKey(key));
  if (!shown.checkPrivateKey(secret)) throw wrongPem("key", "expected the private key of `cert`");
  return createSecureContext({ ca, cert, key });
}

/** What the parser says of a key is kept out of the error: it may quote it. */
function readPem<Value>(name: "ca" | "cert" | "key", what: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    const why = name === "key" ? "" : `: ${messageOf(thrown)}`;
    throw wrongPem(name, `expected ${what} in PEM, but it cannot be read${why}`);
  }
}

function wrongPem(name: string, message: string): QuorateError {
  const path = `options.tls.${name}`;
  return new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
}

/**
 * Looks at the certificate of a finished handshake, notes how many days it has left, and says
 * whether the look may go on. getPeerX509Certificate, as getPeerCertificate costs 100 µs more.
 */
export function acceptCertificate(look: Look, socket: TLSSocket, plan: TlsPlan): boolean {
  // Kept, as Node 20 takes it out of the chain and gives it only once.
  look.certificate = socket.getPeerX509Certificate();
  const endsMs = Date.parse(look.certificate?.validTo ?? "");
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

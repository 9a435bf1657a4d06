/** Errors of the system become reasons and sentences (VERDICTS section 2). Pure. */
import type { ReasonCode } from "../../shared/reason.ts";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { quoted } from "./sentence.ts";

/** A reason of the table with its sentence. */
export interface Failure {
  reason: ReasonCode;
  detail: string;
}

/** The system call that failed (`connect`, `bind`, …); empty if the error names none. */
function syscallOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("syscall" in thrown)) return "";
  return typeof thrown.syscall === "string" ? thrown.syscall : "";
}

/** Failures of connect(2) and what comes before it; `where` is "10.0.0.7:443". */
export function connectFailure(thrown: unknown, where: string): Failure {
  const code = systemCodeOf(thrown);
  const bound = syscallOf(thrown) === "bind";
  switch (code) {
    case "ECONNREFUSED":
    case "ECONNRESET":
      return {
        reason: "connection_refused",
        detail: `Connection refused: nothing is listening on ${where}.`,
      };
    case "ETIMEDOUT":
      return { reason: "connect_timeout", detail: `${where} did not accept a connection.` };
    case "EHOSTUNREACH":
    case "EHOSTDOWN":
      return { reason: "host_unreachable", detail: `No route to the host ${where} (${code}).` };
    case "ENETUNREACH":
    case "ENETDOWN":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return {
        reason: "local_network",
        detail: `This probe has no way to reach the network of ${where} (${code}).`,
      };
    case "EADDRNOTAVAIL":
      if (bound) {
        return {
          reason: "local_network",
          detail: "The source address is not an address of this probe's machine.",
        };
      }
      return outOfSockets(code, where);
    default:
      return selfFailure(code, where) ?? internal(thrown, where);
  }
}

const outOfSockets = (code: string, where: string): Failure => ({
  reason: "out_of_sockets",
  detail: `This probe ran out of sockets or ports before it reached ${where} (${code}).`,
});

const internal = (thrown: unknown, where: string): Failure => ({
  reason: "internal",
  detail: `An error inside the probe while it looked at ${where}: ${quoted(messageOf(thrown))}.`,
});

/** An unreachable network that a router reported, although this machine has a route to it. */
export function networkUnreachable(where: string): Failure {
  return {
    reason: "host_unreachable",
    detail: `A router says that the network of ${where} cannot be reached.`,
  };
}

/** Codes that speak of the probe itself, in whatever phase they appear. */
function selfFailure(code: string, where: string): Failure | undefined {
  switch (code) {
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "ENOMEM":
    case "EADDRINUSE":
    case "EAGAIN":
      return outOfSockets(code, where);
    case "EACCES":
    case "EPERM":
      return {
        reason: "not_permitted",
        detail: `This probe's machine forbids connections to ${where} (${code}).`,
      };
    default:
      return undefined;
  }
}

/** Failures of a connection that stood. */
export function talkFailure(thrown: unknown, where: string): Failure {
  const code = systemCodeOf(thrown);
  switch (code) {
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return { reason: "connection_reset", detail: `${where} reset the connection.` };
    case "ETIMEDOUT":
      return { reason: "read_timeout", detail: `${where} stopped answering after it connected.` };
    case "EHOSTUNREACH":
    case "EHOSTDOWN":
    case "ENETUNREACH":
    case "ENETDOWN":
      return { reason: "connection_reset", detail: `The connection to ${where} broke (${code}).` };
    default:
      // In TLS 1.3 a refusal of the client may come after its handshake (RFC 8446 4.4).
      if (code.includes("ALERT")) {
        return { reason: "tls_handshake", detail: `${where} ended TLS with an alert (${code}).` };
      }
      if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
        return { reason: "protocol_error", detail: `${where} broke the TLS protocol (${code}).` };
      }
      return selfFailure(code, where) ?? internal(thrown, where);
  }
}

const CERTIFICATE_SENTENCES: Record<string, string> = {
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "comes from an authority that is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "comes from an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT: "comes from an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "comes from an authority that is not trusted",
  CERT_SIGNATURE_FAILURE: "has a wrong signature",
  CERT_UNTRUSTED: "is not trusted",
  CERT_REJECTED: "is rejected",
  CERT_REVOKED: "is revoked",
  CERT_CHAIN_TOO_LONG: "has too long a chain",
  INVALID_CA: "comes from a certificate that is no authority",
  INVALID_PURPOSE: "is not meant for a server",
  PATH_LENGTH_EXCEEDED: "has too long a chain",
};

/** Failures of the TLS handshake; `serverName` is the name the certificate must carry. */
export function tlsFailure(thrown: unknown, where: string, serverName: string): Failure {
  const code = systemCodeOf(thrown);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      reason: "tls_certificate",
      detail: `The certificate of ${where} is not for ${quoted(serverName)}.`,
    };
  }
  const sentence = CERTIFICATE_SENTENCES[code];
  if (sentence !== undefined) {
    return {
      reason: "tls_certificate",
      detail: `The certificate of ${where} ${sentence} (${code}).`,
    };
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return {
      reason: "tls_handshake",
      detail: `${where} closed the connection during the TLS handshake.`,
    };
  }
  const own = selfFailure(code, where);
  if (own !== undefined) return own;
  const hint = code.includes("WRONG_VERSION_NUMBER") ? "it does not speak TLS" : code;
  return { reason: "tls_handshake", detail: `TLS handshake with ${where} failed: ${hint}.` };
}

/** Failures of name resolution; `resolver` is the identity of the resolver asked. */
export function nameFailure(thrown: unknown, host: string, resolver: string): Failure {
  const code = systemCodeOf(thrown);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_NONAME":
      return {
        reason: "name_not_found",
        detail: `The name ${host} does not exist, says the resolver ${resolver}.`,
      };
    case "ENODATA":
    case "EAI_NODATA":
    case "EAI_ADDRFAMILY":
      return {
        reason: "name_not_found",
        detail: `The name ${host} has no address of the family asked for at ${resolver}.`,
      };
    case "ETIMEOUT":
    case "ETIMEDOUT":
      return {
        reason: "resolver_timeout",
        detail: `The resolver ${resolver} did not answer for ${host}.`,
      };
    case "EAI_MEMORY":
      return outOfSockets(code, host);
    default:
      return (
        selfFailure(code, host) ?? {
          reason: "resolver_failure",
          detail: `The resolver ${resolver} failed on ${host} (${code || "no code"}).`,
        }
      );
  }
}

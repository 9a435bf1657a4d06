import assert from "node:assert/strict";
import { test } from "node:test";
import { REASONS } from "../../../shared/reason.ts";
import type { ReasonCode } from "../../../shared/reason.ts";
import {
  connectFailure,
  nameFailure,
  talkFailure,
  tlsFailure,
} from "../../../probe/checks/failure.ts";

const WHERE = "10.0.0.7:443";

/** Sorts codes by the reason that `map` gives them, and checks that each has a sentence. */
function assertReasons(
  map: (thrown: unknown) => { reason: ReasonCode; detail: string },
  expected: Partial<Record<ReasonCode, string[]>>,
): void {
  for (const [reason, codes] of Object.entries(expected)) {
    for (const code of codes) {
      const failure = map({ code });
      assert.equal(failure.reason, reason, code);
      assert.match(failure.detail, /^[A-Z0-9].*\.$/);
    }
  }
}

test("a failure before the connection is dead, unless it is the probe's own", () => {
  assertReasons((thrown) => connectFailure(thrown, WHERE), {
    connection_refused: ["ECONNREFUSED"],
    connect_timeout: ["ETIMEDOUT"],
    host_unreachable: ["EHOSTUNREACH", "EHOSTDOWN"],
    local_network: ["ENETUNREACH", "ENETDOWN", "EAFNOSUPPORT", "EINVAL"],
    out_of_sockets: ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL", "EADDRINUSE"],
    not_permitted: ["EACCES", "EPERM"],
    internal: ["EWEIRD"],
  });
  const own = connectFailure({ code: "EADDRNOTAVAIL", syscall: "bind" }, WHERE);
  assert.equal(own.reason, "local_network");
  assert.equal(
    connectFailure({ code: "ECONNREFUSED" }, WHERE).detail,
    "Connection refused: nothing is listening on 10.0.0.7:443.",
  );
});

test("a failure after the connection is sub, unless it is the probe's own", () => {
  assertReasons((thrown) => talkFailure(thrown, WHERE), {
    connection_reset: ["ECONNRESET", "EPIPE", "ECONNABORTED", "EHOSTUNREACH", "ENETUNREACH"],
    read_timeout: ["ETIMEDOUT"],
    tls_handshake: ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"],
    protocol_error: ["EPROTO", "ERR_SSL_BAD_RECORD_TYPE"],
    out_of_sockets: ["ENOBUFS"],
    internal: ["", "EWEIRD"],
  });
});

test("a failure of the handshake tells the certificate from the rest", () => {
  assertReasons((thrown) => tlsFailure(thrown, WHERE, "shop.test"), {
    tls_certificate: [
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    tls_handshake: ["ECONNRESET", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_NO_SHARED_CIPHER"],
    out_of_sockets: ["EMFILE"],
  });
});

test("a failure of the resolver is dns, unless it is the probe's own", () => {
  assertReasons((thrown) => nameFailure(thrown, "shop.test", "10.0.0.2"), {
    name_not_found: ["ENOTFOUND", "ENODATA"],
    resolver_timeout: ["ETIMEOUT"],
    resolver_failure: ["ESERVFAIL", "EREFUSED", "ECONNREFUSED", "EAI_AGAIN", ""],
    out_of_sockets: ["EMFILE", "EAI_MEMORY"],
  });
});

test("every reason of the table says whose fault it is", () => {
  for (const [code, row] of Object.entries(REASONS)) {
    const source = { ok: null, sub: "target", dead: "target", dns: "resolver", void: "self" };
    assert.equal(row.source, source[row.class], code);
  }
});

/** The table of reasons: each says which class it has, whose fault it is, and how to say it. */

/** Whose fault a failure was. */
export type FailureSource = "target" | "resolver" | "self";

/** One row of the table of reasons. */
export interface Reason {
  /** Class of an outcome with this reason. */
  class: "ok" | "sub" | "dead" | "dns" | "void";
  /** Whose fault it is; null for ok. */
  source: FailureSource | null;
  /** Short phrase that fits "5 of 5 vantages cannot reach it (…)". */
  phrase: string;
}

const target = (outcome: "sub" | "dead", phrase: string): Reason => ({
  class: outcome,
  source: "target",
  phrase,
});
const resolver = (phrase: string): Reason => ({ class: "dns", source: "resolver", phrase });
const self = (phrase: string): Reason => ({ class: "void", source: "self", phrase });

/** Every reason a check can give, in the order of the docs. */
export const REASONS = {
  ok: { class: "ok", source: null, phrase: "passed" },
  connection_refused: target("dead", "connection refused"),
  connect_timeout: target("dead", "connection timed out"),
  host_unreachable: target("dead", "no route to the host"),
  no_reply: target("dead", "no reply"),
  connection_reset: target("sub", "connection reset"),
  connection_closed: target("sub", "connection closed early"),
  read_timeout: target("sub", "no answer in time"),
  tls_handshake: target("sub", "TLS handshake failed"),
  tls_certificate: target("sub", "certificate not accepted"),
  tls_expiry: target("sub", "certificate expires too soon"),
  tls_protocol: target("sub", "TLS version too old"),
  tls_revoked: target("sub", "certificate is revoked"),
  protocol_error: target("sub", "answer breaks the protocol"),
  http_status: target("sub", "unexpected HTTP status"),
  http_header: target("sub", "unexpected HTTP header"),
  http_body: target("sub", "unexpected body"),
  http_expression: target("sub", "expression does not hold"),
  http_redirects: target("sub", "too many redirects"),
  expect_mismatch: target("sub", "unexpected reply"),
  reply_expression: target("sub", "expression does not hold"),
  latency_limit: target("sub", "slower than its limit"),
  grpc_not_serving: target("sub", "gRPC health is NOT_SERVING"),
  grpc_unknown: target("sub", "gRPC health is UNKNOWN"),
  grpc_status: target("sub", "gRPC call failed"),
  auth_failed: target("sub", "sign-in refused"),
  service_refused: target("sub", "the service refused"),
  query_failed: target("sub", "query failed"),
  dns_rcode: target("sub", "unexpected DNS response code"),
  dns_answer: target("sub", "unexpected DNS answer"),
  packet_loss: target("sub", "packets were lost"),
  clock_offset: target("sub", "its clock is off"),
  not_synchronized: target("sub", "its clock is not synchronized"),
  plugin_warning: target("sub", "plugin says WARNING"),
  plugin_critical: target("dead", "plugin says CRITICAL"),
  push_failure: target("sub", "it reported a failure"),
  push_silence: target("dead", "no report in time"),
  must_fail: target("sub", "it passed although it must fail"),
  name_not_found: resolver("name does not resolve"),
  resolver_failure: resolver("resolver failed"),
  resolver_timeout: resolver("resolver did not answer"),
  too_late: self("started too late"),
  suspended: self("the probe was suspended"),
  out_of_sockets: self("the probe ran out of sockets or ports"),
  not_permitted: self("the probe is not permitted to do this"),
  local_network: self("the probe has no route of its own"),
  proxy_failure: self("the proxy failed"),
  no_credentials: self("no credentials could be got for the check"),
  aborted: self("the probe was stopping"),
  unsupported: self("the probe cannot run this kind of check"),
  misconfigured: self("the check is misconfigured"),
  push_waiting: self("waiting for the first report"),
  plugin_unknown: self("plugin says UNKNOWN"),
  internal: self("an error inside the probe"),
} as const satisfies Record<string, Reason>;

/** A code of the table of reasons, such as `connection_refused`. */
export type ReasonCode = keyof typeof REASONS;

/** The row of a code that may come from outside; an unknown code reads as `internal`. */
export function reasonOf(code: string): Reason {
  return isReasonCode(code) ? REASONS[code] : REASONS.internal;
}

/** Whether a text from outside is a code of the table. */
export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(REASONS, code);
}

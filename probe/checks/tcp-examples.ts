/** Examples of the tcp kind, for its docs. */
import type { CheckExample } from "./check.ts";

/**
 * The health check of a gRPC server as HAProxy's tcp-check sends it: the preface of HTTP/2, an
 * empty SETTINGS frame, HEADERS and DATA of grpc.health.v1.Health/Check for the server as a whole,
 * and the reply SERVING (a message of two bytes, field 1 is 1). RFC 9113 4.1, RFC 7541 6.2.2.
 */
const GRPC_HEALTH = [
  { send: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { send: "hex: 000000 04 00 00000000" },
  { send: "hex: 00004b 01 04 00000001" },
  { send: "hex: 83 86" },
  { send: "hex: 04 1c 2f677270632e6865616c74682e76312e4865616c74682f436865636b" },
  { send: "hex: 01 09 6c6f63616c686f7374" },
  { send: "hex: 0f10 10 6170706c69636174696f6e2f67727063" },
  { send: "hex: 00 02 7465 08 747261696c657273" },
  { send: "hex: 000005 00 01 00000001 0000000000", expect: "hex: 00 00000002 0801" },
];

/** Examples, the commonest first. */
export const TCP_EXAMPLES: readonly CheckExample[] = [
  { title: "Connecting is enough", options: { host: "db.example.com", port: 5432 } },
  {
    title: "A banner, a question and its answer, with a secret of the probe",
    options: {
      host: "cache.example.com",
      port: 6379,
      script: [
        { send: "AUTH {{password}}\r\n", expect: "+OK" },
        { send: "PING\r\n", expect: "+PONG" },
      ],
      secrets: { password: "${secret:cache-password}" },
    },
  },
  {
    title: "STARTTLS, and a certificate with days left",
    options: {
      host: "mail.example.com",
      port: 587,
      script: [
        { expect: "regex:^220 [^\\n]*\\n" },
        { send: "EHLO probe.example.com\r\n", expect: "regex:250 [^\\n]*\\n" },
        { send: "STARTTLS\r\n", expect: "220 ", startTls: true },
        { send: "EHLO probe.example.com\r\n", expect: "250 " },
      ],
      tls: { daysMin: 14 },
    },
  },
  {
    title: "The health of a gRPC server by its bytes, as HAProxy's tcp-check",
    options: { host: "orders.example.com", port: 50051, script: GRPC_HEALTH },
  },
];

/**
 * Where each check kind is, for those who load one when it is first needed: a probe looks at few
 * kinds, and all of them together are 9 MiB (test/bench/NOTES.md). A test holds this table and that
 * of index.ts together.
 */
import type { CheckKind } from "./check.ts";

/** Loads the file of a kind. */
export type LoadKind = () => Promise<CheckKind>;

/** Every kind of check by its name, in the order of `CHECK_KINDS`. */
export const KIND_FILES: ReadonlyMap<string, LoadKind> = new Map<string, LoadKind>([
  ["http", async () => (await import("./http.ts")).httpKind],
  ["multistep", async () => (await import("./multistep.ts")).multistepKind],
  ["tcp", async () => (await import("./tcp.ts")).tcpKind],
  ["grpc", async () => (await import("./grpc.ts")).grpcKind],
  ["tls", async () => (await import("./tls-kind.ts")).tlsKind],
  ["dns", async () => (await import("./dns.ts")).dnsKind],
  ["icmp", async () => (await import("./icmp.ts")).icmpKind],
  ["websocket", async () => (await import("./websocket.ts")).websocketKind],
  ["smtp", async () => (await import("./smtp.ts")).smtpKind],
  ["postgres", async () => (await import("./postgres.ts")).postgresKind],
  ["mysql", async () => (await import("./mysql.ts")).mysqlKind],
  ["redis", async () => (await import("./redis.ts")).redisKind],
  ["ntp", async () => (await import("./ntp.ts")).ntpKind],
  ["exec", async () => (await import("./exec.ts")).execKind],
  ["push", async () => (await import("./push.ts")).pushKind],
]);

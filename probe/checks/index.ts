/** All check kinds at once, and the door through which options come in. A probe has a shelf. */
import { maskOptions, unknownKind, unmaskOptions } from "../../shared/options.ts";
import type { CheckKind, CheckSite, PreparedCheck } from "./check.ts";
import { describeKind } from "./describe.ts";
import type { KindDescription } from "./describe.ts";
import { dnsKind } from "./dns.ts";
import { execKind } from "./exec.ts";
import { grpcKind } from "./grpc.ts";
import { httpKind } from "./http.ts";
import { icmpKind } from "./icmp.ts";
import { multistepKind } from "./multistep.ts";
import { mysqlKind } from "./mysql.ts";
import { ntpKind } from "./ntp.ts";
import { postgresKind } from "./postgres.ts";
import { prepareKind } from "./prepare.ts";
import { pushKind } from "./push.ts";
import { redisKind } from "./redis.ts";
import { smtpKind } from "./smtp.ts";
import { tcpKind } from "./tcp.ts";
import { tlsKind } from "./tls-kind.ts";
import { websocketKind } from "./websocket.ts";

/** Every kind of check; a new kind is one file, one line here, and one in `table.ts`. */
export const CHECK_KINDS: readonly CheckKind[] = [
  httpKind,
  multistepKind,
  tcpKind,
  grpcKind,
  tlsKind,
  dnsKind,
  icmpKind,
  websocketKind,
  smtpKind,
  postgresKind,
  mysqlKind,
  redisKind,
  ntpKind,
  execKind,
  pushKind,
];

const BY_NAME: ReadonlyMap<string, CheckKind> = new Map(
  CHECK_KINDS.map((kind) => [kind.kind, kind]),
);

/** The kind of that name; undefined if there is none. */
export function checkKind(name: string): CheckKind | undefined {
  return BY_NAME.get(name);
}

/**
 * Validates options and makes a check of them. Throws QuorateError "invalid" with one issue for
 * everything wrong: path `kind` for an unknown kind, else a path that begins with `options`.
 * `site` is given where the check will run, and undefined where a target is only validated.
 */
export function prepareCheck(name: string, options: unknown, site?: CheckSite): PreparedCheck {
  const kind = checkKind(name);
  if (kind === undefined) throw unknownKind(name, "check", CHECK_KINDS);
  return prepareKind(kind, options, site);
}

/** What every kind says of itself, in the order of the table; made when first asked for. */
export function describeKinds(): KindDescription[] {
  return (described ??= CHECK_KINDS.map(describeKind));
}

let described: KindDescription[] | undefined;

/** Options as they may be shown: secrets read `***`; of an unknown kind everything does. */
export function redactOptions(
  name: string,
  options: Record<string, unknown>,
): Record<string, unknown> {
  return maskOptions(options, checkKind(name)?.secretOptions);
}

/**
 * Options of a write in which `***` stands for the secret that is stored. Throws QuorateError
 * "invalid" where nothing is stored; give `{}` as `stored` for a target that is new or was of
 * another kind.
 */
export function mergeSecretOptions(
  name: string,
  options: Record<string, unknown>,
  stored: Record<string, unknown>,
): Record<string, unknown> {
  return unmaskOptions(options, stored, checkKind(name)?.secretOptions ?? []);
}

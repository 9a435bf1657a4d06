/** Flags of `quorate aggregator` that say who may ask, from where, and how people sign in. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { QuorateError } from "../../shared/errors.ts";
import { isLoopbackHost } from "../../shared/host-port.ts";
import { networksOf } from "../../shared/networks.ts";
import { parseOidcRole } from "../../shared/oidc.ts";
import type { OidcOptions, OidcRole } from "../../shared/oidc.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { durationOption } from "./parse.ts";

/** Flags that are about an identity provider, as commander reads them. */
interface RawOidcFlags {
  oidcIssuer?: string;
  oidcClientId?: string;
  oidcClientSecretFile?: string;
  oidcScopes: string;
  oidcRole?: OidcRole[];
}

/** What the flags say that are taken as they are. */
interface PlainAccessFlags {
  /** Networks of proxies whose X-Forwarded-* headers are believed. */
  trustProxy?: string[];
  /** Origins of other sites whose pages may use the API with a token. */
  corsOrigin?: string[];
  /** Time without a request after which a browser is signed out, milliseconds. */
  sessionIdle: number;
  /** Time after which a browser is signed out in any case, milliseconds. */
  sessionMax: number;
}

/** The flags as commander reads them. */
export type RawAccessFlags = PlainAccessFlags & RawOidcFlags;

/** What they say, checked together. */
export interface AccessFlags extends PlainAccessFlags {
  /** Identity provider where people sign in; absent: none. */
  oidc?: OidcOptions;
}

/** Adds the flags. */
export function addAccessFlags(command: Command): Command {
  const again = "; may be given again";
  return command
    .optionsGroup("Who may ask:")
    .addOption(
      new Option("--trust-proxy <cidr>", `believe X-Forwarded-* of this network${again}`).argParser(
        collectNetwork,
      ),
    )
    .addOption(
      new Option("--cors-origin <origin>", `let pages of this site use the API${again}`).argParser(
        collectOrigin,
      ),
    )
    .addOption(durationOption("--session-idle <duration>", "sign out browsers not used for", "12h"))
    .addOption(durationOption("--session-max <duration>", "sign out browsers after", "7d"))
    .option("--oidc-issuer <url>", "identity provider where people sign in (default: none)")
    .option("--oidc-client-id <id>", "id of this aggregator there")
    .option("--oidc-client-secret-file <file>", "file with its secret there (default: it has none)")
    .option("--oidc-scopes <scopes>", "what the provider is asked for", "openid profile email")
    .addOption(
      new Option(
        "--oidc-role <scope=claim:value>",
        `who may do what, such as admin=groups:sre${again}`,
      ).argParser(collectRole),
    );
}

/** Checks the flags together; throws a usage error with what is missing. */
export function withAccess<Raw extends RawAccessFlags & { publicUrl?: string }>(raw: Raw) {
  const { oidcIssuer, oidcClientId, oidcClientSecretFile, oidcScopes, oidcRole, ...rest } = raw;
  if (rest.sessionIdle < 60_000 || rest.sessionMax < rest.sessionIdle) {
    throw new UsageError("Expected --session-idle of 1m or more, and --session-max no less.");
  }
  const said = { oidcIssuer, oidcClientId, oidcClientSecretFile, oidcScopes, oidcRole };
  const oidc = oidcOf({ ...said, publicUrl: rest.publicUrl });
  return oidc === null ? rest : { ...rest, oidc };
}

/** The flags, with what is absent as undefined. */
type SaidOidc = { [Flag in keyof RawOidcFlags]: RawOidcFlags[Flag] | undefined } & {
  publicUrl: string | undefined;
};

function oidcOf(raw: SaidOidc): OidcOptions | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcRole: roles = [], publicUrl } = raw;
  if (issuer === undefined) {
    const others = clientId ?? raw.oidcClientSecretFile ?? raw.oidcRole;
    if (others === undefined) return null;
    throw new UsageError("Expected --oidc-issuer beside the other --oidc flags; found none.");
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(host));
  if (!isSafe) {
    throw new UsageError("Expected --oidc-issuer https://…, or http on this machine to try it.");
  }
  if (clientId === undefined || roles.length === 0 || publicUrl === undefined) {
    const missing = "--oidc-client-id, --oidc-role and --public-url";
    throw new UsageError(`Expected ${missing} beside --oidc-issuer; at least one is missing.`);
  }
  const file = raw.oidcClientSecretFile;
  const clientSecret = file === undefined ? null : readSecretFile(file);
  return { issuer, clientId, clientSecret, roles, scopes: raw.oidcScopes };
}

function collectNetwork(text: string, previous: readonly string[] = []): string[] {
  return asUsage(() => {
    networksOf([text]);
    return [...previous, text];
  });
}

function collectOrigin(text: string, previous: readonly string[] = []): string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (/^https?:/.test(origin) && origin === text) return [...previous, origin];
  throw new InvalidArgumentError("Expected an origin such as https://grafana.example.");
}

function collectRole(text: string, previous: readonly OidcRole[] = []): OidcRole[] {
  return asUsage(() => [...previous, parseOidcRole(text)]);
}

/** What a shared reader refuses is a usage error of the command line. */
function asUsage<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof QuorateError ? new InvalidArgumentError(thrown.message) : thrown;
  }
}

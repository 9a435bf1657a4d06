/** Signing in by OpenID Connect: where, as whom, and what people may do then. */
import { QuorateError } from "./errors.ts";

/** A scope for everybody who has a value of a claim. */
export interface OidcRole {
  scope: "admin" | "write" | "read";
  /** Name of the claim, or a path of names with dots. */
  claim: string;
  value: string;
}

/** What an operator says of the identity provider. */
export interface OidcOptions {
  /** As it names itself; under it is `/.well-known/openid-configuration`. */
  issuer: string;
  clientId: string;
  /** Null: a public client, which PKCE protects. */
  clientSecret: string | null;
  roles: readonly OidcRole[];
  /** Scopes that are asked for. Default `openid profile email`. */
  scopes?: string | undefined;
}

/** Reads a role such as `admin=groups:sre`; throws invalid with a sentence. */
export function parseOidcRole(text: string): OidcRole {
  const [, scope = "", claim = "", value = ""] = /^([a-z]+)=([^:]+):(.+)$/.exec(text) ?? [];
  if (scope === "admin" || scope === "write" || scope === "read") return { scope, claim, value };
  const expected = "Expected SCOPE=CLAIM:VALUE with scope admin, write or read";
  const found = JSON.stringify(text.slice(0, 200));
  throw new QuorateError("invalid", `${expected}, such as admin=groups:sre; found ${found}.`);
}

/** The greatest scope that claims give; null: none of the roles is theirs. */
export function scopeOfClaims(
  roles: readonly OidcRole[],
  claims: Readonly<Record<string, unknown>>,
): OidcRole["scope"] | null {
  const held = roles.filter(({ claim, value }) => valuesOf(claims, claim).includes(value));
  const scopes = held.map(({ scope }) => scope);
  return (["admin", "write", "read"] as const).find((scope) => scopes.includes(scope)) ?? null;
}

/** The values of a claim as texts; a name with dots may also be a path, as Keycloak has them. */
function valuesOf(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : atPath(claims, claim.split("."));
  const values: readonly unknown[] = Array.isArray(found) ? found : [found];
  return values.filter((value) => typeof value === "string");
}

function atPath(claims: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => {
    const isHere = typeof at === "object" && at !== null && Object.hasOwn(at, name);
    return isHere ? Reflect.get(at, name) : undefined;
  }, claims);
}

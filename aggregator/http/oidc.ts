/**
 * Signing in by OpenID Connect: authorization code flow with PKCE, state and nonce.
 * Source: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
import type { ClientAuth, Configuration, IDToken } from "openid-client";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { scopeOfClaims } from "../../shared/oidc.ts";
import type { OidcOptions } from "../../shared/oidc.ts";
import type { PersonScope } from "../ports.ts";

/** What must be the same when the browser comes back. */
export interface PendingLogin {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A person whom the identity provider knows and who has a role here. */
export interface OidcPerson {
  /** Name for people, with the subject, which alone says who it is. */
  who: string;
  scope: PersonScope;
}

/** The identity provider. */
export interface OidcProvider {
  /** Where to send the browser; throws unavailable when the provider does not answer. */
  begin(): Promise<{ url: URL; login: PendingLogin }>;
  /** Who came back with this query; throws with a sentence when it is nobody with a role. */
  finish(query: string, login: PendingLogin): Promise<OidcPerson>;
}

/** What the provider works with. */
export interface OidcProviderDeps extends OidcOptions {
  /** Where the provider sends the browser back to. */
  redirectUri: string;
}

/** Time for one request to the provider. */
const TIMEOUT_S = 10;

/** Creates the client of a provider; nothing is asked before the first sign-in. */
export function createOidcProvider(deps: OidcProviderDeps): OidcProvider {
  const { redirectUri, scopes = "openid profile email" } = deps;
  let known: Promise<Configuration> | null = null;

  /** Asks once what the provider can do, and again when that failed. */
  async function configuration(): Promise<Configuration> {
    known ??= discover(deps);
    try {
      return await known;
    } catch (error) {
      known = null;
      throw unreachable(deps.issuer, error);
    }
  }

  return {
    begin: async () => {
      const client = await library();
      const config = await configuration();
      const login = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
      };
      const { state, nonce } = login;
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: scopes,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(login.codeVerifier),
        code_challenge_method: "S256",
      });
      return { url, login };
    },
    finish: async (query, { state, nonce, codeVerifier }) => {
      const client = await library();
      const config = await configuration();
      const back = new URL(redirectUri);
      back.search = query;
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      try {
        const tokens = await client.authorizationCodeGrant(config, back, checks);
        const claims = tokens.claims();
        if (claims === undefined) throw new QuorateError("forbidden", "It sent no ID token.");
        return personOf(deps, await withUserInfo(deps, { config, tokens, claims }));
      } catch (error) {
        throw error instanceof QuorateError ? error : refused(deps.issuer, error);
      }
    },
  };
}

/** Loaded by the first sign-in: an aggregator without a provider does not need it. */
const library = () => import("openid-client");

async function discover({ issuer, clientId, clientSecret }: OidcOptions): Promise<Configuration> {
  const client = await library();
  const url = new URL(issuer);
  // The signature is checked though the token comes straight from the provider: it costs little.
  const execute = [client.enableNonRepudiationChecks];
  // Without TLS on this machine only; the command line refuses it elsewhere.
  if (url.protocol === "http:") execute.push(client.allowInsecureRequests);
  const auth: ClientAuth =
    clientSecret === null
      ? client.None()
      : (server, ...rest) => {
          const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
          const isBasic = methods.includes("client_secret_basic");
          const authenticate = isBasic ? client.ClientSecretBasic : client.ClientSecretPost;
          authenticate(clientSecret)(server, ...rest);
        };
  return client.discovery(url, clientId, {}, auth, { execute, timeout: TIMEOUT_S });
}

type Claims = Readonly<Record<string, unknown>>;

/** Roles may stand in the ID token, or only where the access token asks for them. */
async function withUserInfo(
  { roles }: OidcOptions,
  answer: { config: Configuration; tokens: { access_token: string }; claims: IDToken },
): Promise<Claims> {
  const { config, tokens, claims } = answer;
  const hasMore = config.serverMetadata().userinfo_endpoint !== undefined;
  if (scopeOfClaims(roles, claims) !== null || !hasMore) return claims;
  const { fetchUserInfo } = await library();
  return { ...claims, ...(await fetchUserInfo(config, tokens.access_token, claims.sub)) };
}

function personOf({ roles }: OidcOptions, claims: Claims): OidcPerson {
  const who = nameOf(claims);
  const scope = scopeOfClaims(roles, claims);
  if (scope !== null) return { who, scope };
  const wanted = roles.map(({ claim, value }) => `${claim}=${value}`).join(" or ");
  const sentence = `${who} is known to the identity provider, and has no role here.`;
  throw new QuorateError("forbidden", `${sentence} Expected the claim ${wanted}.`);
}

/** Such as "ann (00u1ab)": names may change hands, the subject does not. */
function nameOf(claims: Claims): string {
  const subject = String(claims["sub"]).slice(0, 100);
  const names = ["preferred_username", "email", "name"].map((claim) => claims[claim]);
  const name = names.find((one) => typeof one === "string" && one !== "" && one !== subject);
  return typeof name === "string" ? `${name.slice(0, 100)} (${subject})` : subject;
}

function unreachable(issuer: string, error: unknown): QuorateError {
  const sentence = `The identity provider ${issuer} does not answer as one: ${reasonOf(error)}.`;
  return new QuorateError("unavailable", `${sentence} Sign in with a token, or try again.`);
}

function refused(issuer: string, error: unknown): QuorateError {
  const sentence = `The sign-in at ${issuer} did not succeed: ${reasonOf(error)}.`;
  return new QuorateError("forbidden", `${sentence} Begin again.`);
}

/** The code and the words of the library; what the provider sent is not in them. */
function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return messageOf(error);
  const told = "error" in error && typeof error.error === "string" ? error.error : "";
  const cause = "cause" in error && error.cause instanceof Error ? error.cause.message : "";
  const words = [messageOf(error), told, cause].filter((word) => word !== "");
  return [...new Set(words)].join(", ").slice(0, 300);
}

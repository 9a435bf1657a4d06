/** Tokens by OAuth2 client credentials (RFC 6749 4.4): one for all looks, until it expires. */
import { z } from "zod";
import { openConnection } from "./connect.ts";
import { compileExpectations } from "./http-assert.ts";
import { ask } from "./http-exchange.ts";
import type { Exchange } from "./http-exchange.ts";
import { httpSchema } from "./http-options.ts";
import type { HttpOptions } from "./http-options.ts";
import { payloadOf } from "./http-payload.ts";
import { firstHop } from "./http-request.ts";
import { jsonOrNull } from "./expression.ts";
import { startPart } from "./look.ts";
import type { Look } from "./look.ts";
import { planTls } from "./tls.ts";

/** Gives the token of a check. */
export interface TokenSource {
  /** Calls `got` with a token, at once if one is known; what goes wrong ends the look as void. */
  get(look: Look, got: (token: string) => void): void;
  /** The target refused the token: the next look asks for another. */
  forget(): void;
}

/** Time before its end at which a token is no longer used: the look may last. */
const MARGIN_MS = 30_000;
/** Life of a token whose server does not say (RFC 6749 5.1 only recommends that it does). */
const DEFAULT_LIFE_S = 300;
const LIFE_S_MAX = 86_400;

const tokenSchema = z.object({
  access_token: z
    .string()
    .min(1)
    .max(8_192)
    .regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** Creates the source for the options of a check. */
export function createTokenSource(
  options: NonNullable<HttpOptions["oauth2"]>,
  from: Pick<HttpOptions, "family" | "resolver" | "sourceAddress" | "tls">,
): TokenSource {
  const { tokenUrl } = options;
  const request = requestOf(options, from);
  let known: { token: string; untilMs: number } | undefined;
  return {
    forget: () => void (known = undefined),
    get(look, got) {
      const { clock } = look.context;
      if (known !== undefined && clock.monoMs() < known.untilMs) return got(known.token);
      const where = new URL(tokenUrl).host;
      const part = startPart(look, (outcome) => ({
        reason: "no_credentials",
        detail: `There is no token from ${where}: ${outcome.detail}`,
      }));
      part.hide(options.clientSecret);
      const taken = (body: Buffer): void => {
        const read = tokenSchema.safeParse(jsonOrNull(body.toString("utf8")));
        if (!read.success) {
          return look.fail("no_credentials", `${where} answered without an access_token.`);
        }
        const { access_token: token, expires_in: lifeS = DEFAULT_LIFE_S } = read.data;
        const lifeMs = Math.min(lifeS, LIFE_S_MAX) * 1_000;
        // A token of a short life serves at least the looks of half of it.
        known = { token, untilMs: clock.monoMs() + Math.max(lifeMs / 2, lifeMs - MARGIN_MS) };
        part.release();
        look.part = undefined;
        look.release = () => undefined;
        look.restart();
        got(token);
      };
      const exchange: Exchange = { ...request, passed: (_asking, { body }) => taken(body) };
      const hop = firstHop(exchange, options.tokenUrl);
      ask(exchange, { look: part, hop, redirects: 0, jar: undefined });
    },
  };
}

function requestOf(
  options: NonNullable<HttpOptions["oauth2"]>,
  from: Pick<HttpOptions, "family" | "resolver" | "sourceAddress" | "tls">,
): Omit<Exchange, "passed"> {
  const { tokenUrl, clientId, clientSecret, scope, audience, clientAuth } = options;
  const form: Record<string, string> = { grant_type: "client_credentials" };
  if (scope !== undefined) form["scope"] = scope;
  if (audience !== undefined) form["audience"] = audience;
  if (clientAuth === "body")
    Object.assign(form, { client_id: clientId, client_secret: clientSecret });
  // RFC 6749 2.3.1: both are form-encoded before they go into Basic.
  const encoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
  const basic = { user: encoded(clientId), password: encoded(clientSecret) };
  const credentials = clientAuth === "basic" ? { basicAuth: basic } : {};
  const { ca, verify } = from.tls;
  const asked = httpSchema.parse({
    url: tokenUrl,
    method: "POST",
    form,
    headers: { accept: "application/json" },
    family: from.family,
    tls: { ...(ca === undefined ? {} : { ca }), verify },
    ...credentials,
  });
  const { resolver, sourceAddress } = from;
  const requested = { ...asked, resolver, sourceAddress };
  return {
    options: requested,
    payload: payloadOf(requested),
    tls: planTls(requested.tls),
    expect: compileExpectations(requested, "options.oauth2"),
    wantsBody: true,
    bodyBytesMax: 65_536,
    maxRedirects: 0,
    dial: openConnection,
  };
}

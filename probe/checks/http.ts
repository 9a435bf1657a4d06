/** The http kind: one request on a new connection, and what is expected of its answer. */
import { LIMITS } from "../../shared/limits.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Dial } from "./connect.ts";
import { compileExpectations } from "./http-assert.ts";
import { createCookieJar } from "./http-cookies.ts";
import { ask } from "./http-exchange.ts";
import type { Exchange } from "./http-exchange.ts";
import { HTTP_EXAMPLES, httpSchema } from "./http-options.ts";
import type { HttpOptions } from "./http-options.ts";
import { payloadOf } from "./http-payload.ts";
import { throughProxy } from "./http-proxy.ts";
import { firstHops, httpSecrets, tailOf, withHeaders } from "./http-request.ts";
import type { Hop } from "./http-request.ts";
import { createTokenSource } from "./http-token.ts";
import type { TokenSource } from "./http-token.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { planTls } from "./tls.ts";
import type { TlsPlan } from "./tls.ts";

/** The http kind. */
export const httpKind: CheckKind<typeof httpSchema> = {
  kind: "http",
  summary: "Sends one HTTP request; a body of which nothing is expected is not read.",
  schema: httpSchema,
  examples: HTTP_EXAMPLES,
  secretOptions: [
    "secretHeaders",
    "bearerToken",
    "basicAuth",
    "oauth2.clientSecret",
    "proxy.password",
    "tls.key",
  ],
  prepare: prepareHttp,
};

function prepareHttp(options: HttpOptions): PreparedCheck {
  const { url, method, oauth2, latencyLimitMs } = options;
  const { exchange, secrets, keepsCookies, tail } = commonOf(options);
  const hops = firstHops(exchange, url, tail);
  const tokens = oauth2 === undefined ? undefined : createTokenSource(oauth2, options);
  return {
    endpoint: `${method} ${shownUrl(url)}`,
    run(context, done) {
      const ended = tokens === undefined ? done : forgetting(tokens, done);
      const look = startLook({ context, done: ended, secrets, latencyLimitMs });
      const jar = keepsCookies ? createCookieJar() : undefined;
      const begin = (hop: Hop): void => ask(exchange, { look, hop, redirects: 0, jar });
      if (tokens === undefined) begin(hops());
      else withToken(tokens, look, (more) => begin(withHeaders(hops(), more)));
      return abortOf(look);
    },
  };
}

/** What a check needs that all with the same options but the URL have in common. */
interface Common {
  exchange: Exchange;
  secrets: readonly string[];
  keepsCookies: boolean;
  tail: string | undefined;
}

/** Common parts by their options, those used longest ago first. */
const commons = new Map<string, Common>();

/** The common part for some options; those with secrets share with nobody, and are not kept. */
function commonOf(options: HttpOptions): Common {
  const secrets = httpSecrets(options);
  if (secrets.length > 0 || options.tls.key !== undefined) return newCommon(options, secrets);
  const key = JSON.stringify({ ...options, url: "" });
  const common = commons.get(key) ?? newCommon(options, secrets);
  commons.delete(key);
  commons.set(key, common);
  const [oldest] = commons.keys();
  if (commons.size > LIMITS.sharedOptionsMax && oldest !== undefined) commons.delete(oldest);
  return common;
}

function newCommon(options: HttpOptions, secrets: readonly string[]): Common {
  const { maxRedirects, bodyBytesMax } = options;
  const tls = planTls(options.tls, options.httpVersion === "2" ? "h2" : undefined);
  const exchange: Exchange = {
    options,
    payload: payloadOf(options),
    tls,
    expect: compileExpectations(options, "options"),
    wantsBody: false,
    bodyBytesMax,
    maxRedirects,
    dial: dialOf(options, tls),
    passed: ({ look }) => look.pass(),
  };
  const keepsCookies = options.cookies && maxRedirects > 0;
  return { exchange, secrets, keepsCookies, tail: tailOf(exchange, options.url) };
}

/** How a check connects. */
export function dialOf({ proxy }: Pick<HttpOptions, "proxy">, tls: TlsPlan): Dial {
  return proxy === undefined ? openConnection : throughProxy(proxy, tls);
}

function withToken(
  tokens: TokenSource,
  look: Look,
  got: (headers: Record<string, string>) => void,
): void {
  tokens.get(look, (token) => {
    look.hide(token);
    got({ authorization: `Bearer ${token}` });
  });
}

/** A target that does not take the token wants a newer one, though it has not expired. */
function forgetting(tokens: TokenSource, done: (outcome: CheckOutcome) => void) {
  return (outcome: CheckOutcome): void => {
    if (outcome.facts?.["status"] === 401) tokens.forget();
    done(outcome);
  };
}

/** A URL without its query, which may hold what no log should. */
function shownUrl(href: string): string {
  const { origin, pathname, search } = new URL(href);
  const shown = `${origin}${pathname}${search === "" ? "" : "?…"}`;
  // The same text need not be kept twice.
  return shown === href ? href : shown;
}

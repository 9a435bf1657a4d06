/** The http kind: one request on a new connection, and what is expected of its answer. */
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
import { firstHop, httpSecrets, withHeaders } from "./http-request.ts";
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
  const { latencyLimitMs, maxRedirects, oauth2, bodyBytesMax } = options;
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
  const first = firstHop(exchange);
  const secrets = httpSecrets(options);
  const keepsCookies = options.cookies && maxRedirects > 0;
  const tokens = oauth2 === undefined ? undefined : createTokenSource(oauth2, options);
  return {
    endpoint: `${options.method} ${shownUrl(first.url)}`,
    run(context, done) {
      const ended = tokens === undefined ? done : forgetting(tokens, done);
      const look = startLook({ context, done: ended, secrets, latencyLimitMs });
      const jar = keepsCookies ? createCookieJar() : undefined;
      const begin = (hop: Hop): void => ask(exchange, { look, hop, redirects: 0, jar });
      if (tokens === undefined) begin(first);
      else withToken(tokens, look, (more) => begin(withHeaders(first, more)));
      return abortOf(look);
    },
  };
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
function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

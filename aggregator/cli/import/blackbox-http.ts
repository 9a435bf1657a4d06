/** The http prober of the blackbox exporter as options of the http check. */
import type { Fields } from "./fields.ts";
import { fieldsOf, isValues } from "./fields.ts";
import { fileMark, tlsOptions } from "./blackbox-tls.ts";
import { headerOptions, shownAddress, withoutQuerySecrets, withoutSignIn } from "./measures.ts";
import type { Prober } from "./blackbox-tls.ts";

type Options = Record<string, unknown>;

/** Makes the check of a target. */
export function httpModule(prober: Prober): { kind: string; options: Options } | null {
  const { probe, target, secret } = prober;
  const { url, user, password } = withoutSignIn(
    /^https?:\/\//i.test(target) ? target : `http://${target}`,
  );
  if (!/^https?:\/\//i.test(target) && /^[a-z]+:\/\//i.test(target)) {
    prober.tell("(all)", `expected an address of http, found ${shownAddress(target)}`);
    return null;
  }
  const statuses = probe.list("valid_status_codes").map(Number).filter(Number.isInteger);
  const method = probe.text("method");
  const follows =
    (probe.flag("follow_redirects") ?? true) && probe.flag("no_follow_redirects") !== true;
  const tls = tlsOptions(probe.map("tls_config"), prober);
  const body = probe.text("body");
  const compression = probe.text("compression");
  const options: Options = {
    url: withoutQuerySecrets(url, secret),
    ...(method === undefined ? {} : { method }),
    ...headerOptions([...probe.pairs("headers"), ...httpHeaders(probe)], secret),
    ...(body === undefined ? bodyFile(prober) : { body }),
    ...(statuses.length === 0 ? {} : { expectedStatus: statuses }),
    maxRedirects: follows ? 10 : 0,
    ...(compression === undefined || compression === "identity" ? {} : { compressed: true }),
    ...expectations(prober),
    ...headerExpectations(prober),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...signIn(prober, user, password),
    ...proxy(prober),
  };
  leaveRest(prober, url);
  return { kind: "http", options };
}

function httpHeaders(probe: Fields): [string, string][] {
  const headers = probe.map("http_headers");
  return (headers?.names() ?? []).flatMap((name) => {
    const one = headers?.map(name);
    const values = [...(one?.texts("values") ?? []), ...(one?.texts("secrets") ?? [])];
    one?.leave("files", "give its value as a secret of the probes");
    return values.slice(0, 1).map((value): [string, string] => [name, value]);
  });
}

function bodyFile({ probe, folder, tell }: Prober): Options {
  const path = probe.text("body_file");
  if (path === undefined) return {};
  const body = fileMark(folder, path);
  if (body !== null) return { body };
  tell("body_file", `${path} cannot be read here`);
  return {};
}

/** What the body must be, and how it must not be: one pattern, or an expression. */
function expectations({ probe, tell }: Prober): Options {
  const must = probe.texts("fail_if_body_not_matches_regexp");
  const never = probe.texts("fail_if_body_matches_regexp");
  const holds = probe.text("fail_if_body_json_not_matches_cel");
  const breaks = probe.text("fail_if_body_json_matches_cel");
  for (const [name, said] of [
    ["fail_if_body_json_not_matches_cel", holds],
    ["fail_if_body_json_matches_cel", breaks],
  ] as const) {
    if (said !== undefined) tell(name, "write it as an expression on json instead of body");
  }
  if (must.length === 1 && never.length === 0) {
    const [, flags = "", pattern = ""] = /^(?:\(\?([imsu]+)\))?(.*)$/s.exec(must[0] ?? "") ?? [];
    return { bodyMatches: pattern, ...(flags === "" ? {} : { bodyMatchesFlags: flags }) };
  }
  const tests = [
    ...must.map((pattern) => `body.matches(${JSON.stringify(pattern)})`),
    ...never.map((pattern) => `!body.matches(${JSON.stringify(pattern)})`),
  ];
  return tests.length === 0 ? {} : { expression: tests.join(" && ") };
}

function headerExpectations({ probe, tell }: Prober): Options {
  const matches: [string, string][] = [];
  for (const value of probe.list("fail_if_header_not_matches")) {
    const one = isValues(value)
      ? fieldsOf(value, { tell, prefix: "fail_if_header_not_matches." })
      : undefined;
    const [header, regexp] = [one?.text("header"), one?.text("regexp")];
    if (one?.flag("allow_missing") === true)
      tell("fail_if_header_not_matches.allow_missing", "the header has to be there");
    one?.end();
    if (header !== undefined && regexp !== undefined) matches.push([header, regexp]);
  }
  const absent: string[] = [];
  for (const value of probe.list("fail_if_header_matches")) {
    const one = isValues(value)
      ? fieldsOf(value, { tell, prefix: "fail_if_header_matches." })
      : undefined;
    const [header, regexp] = [one?.text("header") ?? "", one?.text("regexp") ?? ""];
    one?.skip("allow_missing");
    if (/^(?:\.\*|\.\+)$/.test(regexp)) absent.push(header);
    else tell("fail_if_header_matches", `${header}: write it as an expression on headers`);
  }
  return {
    ...(matches.length === 0 ? {} : { headerMatches: Object.fromEntries(matches) }),
    ...(absent.length === 0 ? {} : { headerAbsent: absent }),
  };
}

function signIn({ probe, secret }: Prober, user?: string, password?: string): Options {
  const basic = probe.map("basic_auth");
  const bearer = probe.map("authorization");
  const oauth2 = probe.map("oauth2");
  const token = probe.text("bearer_token") ?? bearer?.text("credentials");
  probe.leave("bearer_token_file", "give bearerToken as a secret of the probes");
  bearer?.skip("type");
  const files: readonly (readonly [Fields | undefined, string, string])[] = [
    [basic, "password_file", "basicAuth.password"],
    [basic, "username_file", "basicAuth.user"],
    [bearer, "credentials_file", "bearerToken"],
    [oauth2, "client_secret_file", "oauth2.clientSecret"],
  ];
  for (const [fields, name, option] of files) {
    fields?.leave(name, `give ${option} as a secret of the probes`);
  }
  const [name, pass] = [basic?.text("username") ?? user, basic?.text("password") ?? password];
  basic?.end();
  bearer?.end();
  const options: Options = {
    ...(token === undefined ? {} : { bearerToken: secret("token", token) }),
    ...(name === undefined || (basic !== undefined && pass === undefined)
      ? {}
      : { basicAuth: { user: name, password: secret("password", pass ?? "") } }),
    ...(oauth2 === undefined ? {} : { oauth2: oauthOf(oauth2, secret) }),
  };
  return options;
}

function oauthOf(oauth2: Fields, secret: Prober["secret"]): Options {
  const scope = oauth2.texts("scopes").join(" ");
  const said = {
    tokenUrl: oauth2.text("token_url") ?? "",
    clientId: oauth2.text("client_id") ?? "",
    clientSecret: secret("client secret", oauth2.text("client_secret") ?? ""),
    ...(scope === "" ? {} : { scope }),
  };
  oauth2.end();
  return said;
}

function proxy({ probe, secret }: Prober): Options {
  const found = probe.text("proxy_url");
  if (found === undefined) return {};
  const { url, user, password } = withoutSignIn(found);
  const sign =
    user === undefined ? {} : { user, password: secret("proxy password", password ?? "") };
  return { proxy: { url, ...sign } };
}

function leaveRest({ probe, changed }: Prober, url: string): void {
  if (probe.flag("fail_if_not_ssl") === true && !url.startsWith("https:")) {
    changed("fail_if_not_ssl", "write the address with https:// to look at nothing else");
  }
  probe.leave("fail_if_ssl", "write the address with http:// and no redirects");
  probe.leave("valid_http_versions", "the option httpVersion says which version is spoken");
  probe.leave("proxy_from_environment", "give the option proxy");
  probe.leave("no_proxy", "give the option proxy only where one is needed");
  probe.leave("proxy_connect_header", "there is nothing like it here");
  probe.leave("body_size_limit", "bodyBytesMax bounds what is read");
  probe.skip("skip_resolve_phase_with_proxy", "use_proxy_dns", "enable_http2", "enable_http3");
}

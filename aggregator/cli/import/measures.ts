/** Times, addresses and names as other tools write them. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration such as `90s` or `1h30m`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|[smhdwy]))+$/.test(text)) {
    return text === "0" ? 0 : undefined;
  }
  let sum = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)(ns|us|µs|ms|[smhdwy])/g)) {
    sum += Number(count) * (UNIT_MS[unit] ?? 0);
  }
  return Math.round(sum);
}

/** A host and a port as they stand in an address; either may be absent. */
export interface Place {
  host: string;
  port: number | undefined;
}

/** Splits `host`, `host:port` or `[address]:port`; null when it is neither. */
export function placeOf(text: string): Place | null {
  const [, six, name, port] = /^(?:\[([^\]]+)\]|([^:/?#@\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? name;
  if (host !== undefined) return { host, port: port === undefined ? undefined : Number(port) };
  // An IPv6 address without brackets has no port.
  return /^[0-9a-f:.%]+$/i.test(text) && text.includes("::")
    ? { host: text, port: undefined }
    : null;
}

/** Whether the value of a header of this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  return /auth|cookie|token|key|secret|passw|credential|signature|session/i.test(name);
}

/** Headers as options: those that are likely to be secrets apart. */
export function headerOptions(
  headers: readonly (readonly [string, string])[],
  secret: (name: string, value: string) => string,
): Record<string, unknown> {
  const shown = headers.filter(([name]) => !isSecretName(name));
  const hidden = headers.filter(([name]) => isSecretName(name));
  const kept = hidden.map(([name, value]) => [name, secret(name, value)] as const);
  return {
    ...(shown.length === 0 ? {} : { headers: Object.fromEntries(shown) }),
    ...(kept.length === 0 ? {} : { secretHeaders: Object.fromEntries(kept) }),
  };
}

/** A URL without its sign-in, and the sign-in; the text as it is when it has none. */
export function withoutSignIn(url: string): {
  url: string;
  user: string | undefined;
  password: string | undefined;
} {
  const [, scheme = "", sign, rest = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is.exec(url) ?? [];
  if (sign === undefined) return { url, user: undefined, password: undefined };
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(sign) ?? [];
  return { url: scheme + rest, user: decoded(user), password: decoded(password) };
}

/** The URL with each parameter that is likely to be a secret as a variable. */
export function withoutQuerySecrets(
  url: string,
  secret: (part: string, value: string) => string,
): string {
  return url.replaceAll(/([?&][^=&#]+)=([^&#]+)/g, (whole, key: string, value: string) => {
    return isSecretName(key) ? `${key}=${secret(key.slice(1), value)}` : whole;
  });
}

/** An address without what may be secret in it, for reports. */
export function shownAddress(address: string): string {
  return withoutSignIn(address).url.replace(/[?#].*$/s, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is one.
    return text;
  }
}

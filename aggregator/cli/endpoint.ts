/** Which aggregator a command asks, and as whom: flags before environment before contexts. */
import { join } from "node:path";
import { DEFAULT_URL } from "../../shared/config.ts";
import { isLoopbackHost } from "../../shared/host-port.ts";
import type { CliContext } from "./context.ts";
import { findContext, tokenOfContext } from "./contexts.ts";
import type { NamedContext } from "./contexts.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile, tryReadSecretFile } from "./files.ts";

/** Flags that say which aggregator is asked, and as whom. */
export interface EndpointFlags {
  api?: string;
  context?: string;
  tokenFile?: string;
  data?: string;
}

/** Where the API is and who asks. */
export interface Endpoint {
  url: URL;
  /** Null: only what is open can be asked. A secret. */
  token: string | null;
  /** Where the address comes from, for a person. */
  from: string;
}

/** The aggregator that is asked. */
export function endpointOf({ settings }: Pick<CliContext, "settings">, flags: EndpointFlags) {
  const isUrlGiven = settings.urlGiven ?? true;
  const needsFile = flags.api === undefined && !isUrlGiven;
  const chosen = findContext(settings, flags.context, needsFile);
  const at = (text: string, from: string): Endpoint => {
    const url = apiUrl(text);
    return { url, token: tokenFor(url, { settings, flags, chosen }), from };
  };
  if (flags.api !== undefined) return at(flags.api, "--api");
  if (chosen !== null && flags.context !== undefined) return at(chosen.url, ofContext(chosen));
  if (isUrlGiven) return at(settings.url, "QUORATE_URL");
  if (chosen !== null) return at(chosen.url, ofContext(chosen));
  return at(DEFAULT_URL, "the default");
}

const ofContext = ({ name }: NamedContext): string => `context ${name}`;

/** Reads the address of an API; a sentence when it is none. */
export function apiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UsageError(
      `Expected the API's address as http://HOST:PORT or https://HOST:PORT; found ${text}. ` +
        "Set QUORATE_URL or give --api.",
    );
  }
  return url;
}

interface TokenSources {
  settings: CliContext["settings"];
  flags: EndpointFlags;
  chosen: NamedContext | null;
}

/**
 * The token for an address: what the caller named, else the environment's, else the context's,
 * else the one that an aggregator in this folder made. A context's goes to its own address only.
 * The last goes to this machine only: it is an admin's token, and the caller never said that
 * another machine may have it.
 */
function tokenFor(url: URL, { settings, flags, chosen }: TokenSources): string | null {
  if (flags.tokenFile) return readSecretFile(flags.tokenFile);
  if (flags.data) return readSecretFile(join(flags.data, "admin.token"));
  const isOfContext = chosen !== null && apiUrl(chosen.url).origin === url.origin;
  const ofChosen = (): string | null => (isOfContext ? tokenOfContext(chosen) : null);
  const named = flags.context === undefined ? null : ofChosen();
  const given = named ?? settings.token ?? ofChosen();
  if (given !== null) return given;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isLoopbackHost(host) ? tryReadSecretFile(join(".quorate", "admin.token")) : null;
}

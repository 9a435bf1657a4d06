/** The names of things that the API knows, for completion: quick, or none. */
import { createApiClient } from "../../../shared/api/client.ts";
import type { ApiClient } from "../../../shared/api/client.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { CliContext } from "../context.ts";
import { contextsPath, readContexts } from "../contexts.ts";
import { endpointOf } from "../endpoint.ts";
import type { EndpointFlags } from "../endpoint.ts";
import { UsageError } from "../exit-codes.ts";
import { cleanText } from "../width.ts";
import type { Candidate } from "./complete.ts";

/** Longest wait for names: who presses a key does not want to wait for a network. */
const NAMES_MS_MAX = 1_500;

const limit = LIMITS.pageRowsMax;

const LISTS: Record<string, (client: ApiClient) => Promise<Candidate[]>> = {
  target: async ({ verdicts }) =>
    (await verdicts.list({ limit })).items.map(({ target, state }) => named(target, state)),
  probe: async ({ probes }) =>
    (await probes.list({ limit })).items.map(({ name, region }) => named(name, region)),
  channel: async ({ channels }) =>
    (await channels.list({ limit })).items.map(({ name, kind }) => named(name, kind)),
  incident: async ({ incidents }) =>
    (await incidents.list({ limit: 100 })).items.map(({ id, target }) => named(id, target)),
  silence: async ({ silences }) =>
    (await silences.list({ limit })).items.map(({ id, comment }) => named(id, comment)),
  maintenance: async ({ maintenance }) =>
    (await maintenance.list({ limit })).items.map(({ name, comment }) => named(name, comment)),
  token: async ({ tokens }) =>
    (await tokens.list({ limit })).items.map(({ id, name }) => named(id, name)),
  session: async ({ sessions }) =>
    (await sessions.list({ limit })).items.map(({ id, who }) => named(id, who)),
  notification: async ({ notifications }) =>
    (await notifications.list({ limit: 100 })).items.map(({ id, state }) => named(id, state)),
  page: async ({ statusPages }) =>
    (await statusPages.list({ limit })).items.map(({ name, title }) => named(name, title)),
  kind: async ({ kinds }) =>
    (await kinds.list()).items.map(({ kind, summary }) => named(kind, summary)),
};

const named = (value: string, description: string): Candidate => ({ value, description });

/** The names of a kind of thing; none when they cannot be had soon. */
export async function namesOf(
  what: string,
  context: CliContext,
  words: readonly string[],
): Promise<Candidate[]> {
  try {
    if (what === "context") return contextNames(context);
    const list = LISTS[what];
    if (list === undefined) return [];
    const { url, token } = endpointOf(context, flagsIn(words));
    const asked = { url: url.href, timeoutMs: NAMES_MS_MAX };
    const found = await list(createApiClient(token === null ? asked : { ...asked, token }));
    // A name with control characters could do things to the shell's screen.
    return found.filter(({ value }) => cleanText(value) === value);
  } catch (thrown) {
    if (thrown instanceof QuorateError || thrown instanceof UsageError) return [];
    throw thrown;
  }
}

function contextNames({ settings }: CliContext): Candidate[] {
  const { contexts } = readContexts(contextsPath(settings));
  return Object.entries(contexts).map(([name, { url }]) => named(name, url));
}

/** The flags among the words that say which aggregator is asked. */
function flagsIn(words: readonly string[]): EndpointFlags {
  const valueOf = (flag: string): string | undefined => {
    const joined = words.find((word) => word.startsWith(`${flag}=`));
    if (joined !== undefined) return joined.slice(flag.length + 1);
    const at = words.indexOf(flag);
    return at < 0 ? undefined : words[at + 1];
  };
  const [api, context] = [valueOf("--api"), valueOf("--context")];
  const [tokenFile, data] = [valueOf("--token-file"), valueOf("--data")];
  return {
    ...(api === undefined ? {} : { api }),
    ...(context === undefined ? {} : { context }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(data === undefined ? {} : { data }),
  };
}

/** An address that signs a browser in, without a secret that somebody has to copy. */
import type { ApiClient } from "../../shared/api/client.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";

/** How long whoever opens the address stays signed in. */
const VALID_MS = 86_400_000;

/** Names of the tokens behind these addresses begin so. */
const PREFIX = "mesh-browser-";

/**
 * Makes a token for the browser of whoever started the mesh, and the address that carries it behind
 * the `#`: a browser sends that part to nobody, and the page takes it away at once. Tokens of
 * earlier addresses are deleted once their time is over.
 */
export async function createSignInUrl(
  client: Pick<ApiClient, "tokens">,
  url: string,
  clock: Clock,
): Promise<string> {
  const nowMs = clock.wallMs();
  for (const { id, name, expiresAt } of (await client.tokens.list({ limit: 1_000 })).items) {
    const isOver = expiresAt !== null && Date.parse(expiresAt) <= nowMs;
    if (name.startsWith(PREFIX) && isOver) await client.tokens.delete(id);
  }
  const name = `${PREFIX}${nowMs.toString(36)}`;
  const expiresAt = isoTime(nowMs + VALID_MS);
  const { secret } = await client.tokens.create({ name, scope: "admin", expiresAt });
  return `${url}/#token=${secret}`;
}

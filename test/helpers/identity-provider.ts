/** A real identity provider on this machine, and a browser that signs in there. */
import { OAuth2Server } from "oauth2-mock-server";
import type { OidcOptions } from "../../shared/oidc.ts";
import { openHttpRoom } from "./http-room.ts";
import type { Answer, HttpRoom } from "./http-room.ts";

/** A room whose people sign in at a provider. */
export interface OidcRoom extends HttpRoom {
  /** Claims of whoever signs in. */
  claims: Record<string, unknown>;
  /** Claims that are told by the userinfo endpoint only. */
  userInfo: Record<string, unknown>;
  provider: OAuth2Server;
  /** The way of a browser to the provider and back; `change` may change what comes back. */
  signIn(change?: (back: URL) => void, path?: string): Promise<Answer & { cookies: string }>;
  /** Begins; gives where the browser is sent, and its cookie. */
  begin(path?: string): Promise<{ url: URL; cookie: string }>;
}

/** Address of the aggregator as people reach it. */
const PUBLIC_URL = "https://quorate.example/mesh";

/** Opens a room for one test, and closes it and its provider. */
export async function withOidcRoom(
  use: (room: OidcRoom) => Promise<void>,
  more: Partial<OidcOptions> = {},
): Promise<void> {
  const provider = new OAuth2Server();
  await provider.issuer.keys.generate("RS256");
  await provider.start(0, "127.0.0.1");
  const claims = { sub: "00u1", preferred_username: "ann", groups: ["dev", "sre"] };
  const userInfo = {};
  answerWith(provider, claims, userInfo);
  const issuer = provider.issuer.url ?? "";
  const roles = [
    { scope: "admin", claim: "groups", value: "sre" },
    { scope: "read", claim: "realm_access.roles", value: "viewer" },
  ] as const;
  const oidc = { issuer, clientId: "quorate", clientSecret: "planted-secret", roles, ...more };
  const room = openHttpRoom(() => ({ oidc, publicUrl: PUBLIC_URL }));
  try {
    await use({ ...room, claims, userInfo, provider, ...browserOf(room) });
  } finally {
    await room.close();
    if (provider.listening) await provider.stop();
  }
}

function answerWith(provider: OAuth2Server, claims: object, userInfo: object): void {
  provider.service.on("beforeTokenSigning", (token: { payload: object }) => {
    Object.assign(token.payload, claims);
  });
  provider.service.on("beforeUserinfo", (answer: { body: object }) => {
    Object.assign(answer.body, claims, userInfo);
  });
}

function browserOf(room: HttpRoom): Pick<OidcRoom, "begin" | "signIn"> {
  const begin: OidcRoom["begin"] = async (path = "/auth/oidc/login") => {
    const asked = await room.expect(302, `GET ${path}`, { token: null });
    const cookie = (asked.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return { url: new URL(asked.headers.get("location") ?? ""), cookie };
  };
  return {
    begin,
    signIn: async (change = () => undefined, path) => {
      const { url, cookie } = await begin(path);
      const sent = await fetch(url, { redirect: "manual" });
      const back = new URL(sent.headers.get("location") ?? "");
      change(back);
      const headers = { cookie };
      const ours = `${back.pathname.replace("/mesh", "")}${back.search}`;
      const answer = await room.call(`GET ${ours}`, { token: null, headers });
      const session = answer.headers
        .getSetCookie()
        .find((one) => one.startsWith("quorate_session"));
      return { ...answer, cookies: session?.split(";")[0] ?? "" };
    },
  };
}

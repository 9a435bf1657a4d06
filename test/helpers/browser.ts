/** What a browser does with cookies, for tests of the API. */
import type { Answer, HttpRoom } from "./http-room.ts";

/** The `Cookie` header that a browser sends after this answer. */
export function cookieOf({ headers }: Answer): string {
  return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

/** Headers of a browser that signed in with a token, or with one of this scope. */
export async function signedIn(
  room: HttpRoom,
  secretOrScope: string,
): Promise<Record<string, string>> {
  const scope = (["admin", "write", "read"] as const).find((one) => one === secretOrScope);
  const token = scope === undefined ? secretOrScope : await room.token(scope);
  const answer = await room.expect(204, "POST /api/v1/session", { token: null, body: { token } });
  return { cookie: cookieOf(answer) };
}

/** Who is signed in at this browser. */
import { signal } from "@preact/signals";
import { ApiFault, ask, whenSignedOut } from "./api.ts";

/** What the aggregator says of a session. */
export interface Session {
  who: string;
  scope: string;
  expiresAt: string | null;
}

/** The session; null: nobody is signed in; undefined: not known yet. */
export const session = signal<Session | null | undefined>(undefined);

/** Why nobody knows whether somebody is signed in; empty when it is known. */
export const sessionTrouble = signal("");

/** Whether whoever is signed in may change things. */
export function mayWrite(): boolean {
  return ["admin", "write"].includes(session.value?.scope ?? "");
}

/** Whether whoever is signed in may do everything. */
export function isAdmin(): boolean {
  return session.value?.scope === "admin";
}

/** Asks who is signed in. */
export async function loadSession(): Promise<void> {
  try {
    session.value = await ask<Session>("/session");
    sessionTrouble.value = "";
  } catch (error) {
    if (error instanceof ApiFault && [401, 403, 404].includes(error.status)) session.value = null;
    else sessionTrouble.value = error instanceof Error ? error.message : String(error);
  }
}

/** Signs in with a token; rejects with the aggregator's sentence. */
export async function signIn(token: string): Promise<void> {
  await ask("/session", { method: "POST", body: { token } });
  await loadSession();
}

/** Signs out. */
export async function signOut(): Promise<void> {
  await ask("/session", { method: "DELETE" });
  session.value = null;
}

/** A link that was printed for this person carries the token behind the #, which is never sent. */
async function signInByLink(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  await signIn(token);
}

/** Finds out who is signed in. */
export async function startSession(): Promise<void> {
  whenSignedOut(() => (session.value = null));
  try {
    await signInByLink();
  } catch {
    // The link was used or is too old: the page asks for a token.
    session.value = null;
  }
  if (session.value === undefined || session.value === null) await loadSession();
}

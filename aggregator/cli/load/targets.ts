/** The targets of a load run: made in portions, found again by their label, removed. */
import type { ApiClient } from "../../../shared/api/client.ts";
import { messageOf, QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";

/** Label that every target of every run carries; its value is the name of the run. */
export const LOAD_LABEL = "quorate-load";

/** Targets of one request: small enough that the bar moves. */
const PORTION = 250;

/** Deletions on their way at the same time. */
const DELETIONS = 4;

/** What is made. */
export interface LoadTargets {
  run: string;
  count: number;
  /** Address of the server, without a slash at its end. */
  url: string;
  intervalMs: number;
}

/** Called with how many are done. */
export type Progress = (done: number) => void;

/** The name of a target of a run. */
export const nameOf = (run: string, index: number): string =>
  `load-${run}-${String(index).padStart(6, "0")}`;

/** The place of a target of a run by its name; null when it is none. */
export function placeOf(run: string, name: unknown): number | null {
  const prefix = `load-${run}-`;
  if (typeof name !== "string" || !name.startsWith(prefix)) return null;
  const place = Number(name.slice(prefix.length));
  return Number.isInteger(place) ? place : null;
}

/** Makes the targets; stops early when `stop` is aborted. Gives how many were made. */
export async function makeTargets(
  client: ApiClient,
  { run, count, url, intervalMs }: LoadTargets,
  { progress, stop }: { progress: Progress; stop: AbortSignal },
): Promise<number> {
  let made = 0;
  while (made < count && !stop.aborted) {
    const size = Math.min(PORTION, count - made);
    const targets = Array.from({ length: size }, (_, at) => ({
      name: nameOf(run, made + at),
      kind: "http",
      options: { url: `${url}/t/${made + at}` },
      intervalMs,
      labels: { [LOAD_LABEL]: run },
    }));
    const answer = await client.targets.bulk({ targets });
    const [refused] = answer.items.filter(({ outcome }) => outcome === "refused");
    if (refused !== undefined) {
      const why = refused.issues.map(({ message }) => message).join("; ");
      throw new QuorateError("invalid", `${refused.name ?? "A target"} was refused: ${why}.`);
    }
    made += size;
    progress(made);
  }
  return made;
}

/** Removes what carries the label, of one run or of all; gives how many were removed. */
export async function removeTargets(
  client: ApiClient,
  run: string | null,
  progress: (done: number, all: number) => void,
): Promise<number> {
  const labels = run === null ? LOAD_LABEL : `${LOAD_LABEL}=${run}`;
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.targets.list({ labels, limit: LIMITS.pageRowsMax, cursor });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      await client.targets.delete(id).catch(ignoreGone);
      done += 1;
      progress(done, ids.length);
    }
  };
  await Promise.all(Array.from({ length: DELETIONS }, work));
  return done;
}

/** Somebody else was faster, which is as well. */
function ignoreGone(thrown: unknown): void {
  if (thrown instanceof QuorateError && thrown.code === "not_found") return;
  const sentence = `The targets of the run cannot all be removed: ${messageOf(thrown)}`;
  throw new QuorateError("unavailable", `${sentence} Try again: quorate load --clean`);
}

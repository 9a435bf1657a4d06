/** Does the steps of a plan through the API, one after another; one that fails stops no other. */
import type { ApiClient } from "../../../shared/api/client.ts";
import { messageOf, QuorateError } from "../../../shared/errors.ts";
import type { Change } from "./plan.ts";

/** What steps are done with. */
export interface ApplyDeps {
  client: ApiClient;
  /** Keeps the token of a probe that was made; it is shown this once. */
  keepToken: (probe: string, token: string) => void;
  /** Aborted: the steps that were not begun are left out. Default never. */
  signal?: AbortSignal;
}

/** What became of a step. */
export interface Applied {
  change: Change;
  /** What was done in the end: a step with secrets that changed nothing is a `keep`. */
  action: Change["action"];
  /** Why it failed; null when it did not. */
  error: string | null;
}

/** Does every step; the answer is of those that were begun, in the order of the plan. */
export async function applyChanges(
  changes: readonly Change[],
  deps: ApplyDeps,
): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const change of changes) {
    if (deps.signal?.aborted === true) break;
    try {
      applied.push({ change, action: await applyChange(change, deps), error: null });
    } catch (error) {
      applied.push({ change, action: change.action, error: sentenceOf(error) });
    }
  }
  return applied;
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof QuorateError) || error.issues.length === 0) return messageOf(error);
  return error.issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
}

async function applyChange(change: Change, deps: ApplyDeps): Promise<Change["action"]> {
  const { action, present } = change;
  if (action === "conflict") throw new QuorateError("conflict", change.why);
  if (action === "delete" && present !== null) {
    await remove(change, present.id, deps);
    return action;
  }
  if (action === "keep" && !change.hasSecrets) return action;
  const before = present?.revision ?? null;
  const after = await write(change, deps);
  return action === "keep" && after !== before ? "update" : action;
}

/** Resolves with the revision that it has then. */
async function write(change: Change, { client, keepToken }: ApplyDeps): Promise<number> {
  const { noun, name, spec, present } = change;
  // What somebody else changed since the plan was made is not written over.
  const guard = present === null ? {} : { ifRevision: present.revision };
  switch (noun) {
    case "target":
      if (present === null) return (await client.targets.create(spec)).revision;
      return (await client.targets.put(name, spec, guard)).revision;
    case "channel":
      if (present === null) return (await client.channels.create(spec)).revision;
      return (await client.channels.put(name, spec, guard)).revision;
    case "probe": {
      const { probe, token } = await client.probes.create(spec);
      keepToken(name, token);
      return probe.revision;
    }
    case "routes":
      return (await client.routes.put(spec, guard)).revision;
    case "maintenance":
      if (present !== null) await client.maintenance.delete(present.id);
      return (await client.maintenance.create(spec)).revision;
    case "silence":
      return (await client.silences.create(spec)).revision;
    case "status-page":
      if (present === null) return (await client.statusPages.create(spec)).revision;
      return (await client.statusPages.put(name, spec, guard)).revision;
  }
}

async function remove({ noun, name }: Change, id: string, { client }: ApplyDeps): Promise<void> {
  switch (noun) {
    case "target":
      await client.targets.delete(name);
      return;
    case "channel":
      await client.channels.delete(name);
      return;
    case "probe":
      await client.probes.delete(name);
      return;
    case "routes":
      await client.routes.delete();
      return;
    case "maintenance":
      await client.maintenance.delete(id);
      return;
    case "status-page":
      await client.statusPages.delete(name);
      return;
    case "silence":
      await client.silences.end(id);
  }
}

/** Reading a stored snapshot: its head, and then part by part. */
import type { Store } from "../ports.ts";
import { beginRestore, restoreSnapshot } from "../verdict/restore.ts";
import type { EngineState } from "../verdict/state.ts";
import { createLookColumn, decodeHead, decodePart } from "./snapshot-codec.ts";
import { decodeSnapshotV2 } from "./snapshot-v2.ts";

/** The state of the snapshot or chapter of this seq; null when anything of it is damaged. */
export async function loadState(
  log: Pick<Store["log"], "snapshotPart">,
  seq: number,
  head: Uint8Array,
): Promise<EngineState | null> {
  const stored = decodeHead(head);
  if (stored === null) return loadOlder(seq, head);
  const restore = beginRestore(stored.head);
  const column = createLookColumn();
  for (let part = 0; part < stored.parts; part += 1) {
    const body = await log.snapshotPart(seq, part);
    const targets = body && decodePart(body, column);
    if (targets === null) return null;
    for (const target of targets) restore.add(target);
  }
  const state = restore.finish();
  state.seq = seq;
  return state;
}

/** A snapshot that an earlier version wrote, all in one piece. */
function loadOlder(seq: number, body: Uint8Array): EngineState | null {
  const data = decodeSnapshotV2(body);
  if (data === null) return null;
  const state = restoreSnapshot(data);
  state.seq = seq;
  return state;
}

/** Tables that follow from the log, kept in the transaction that appends to it. */
import type Database from "better-sqlite3";
import type { EventBody } from "../verdict/event.ts";

/** What the log says of targets, probes and boots, as tables. */
export interface Projections {
  /** Applies one event, inside the caller's transaction; refuses nothing. */
  apply(body: EventBody): void;
}

/** The projections of an open data file. */
export function createProjections(db: Database.Database): Projections {
  const moveBoot = db.prepare<[number, string, number, number]>(
    "UPDATE boots SET last_sequence = ? WHERE probe_id = ? AND boot = ? AND last_sequence < ?",
  );
  const putTarget = db.prepare<[string, number, string, string]>(
    // Not REPLACE: that would take the row out of both indices, and put it in again.
    `INSERT INTO targets (id, handle, name, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE
       SET handle = excluded.handle, name = excluded.name, body = excluded.body`,
  );
  const putRevision = db.prepare<[number, number, string, number]>(
    `INSERT OR REPLACE INTO target_revisions (handle, revision, target_id, interval_ms)
     VALUES (?, ?, ?, ?)`,
  );
  const deleteTarget = db.prepare<[string]>("DELETE FROM targets WHERE id = ?");
  const putProbe = db.prepare<[string, string, string]>(
    "INSERT OR REPLACE INTO probes (id, name, body) VALUES (?, ?, ?)",
  );
  const deleteProbe = db.prepare<[string]>("DELETE FROM probes WHERE id = ?");
  const deleteBoots = db.prepare<[string]>("DELETE FROM boots WHERE probe_id = ?");

  const apply = (body: EventBody): void => {
    switch (body.type) {
      case "results":
        moveBoot.run(body.sequence, body.probeId, body.boot, body.sequence);
        return;
      case "target_set": {
        const { id, handle, revision, spec } = body.target;
        putTarget.run(id, handle, spec.name, JSON.stringify(body.target));
        putRevision.run(handle, revision, id, spec.intervalMs);
        return;
      }
      case "target_deleted":
        deleteTarget.run(body.targetId);
        return;
      case "probe_set":
        putProbe.run(body.probe.id, body.probe.spec.name, JSON.stringify(body.probe));
        return;
      case "probe_left":
        if (!body.hard) return;
        deleteProbe.run(body.probeId);
        deleteBoots.run(body.probeId);
        return;
      default:
        return;
    }
  };
  return { apply };
}

/** Probes, as projected from the log, and the positions of their boots. */
import { LIMITS } from "../../shared/limits.ts";
import type { Probe } from "../../shared/probe.ts";
import type { BootPosition, ProbeStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

/** The probes of an open data file. */
export function createProbeStore({ db, run, transact }: Connection): ProbeStore {
  const byId = db.prepare<[string], string>("SELECT body FROM probes WHERE id = ?").pluck();
  const byName = db
    .prepare<[string], string>("SELECT body FROM probes WHERE name = ? ORDER BY id LIMIT 1")
    .pluck();
  const all = db.prepare<[], string>("SELECT body FROM probes ORDER BY name, id").pluck();
  const known = db.prepare<[string, string], BootPosition>(
    `SELECT boot, last_sequence AS lastSequence FROM boots WHERE probe_id = ? AND boot_id = ?`,
  );
  const lastBoot = db
    .prepare<[string], number | null>("SELECT max(boot) FROM boots WHERE probe_id = ?")
    .pluck();
  const insert = db.prepare<[string, number, string]>(
    "INSERT INTO boots (probe_id, boot, boot_id, last_sequence) VALUES (?, ?, ?, 0)",
  );
  const forget = db.prepare<[string, number]>("DELETE FROM boots WHERE probe_id = ? AND boot <= ?");

  const firstSeen = (probeId: string, bootId: string): BootPosition => {
    const boot = (lastBoot.get(probeId) ?? 0) + 1;
    insert.run(probeId, boot, bootId);
    forget.run(probeId, boot - LIMITS.bootsMax);
    return { boot, lastSequence: 0 };
  };

  return {
    get: (idOrName) =>
      run(() => {
        const body = byId.get(idOrName) ?? byName.get(idOrName);
        return body === undefined ? null : fromJson<Probe>(body);
      }),
    all: () => run(() => all.all().map((body) => fromJson<Probe>(body))),
    async boot(probeId, bootId) {
      const position = await run(() => known.get(probeId, bootId));
      if (position) return position;
      return transact(() => known.get(probeId, bootId) ?? firstSeen(probeId, bootId));
    },
  };
}

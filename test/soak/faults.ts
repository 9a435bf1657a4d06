/** What goes wrong during a soak, and what is therefore true at any moment. */

/**
 * Time between two outages, and how long one takes: longer than evidence holds, as the last success
 * that a probe had before it went away speaks for a target until then (VERDICTS section 5).
 */
const OUTAGE_EVERY_MS = 70_000;
const OUTAGE_MS = 45_000;
/** Targets of one outage. */
const OUTAGE_TARGETS = 20;
/** Time between two disconnects, and how long a probe is away. */
const DISCONNECT_EVERY_MS = 23_000;
const AWAY_MS = 4_000;
/** Time between two lies, and how long one takes. */
const LIE_EVERY_MS = 61_000;
const LIE_MS = 20_000;
/** Before its end a soak is quiet, so that what is said then can be compared with the truth. */
export const QUIET_MS = 60_000;

/** What goes wrong at some moment. */
export interface Weather {
  /** Handles of targets that nobody reaches. */
  down: ReadonlySet<number>;
  /** The probe that has no session; null: none. */
  away: number | null;
  /** The probe that says that everything fails; null: none. */
  liar: number | null;
}

/** How large the mesh is, and how long the soak. */
export interface Scene {
  targets: number;
  probes: number;
  lastsMs: number;
}

/** What goes wrong `atMs` after the start: always the same, so that a soak can be repeated. */
export function weatherAt(atMs: number, { targets, probes, lastsMs }: Scene): Weather {
  const quiet = atMs > lastsMs - QUIET_MS;
  const outage = Math.floor(atMs / OUTAGE_EVERY_MS);
  const isOut = atMs % OUTAGE_EVERY_MS < OUTAGE_MS;
  const away = Math.floor(atMs / DISCONNECT_EVERY_MS);
  const isAway = !quiet && away > 0 && atMs % DISCONNECT_EVERY_MS < AWAY_MS;
  const isLying = !quiet && atMs > LIE_EVERY_MS && atMs % LIE_EVERY_MS < LIE_MS;
  // Some stay down in the end: a mesh that calls everything up would be right else.
  const first = quiet ? 0 : isOut && outage > 0 ? outage : null;
  return {
    down: first === null ? new Set() : handlesOf(first, targets),
    away: isAway ? away % probes : null,
    // Always the same: of five probes three must accuse, and each that lied is long in quarantine.
    liar: isLying ? probes - 1 : null,
  };
}

/** Handles of the targets of an outage. */
function handlesOf(outage: number, targets: number): Set<number> {
  const handles = new Set<number>();
  for (let index = 0; index < OUTAGE_TARGETS; index += 1) {
    handles.add(((outage * 1_009 + index * 37) % targets) + 1);
  }
  return handles;
}

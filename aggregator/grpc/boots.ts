/** How far the batches of each boot of one probe are submitted and committed. */
import type { ProbeStore } from "../ports.ts";

/** Where a boot stands; shared by every session of the probe, so that none submits twice. */
export interface BootProgress {
  /** Ordinal of the boot, from 1. */
  readonly boot: number;
  /** Highest sequence given to the engine. */
  submitted: number;
  /** Highest sequence up to which everything is on disk, as far as this process knows. */
  committed: number;
  /** Lowest sequence that could not be committed; null when there is none. */
  hole: number | null;
  /** Batches given to the engine and not yet on disk. */
  inFlight: number;
}

/** The boots of one probe. */
export interface Boots {
  /** Where a boot stands, without asking the store; null when it was not asked yet. */
  known(bootId: string): BootProgress | null;
  progress(bootId: string): Promise<BootProgress>;
}

/** A batch is on disk; one beyond a hole is not told, or the probe would drop what is missing. */
export function markCommitted(progress: BootProgress, sequence: number): void {
  const { hole, committed } = progress;
  if (hole === null || sequence < hole) progress.committed = Math.max(committed, sequence);
}

/** A batch could not be committed, though a later one of the same boot still may be. */
export function markFailed(progress: BootProgress, sequence: number): void {
  progress.hole = Math.min(sequence, progress.hole ?? sequence);
}

/**
 * Makes a boot with a hole ready to be filled from there on; false while later batches are still
 * on their way to disk.
 */
export function reopen(progress: BootProgress): boolean {
  if (progress.hole === null) return true;
  if (progress.inFlight > 0) return false;
  progress.submitted = progress.hole - 1;
  progress.hole = null;
  return true;
}

/** Boots remembered of one probe; the oldest idle one is forgotten and read anew when needed. */
const BOOTS_MAX = 16;

/** Creates the memory of one probe's boots. */
export function createBoots(probeId: string, probes: Pick<ProbeStore, "boot">): Boots {
  const boots = new Map<string, Promise<BootProgress>>();
  const ready = new Map<string, BootProgress>();

  const drop = (bootId: string): void => {
    boots.delete(bootId);
    ready.delete(bootId);
  };

  function makeRoom(): void {
    if (boots.size < BOOTS_MAX) return;
    for (const [bootId, progress] of ready) {
      if (progress.inFlight === 0 && progress.hole === null) return drop(bootId);
    }
  }

  async function read(bootId: string): Promise<BootProgress> {
    const { boot, lastSequence } = await probes.boot(probeId, bootId);
    const progress: BootProgress = {
      boot,
      submitted: lastSequence,
      committed: lastSequence,
      hole: null,
      inFlight: 0,
    };
    ready.set(bootId, progress);
    return progress;
  }

  return {
    known: (bootId) => ready.get(bootId) ?? null,
    progress(bootId) {
      const known = boots.get(bootId);
      if (known !== undefined) return known;
      makeRoom();
      const reading = read(bootId);
      boots.set(bootId, reading);
      reading.catch(() => drop(bootId));
      return reading;
    },
  };
}

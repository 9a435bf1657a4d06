/** Assignments on their way in: one message after the other, each with the kinds it speaks of. */
import type { Assignments } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { Assigned } from "./assigned.ts";
import type { SelfCheck } from "./self-check.ts";

/** Loads kinds that were not needed before; null: there is nothing to wait for. Never rejects. */
export type LoadKinds = (kinds: Iterable<string>) => Promise<void> | null;

/** What an intake needs. */
export interface IntakeDeps {
  assigned: Pick<Assigned, "apply">;
  selfCheck: Pick<SelfCheck, "setCanaries">;
  /** Default: every kind is loaded. */
  loadKinds?: LoadKinds | undefined;
  /** Called when the canaries are known. Default: nobody is told. */
  onCanaries?: (() => void) | undefined;
}

/** The intake of a process that looks at targets. */
export interface Intake {
  /**
   * Applies a message, at once (undefined) or when its kinds are loaded; the next message must wait
   * until then. Never rejects.
   */
  take(message: Assignments): Promise<void> | undefined;
  /** Drops a message that still waits: its session is over, and the next one tells everything. */
  drop(): void;
}

/** Creates an intake. */
export function createIntake(deps: IntakeDeps): Intake {
  let dropped = 0;

  function apply(message: Assignments): void {
    deps.assigned.apply(message);
    if (!message.hasCanaries && !message.snapshot) return;
    const { canaries, mustFailAddress, trialCanaryIds } = message;
    deps.selfCheck.setCanaries(canaries, mustFailAddress, trialCanaryIds);
    deps.onCanaries?.();
  }

  return {
    take(message) {
      const loading = deps.loadKinds?.(message.upserts.map(({ kind }) => kind)) ?? null;
      if (loading === null) {
        apply(message);
        return undefined;
      }
      const droppedBefore = dropped;
      return loading.then(() => {
        if (dropped === droppedBefore) apply(message);
      });
    },
    drop: () => void (dropped += 1),
  };
}

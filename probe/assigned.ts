/** What this probe was told to check: assignments, prepared once so that they can only run. */
import type { Clock, Timer } from "../shared/clock.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Log } from "../shared/log.ts";
import { QuorateError, messageOf } from "../shared/errors.ts";
import { noPhases } from "../shared/outcome.ts";
import type { CheckOutcome } from "../shared/outcome.ts";
import type { Assignment, Assignments } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { PreparedCheck, PushReport } from "./checks/check.ts";

/** Longest own burst an aggregator may ask for; more is read as this (`fall` is at most 10). */
export const BURST_ATTEMPTS_MAX = 10;

/**
 * Time after a snapshot in which what it did not name may still be named by the deltas behind it:
 * a long list comes in many messages, and a reconnect must not throw every schedule away.
 */
export const SNAPSHOT_REST_MS = 2_000;

/** A target as this probe runs it: one revision, never changed. */
export interface AssignedTarget {
  readonly handle: number;
  readonly revision: number;
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly phaseMs: number;
  /** Failures in a row that confirm; the length of a burst. */
  readonly fall: number;
  /** Shortest gap between the starts of two attempts of a burst. */
  readonly fastMs: number;
  /** The check, or the void outcome that stands for one that cannot run here. */
  readonly check: PreparedCheck | CheckOutcome;
}

/** Makes a check of a kind and its options; throws QuorateError with a sentence. */
export type PrepareCheck = (kind: string, options: unknown) => PreparedCheck;

/** What the book of assignments needs. */
export interface AssignedDeps {
  clock: Clock;
  log: Log;
  /** Kinds this probe can run. */
  kinds: readonly string[];
  prepareCheck: PrepareCheck;
  /** Called for a target that is new or changed. */
  onSet: (target: AssignedTarget) => void;
  /** Called for a target that is not ours any more. */
  onRemoved: (handle: number) => void;
}

/** The book of assignments. */
export interface Assigned {
  /** Applies a snapshot or a delta. */
  apply(message: Assignments): void;
  /** Hands a report to the target of that name; false: there is none, or its key is wrong. */
  report(name: string, report: PushReport): boolean;
  /** How many targets are assigned. */
  size(): number;
  /** Forgets what a snapshot left to do. */
  stop(): void;
}

/** A target with what it was made of; one object, as there may be 50,000 of them. */
interface Known extends AssignedTarget {
  readonly targetId: string;
  readonly kind: string;
  readonly optionsJson: string;
}

/** Creates an empty book. */
export function createAssigned(deps: AssignedDeps): Assigned {
  const targets = new Map<number, Known>();
  /** Handles by name, of those that take reports alone. */
  const reporters = new Map<string, number>();
  /** Handles that the last snapshot did not name, and that no delta has named since. */
  let unnamed = new Set<number>();
  let rest: Timer | null = null;

  function remove(handle: number): void {
    unnamed.delete(handle);
    const known = targets.get(handle);
    if (!known) return;
    targets.delete(handle);
    forget(known);
    deps.onRemoved(handle);
  }

  function forget({ name, handle }: Known): void {
    if (reporters.get(name) === handle) reporters.delete(name);
  }

  function upsert(source: Assignment): void {
    unnamed.delete(source.handle);
    const known = targets.get(source.handle);
    if (!known && targets.size >= LIMITS.targetsMax) {
      const fields = { handle: source.handle, max: LIMITS.targetsMax };
      return deps.log.warn(fields, "More targets than a probe takes: this one is left out.");
    }
    const target = knownTarget(source, deps, known);
    if (known && sameTarget(known, target)) return;
    if (known) forget(known);
    if (isRunnable(target.check) && target.check.receive) reporters.set(target.name, target.handle);
    targets.set(target.handle, target);
    deps.onSet(target);
  }

  return {
    report(name, report) {
      const check = targets.get(reporters.get(name) ?? -1)?.check;
      return check !== undefined && isRunnable(check) && check.receive?.(report) === true;
    },
    size: () => targets.size,
    apply(message) {
      if (message.snapshot) {
        unnamed = new Set(targets.keys());
        rest?.cancel();
        rest = deps.clock.after(SNAPSHOT_REST_MS, () => unnamed.forEach(remove));
      }
      for (const handle of message.removedHandles) remove(handle);
      for (const source of message.upserts) upsert(source);
    },
    stop: () => rest?.cancel(),
  };
}

/** Whether a prepared check is a check, not the outcome that stands for one. */
export function isRunnable(check: PreparedCheck | CheckOutcome): check is PreparedCheck {
  return "run" in check;
}

function sameTarget(known: Known, given: Known): boolean {
  return (
    known.check === given.check &&
    known.revision === given.revision &&
    known.intervalMs === given.intervalMs &&
    known.timeoutMs === given.timeoutMs &&
    known.phaseMs === given.phaseMs &&
    known.fall === given.fall &&
    known.fastMs === given.fastMs
  );
}

/** Numbers are bounded again here: a probe must live with whatever an aggregator sends. */
function knownTarget(source: Assignment, deps: AssignedDeps, known?: Known): Known {
  const intervalMs = Math.max(LIMITS.intervalMsMin, source.intervalMs);
  // The same check goes on, with what it has learned (the reports of push), if it is the same.
  const same = known !== undefined && sameCheck(known, source);
  return {
    handle: source.handle,
    revision: source.revision,
    name: source.name,
    intervalMs,
    timeoutMs: Math.min(Math.max(1, source.timeoutMs), intervalMs),
    phaseMs: source.phaseMs % intervalMs,
    fall: Math.min(Math.max(1, source.fall), BURST_ATTEMPTS_MAX),
    fastMs: Math.min(source.fastMs, intervalMs),
    check: same ? known.check : prepared(source, deps),
    targetId: source.targetId,
    // The text of the book of kinds: one for all.
    kind: deps.kinds.find((kind) => kind === source.kind) ?? source.kind,
    optionsJson: same ? known.optionsJson : source.optionsJson,
  };
}

function sameCheck(known: Known, given: Assignment): boolean {
  const same = known.targetId === given.targetId && known.kind === given.kind;
  return same && known.optionsJson === given.optionsJson;
}

function prepared(source: Assignment, deps: AssignedDeps): PreparedCheck | CheckOutcome {
  if (!deps.kinds.includes(source.kind)) {
    const known = deps.kinds.join(", ");
    return voidOutcome(
      "unsupported",
      `This probe cannot run checks of kind ${source.kind}; it knows ${known}. Upgrade the probe.`,
    );
  }
  try {
    return deps.prepareCheck(source.kind, JSON.parse(source.optionsJson));
  } catch (error) {
    const detail = sentenceOf(error);
    deps.log.warn({ target: source.name, revision: source.revision }, detail);
    const ours = error instanceof QuorateError && error.code === "internal";
    return voidOutcome(ours ? "internal" : "misconfigured", detail);
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof QuorateError)) return `The options are not JSON: ${messageOf(error)}.`;
  // The values of issues are left out: an option may be a secret.
  const issues = error.issues.map((issue) => `${issue.path}: ${issue.message}`);
  const untold = issues.filter((issue) => !error.message.includes(issue));
  return [error.message, ...untold].join(" ");
}

/** An outcome that says nothing about the target, with its reason. */
export function voidOutcome(
  reason: "unsupported" | "misconfigured" | "too_late" | "suspended" | "internal",
  detail: string,
): CheckOutcome {
  return { class: "void", reason, detail, phases: noPhases(), source: "self" };
}

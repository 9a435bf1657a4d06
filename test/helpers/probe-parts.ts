/** Parts for tests of the probe: targets, outcomes, and a check that ends when the test says so. */
import { noPhases } from "../../shared/outcome.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { Assignment } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { CheckResult } from "../../shared/result.ts";
import type { AssignedTarget } from "../../probe/assigned.ts";
import type { PreparedCheck } from "../../probe/checks/check.ts";

/** An outcome of a class, with a reason that fits it. */
export function outcomeOf(outcomeClass: CheckOutcome["class"]): CheckOutcome {
  const phases = noPhases();
  switch (outcomeClass) {
    case "ok":
      return { class: "ok", reason: "ok", detail: "", phases, source: null };
    case "sub":
      return { class: "sub", reason: "http_status", detail: "500.", phases, source: "target" };
    case "dead":
      return {
        class: "dead",
        reason: "connection_refused",
        detail: "No.",
        phases,
        source: "target",
      };
    case "dns": {
      const resolver = "10.0.0.2:53";
      const detail = "NXDOMAIN.";
      return {
        class: "dns",
        reason: "name_not_found",
        detail,
        phases,
        source: "resolver",
        resolver,
      };
    }
    case "void":
      return { class: "void", reason: "local_network", detail: "Me.", phases, source: "self" };
  }
}

/** One run of a scripted check. */
export interface ScriptedRun {
  atMonoMs: number;
  aborted: "deadline" | "stopping" | null;
  /** Ends the run. */
  end(outcome: CheckOutcome): void;
}

/** A check whose runs are listed, and ended by the test or by a script. */
export interface ScriptedCheck extends PreparedCheck {
  runs: ScriptedRun[];
}

/**
 * A check that ends each run at once with the next class of `script`, over and over its last one;
 * without a script a run waits for the test.
 */
export function scriptedCheck(script: readonly CheckOutcome["class"][] = []): ScriptedCheck {
  const runs: ScriptedRun[] = [];
  return {
    endpoint: "scripted",
    runs,
    run(context, done) {
      const run: ScriptedRun = { atMonoMs: context.clock.monoMs(), aborted: null, end: done };
      runs.push(run);
      const next = script[Math.min(runs.length, script.length) - 1];
      if (next !== undefined) setImmediate(() => done(outcomeOf(next)));
      return (why) => {
        run.aborted = why;
      };
    },
  };
}

/** A target as a probe runs it. */
export function assignedTarget(given: Partial<AssignedTarget> = {}): AssignedTarget {
  return {
    handle: 1,
    revision: 1,
    name: "checkout",
    intervalMs: 1_000,
    timeoutMs: 500,
    phaseMs: 0,
    fall: 3,
    fastMs: 100,
    check: scriptedCheck(["ok"]),
    ...given,
  };
}

/** An assignment as it comes over the wire. */
export function assignment(given: Partial<Assignment> = {}): Assignment {
  return {
    handle: 1,
    targetId: "tgt_1",
    name: "checkout",
    revision: 1,
    kind: "tcp",
    optionsJson: "{}",
    intervalMs: 1_000,
    timeoutMs: 500,
    phaseMs: 0,
    fall: 3,
    fastMs: 100,
    ...given,
  };
}

/** A result of a scheduled check. */
export function checkResult(given: Partial<CheckResult> = {}): CheckResult {
  return {
    handle: 1,
    revision: 1,
    slotMonoMs: 1_000,
    startMonoMs: 1_010.25,
    endMonoMs: 1_012.75,
    attempt: 0,
    outcome: outcomeOf("ok"),
    certificate: "none",
    anchor: { atMs: 1_767_225_600_000, monoMs: 500.5 },
    ...given,
  };
}

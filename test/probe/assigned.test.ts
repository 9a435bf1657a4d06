import assert from "node:assert/strict";
import { test } from "node:test";
import { createAssigned, isRunnable, SNAPSHOT_REST_MS } from "../../probe/assigned.ts";
import type { AssignedTarget } from "../../probe/assigned.ts";
import { QuorateError } from "../../shared/errors.ts";
import { silentLog } from "../../shared/log.ts";
import type { Assignments } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { assignment, scriptedCheck } from "../helpers/probe-parts.ts";
import { simClock } from "../helpers/sim-clock.ts";

function openBook() {
  const clock = simClock();
  const set: AssignedTarget[] = [];
  const removed: number[] = [];
  const book = createAssigned({
    clock,
    log: silentLog(),
    kinds: ["tcp", "push"],
    prepareCheck: (kind, options) => {
      if (typeof options === "object" && options !== null && "port" in options) {
        throw new QuorateError("invalid", "Expected no port.", [
          { path: "options.port", message: "expected nothing", value: "secret" },
        ]);
      }
      const check = scriptedCheck(["ok"]);
      return kind === "push" ? { ...check, receive: ({ key }) => key === "k" } : check;
    },
    onSet: (target) => set.push(target),
    onRemoved: (handle) => removed.push(handle),
  });
  const apply = (given: Partial<Assignments>): void => book.apply({ ...DELTA, ...given });
  return { clock, book, set, removed, apply };
}

const DELTA: Assignments = {
  snapshot: false,
  upserts: [],
  removedHandles: [],
  hasCanaries: false,
  canaries: [],
  mustFailAddress: "",
  trialCanaryIds: [],
};

function outcomeOf(target: AssignedTarget | undefined) {
  assert.ok(target && !isRunnable(target.check));
  return target.check;
}

test("a target is prepared once, and again only when it changed", () => {
  const { set, apply } = openBook();
  apply({ upserts: [assignment()] });
  apply({ snapshot: true, upserts: [assignment()] });
  assert.equal(set.length, 1);
  apply({ upserts: [assignment({ revision: 2 })] });
  apply({ upserts: [assignment({ revision: 2, phaseMs: 300 })] });
  assert.deepEqual(
    set.map(({ revision, phaseMs }) => [revision, phaseMs]),
    [
      [1, 0],
      [2, 0],
      [2, 300],
    ],
  );
});

test("what a snapshot and the deltas behind it do not name is removed", () => {
  const { clock, book, removed, set, apply } = openBook();
  apply({ upserts: [1, 2, 3].map((handle) => assignment({ handle })) });
  apply({ snapshot: true, upserts: [assignment({ handle: 1 })] });
  apply({ upserts: [assignment({ handle: 2 })] });
  clock.advance(SNAPSHOT_REST_MS);
  assert.deepEqual(removed, [3]);
  assert.equal(set.length, 3);
  assert.equal(book.size(), 2);
});

test("a delta removes the handles it names, known or not", () => {
  const { removed, apply } = openBook();
  apply({ upserts: [assignment()] });
  apply({ removedHandles: [1, 7] });
  assert.deepEqual(removed, [1]);
});

test("a kind that cannot run here abstains with the reason unsupported", () => {
  const { set, apply } = openBook();
  apply({ upserts: [assignment({ kind: "quic" })] });
  const { class: outcomeClass, reason, detail } = outcomeOf(set[0]);
  assert.deepEqual([outcomeClass, reason], ["void", "unsupported"]);
  assert.match(detail, /quic.*tcp/);
});

test("options that do not hold abstain with the sentence and without the value", () => {
  const { set, apply } = openBook();
  apply({ upserts: [assignment({ optionsJson: '{"port":1}' })] });
  const { class: outcomeClass, reason, detail } = outcomeOf(set[0]);
  assert.deepEqual([outcomeClass, reason], ["void", "misconfigured"]);
  assert.match(detail, /Expected no port\. options\.port: expected nothing/);
  assert.doesNotMatch(detail, /secret/);
  apply({ upserts: [assignment({ revision: 2, optionsJson: "{" })] });
  assert.match(outcomeOf(set[1]).detail, /not JSON/);
});

test("an assignment's numbers are brought into their bounds", () => {
  const { set, apply } = openBook();
  const wild = { intervalMs: 0, timeoutMs: 0, phaseMs: 4e9, fall: 0, fastMs: 4e9 };
  apply({ upserts: [assignment(wild), assignment({ handle: 2, fall: 99, timeoutMs: 9e9 })] });
  const [first, second] = set;
  assert.deepEqual(
    [first?.intervalMs, first?.timeoutMs, first?.fall, first?.fastMs],
    [200, 1, 1, 200],
  );
  assert.ok((first?.phaseMs ?? 200) < 200);
  assert.deepEqual([second?.fall, second?.timeoutMs], [10, 1_000]);
});

test("what a check learned stays with it while its options do", () => {
  const { set, apply } = openBook();
  apply({ upserts: [assignment()] });
  apply({ upserts: [assignment({ revision: 2, phaseMs: 300 })] });
  apply({ upserts: [assignment({ revision: 3, optionsJson: '{"host":"b"}' })] });
  const [first, second, third] = set.map(({ check }) => check);
  assert.equal(second, first);
  assert.notEqual(third, first);
});

test("a report is handed to the target of its name, while it has that name", () => {
  const { book, apply } = openBook();
  const kind = "push";
  const report = { key: "k", failed: false, message: "", atMonoMs: 0 };
  apply({
    upserts: [
      assignment({ name: "a", kind }),
      assignment({ handle: 2, name: "b", kind }),
      assignment({ handle: 3, name: "c" }),
    ],
  });
  assert.equal(book.report("c", report), false, "this check takes none");
  assert.equal(book.report("a", report), true);
  assert.equal(book.report("a", { ...report, key: "other" }), false);
  apply({
    upserts: [
      assignment({ name: "b", revision: 2, kind }),
      assignment({ handle: 2, name: "a", revision: 2, kind }),
    ],
  });
  assert.equal(book.report("a", report), true, "names may be swapped");
  assert.equal(book.report("b", report), true);
  apply({ removedHandles: [1] });
  assert.equal(book.report("b", report), false);
  assert.equal(book.report("d", report), false);
});

import assert from "node:assert/strict";
import test from "node:test";
import {
  NOTIFIER_KINDS,
  prepareNotifier,
  redactOptions,
} from "../../aggregator/notifiers/index.ts";
import { NOTIFIER_SUBJECTS, OTHER_KINDS } from "../helpers/notifier-subjects.ts";
import { notifierContract } from "./notifier.ts";

for (const subject of NOTIFIER_SUBJECTS) notifierContract(subject);

test("every kind of notifier over HTTP is held to the contract, and no kind is forgotten", () => {
  assert.deepEqual(
    [...NOTIFIER_SUBJECTS.map(({ kind }) => kind.kind), ...OTHER_KINDS].sort(),
    NOTIFIER_KINDS.map(({ kind }) => kind).sort(),
  );
});

test("an unknown kind of notifier is refused, and its options are shown fully masked", () => {
  const names = NOTIFIER_KINDS.map(({ kind }) => kind).join(", ");
  assert.throws(() => prepareNotifier("pigeon", {}), {
    code: "invalid",
    message: `Unknown kind of notifier "pigeon": expected one of ${names}.`,
  });
  assert.deepEqual(redactOptions("pigeon", { coop: "roof" }), { coop: "***" });
});

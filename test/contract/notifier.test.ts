import assert from "node:assert/strict";
import test from "node:test";
import {
  NOTIFIER_KINDS,
  prepareNotifier,
  redactOptions,
} from "../../aggregator/notifiers/index.ts";
import { webhookKind } from "../../aggregator/notifiers/webhook.ts";
import { notifierContract } from "./notifier.ts";
import type { NotifierSubject } from "./notifier.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const SUBJECTS: readonly NotifierSubject[] = [
  {
    kind: webhookKind,
    options: (url) => ({
      url: `${url}/hook?from=quorate`,
      secret: SECRET,
      headers: { Authorization: 'Bearer tok-"quoted"-77', "X-Key": "k3y-of-the-receiver" },
    }),
    secrets: [SECRET, 'tok-"quoted"-77', 'tok-\\"quoted\\"-77', "k3y-of-the-receiver"],
  },
];

for (const subject of SUBJECTS) notifierContract(subject);

test("every kind of notifier is held to the contract", () => {
  assert.deepEqual(
    SUBJECTS.map(({ kind }) => kind),
    NOTIFIER_KINDS,
  );
});

test("an unknown kind of notifier is refused, and its options are shown fully masked", () => {
  assert.throws(() => prepareNotifier("pigeon", {}), {
    code: "invalid",
    message: 'Unknown kind of notifier "pigeon": expected one of webhook.',
  });
  assert.deepEqual(redactOptions("pigeon", { coop: "roof" }), { coop: "***" });
});

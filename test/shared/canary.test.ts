import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkNamedCanaries,
  parseCanaryUrl,
  parseNamedCanary,
  shownCanaryUrl,
} from "../../shared/canary.ts";
import { LIMITS } from "../../shared/limits.ts";

test("a canary is [REGION:]ID=URL over tcp, http or https", () => {
  const url = "https://gw.example/health?a=b";
  assert.deepEqual(parseNamedCanary(`gw=${url}`), { id: "gw", url, region: null });
  assert.deepEqual(parseNamedCanary("north:dns=tcp://10.0.0.53:53"), {
    id: "dns",
    url: "tcp://10.0.0.53:53",
    region: "north",
  });
  assert.equal(parseCanaryUrl("tcp://[fd00::1]:53/"), "tcp://[fd00::1]:53");
  assert.equal(shownCanaryUrl(url), "https://gw.example/health");
});

test("what is no canary is refused with a sentence, and no secret in it", () => {
  const cases: Record<string, RegExp> = {
    gw: /expected \[REGION:\]ID=URL/,
    "a:b:c=tcp://h:1": /expected \[REGION:\]ID=URL/,
    "=tcp://h:1": /expected \[REGION:\]ID=URL/,
    "gw=h:1": /expected tcp:\/\/HOST:PORT, http/,
    "gw=tcp://h": /expected tcp:\/\/HOST:PORT/,
    "gw=tcp://h:0": /expected tcp:\/\/HOST:PORT/,
    "gw=ftp://h/": /expected tcp:\/\/HOST:PORT/,
    "aggregator=tcp://h:1": /stands for the aggregator/,
    "gw=https://me:hunter2@h/": /without a sign-in/,
  };
  for (const [text, sentence] of Object.entries(cases)) {
    assert.throws(
      () => parseNamedCanary(text),
      (thrown: Error) => sentence.test(thrown.message) && !thrown.message.includes("hunter2"),
      text,
    );
  }
});

test("an id stands once, and one region has no more canaries than a probe is given", () => {
  const named = (id: string, region: string | null) => ({ id, url: "tcp://h:1", region });
  assert.throws(() => checkNamedCanaries([named("a", null), named("a", "north")]), /named twice/);
  const many = Array.from({ length: LIMITS.canariesMax }, (_, at) => named(`c${at}`, "north"));
  checkNamedCanaries([...many, named("south", "south")]);
  assert.throws(() => checkNamedCanaries([...many, named("all", null)]), /17 are named for region/);
});

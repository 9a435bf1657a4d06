import assert from "node:assert/strict";
import test from "node:test";
import { createAlike } from "../../../aggregator/verdict/alike.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { makeTarget } from "../../helpers/make-nouns.ts";

test("targets that say the same hold one object of it, and still say the same", () => {
  const { share } = createAlike();
  const spec = { labels: { team: "shop" }, parents: ["db"] };
  const [first, second] = [makeTarget("a", 1, spec), makeTarget("b", 2, structuredClone(spec))];
  const said = structuredClone([first, second]);
  share(first);
  share(second);
  assert.deepEqual([first, second], said);
  for (const part of ["labels", "vantages", "parents", "policy"] as const) {
    assert.equal(first.spec[part], second.spec[part], part);
  }
});

test("targets that say something else keep what they say", () => {
  const { share } = createAlike();
  const [first, second] = ["shop", "bank"].map((team, index) => {
    const target = makeTarget(team, index + 1, { labels: { team } });
    share(target);
    return target;
  });
  assert.deepEqual(first?.spec.labels, { team: "shop" });
  assert.deepEqual(second?.spec.labels, { team: "bank" });
});

test("beyond the bound nothing more is kept, and each target has its own", () => {
  const { share } = createAlike();
  const labelled = (team: number) => {
    const target = makeTarget("a", 1, { labels: { team: String(team) } });
    share(target);
    return target.spec.labels;
  };
  for (let team = 0; team < LIMITS.alikePartsMax; team += 1) labelled(team);
  assert.equal(labelled(0), labelled(0));
  const beyond = LIMITS.alikePartsMax;
  assert.deepEqual(labelled(beyond), { team: String(beyond) });
  assert.notEqual(labelled(beyond), labelled(beyond));
});

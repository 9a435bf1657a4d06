import assert from "node:assert/strict";
import { test } from "node:test";
import { helpOf } from "../../helpers/cli-help.ts";

for (const program of ["aggregator", "probe"]) {
  test(`quorate ${program} has the help of the whole command, without its verbs`, async () => {
    const whole = await helpOf(["help", program]);
    const alone = await helpOf([program]);
    assert.match(alone, new RegExp(`^Usage: quorate ${program} `));
    assert.equal(alone, whole);
    assert.equal(await helpOf(["--until-stdin-closes", program]), alone);
  });
}

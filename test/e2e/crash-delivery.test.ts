import assert from "node:assert/strict";
import test from "node:test";
import { systemRandom } from "../../shared/random.ts";
import { runCrashes } from "../helpers/crash-run.ts";

/** `npm run crash-test` does the same 200 times. */
const KILLS = 4;

test("no message is lost or overtaken, and none invented, by kills at any instant", async () => {
  const seed = Math.floor(systemRandom().float() * 1e9);
  try {
    const { messages } = await runCrashes(KILLS, seed);
    assert.ok(messages > 20, `only ${messages} messages flowed`);
  } catch (error) {
    throw new Error(`The seed was ${seed}.`, { cause: error });
  }
});

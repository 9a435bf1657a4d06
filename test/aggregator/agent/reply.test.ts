/** What HAProxy is told of a verdict. */
import assert from "node:assert/strict";
import test from "node:test";
import { agentReply } from "../../../aggregator/agent/reply.ts";
import type { AgentFacts } from "../../../aggregator/agent/reply.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";

const say = (facts: Partial<AgentFacts>): string =>
  agentReply({
    state: "up",
    maintenance: false,
    ready: false,
    share: 0.5,
    reason: "Nobody.",
    ...facts,
  });

test("every state has its words, and only down and sub-healthy say down", () => {
  const said = Object.fromEntries(VERDICT_STATES.map((state) => [state, say({ state })]));
  assert.deepEqual(said, {
    up: "up 100%\n",
    recovering: "up 100%\n",
    degraded: "up 50%\n",
    partial: "up 50%\n",
    suspect: "100% # suspect\n",
    unknown: "100% # unknown\n",
    down: "down # Nobody.\n",
    sub_healthy: "down # Nobody.\n",
  });
});

test("maintenance drains, whatever the verdict", () => {
  for (const state of VERDICT_STATES) assert.equal(say({ state, maintenance: true }), "drain\n");
  assert.equal(say({ ready: true }), "up ready 100%\n");
});

test("a weight is never nothing, and is left as it is when it is not known", () => {
  assert.equal(say({ state: "partial", share: 0 }), "up 1%\n");
  assert.equal(say({ state: "degraded", share: null }), "up\n");
});

test("a reason stays one short line", () => {
  const reply = say({ state: "down", reason: `a\r\nup 100%\n${"x".repeat(500)}` });
  assert.match(reply, /^down # a up 100% x+…\n$/);
  assert.ok(reply.length < 140);
});

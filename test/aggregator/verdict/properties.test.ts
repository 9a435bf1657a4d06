import assert from "node:assert/strict";
import { test } from "node:test";
import { isBad } from "../../../aggregator/verdict/machine.ts";
import { createState } from "../../../aggregator/verdict/state.ts";
import { step } from "../../../aggregator/verdict/step.ts";
import { votesOf } from "../../../aggregator/verdict/vote.ts";
import type { LogEvent } from "../../../aggregator/verdict/event.ts";
import { randomLog } from "../../helpers/random-log.ts";
import { fold, SWEEP_LOGS, testProperties, told } from "../../helpers/verdict-sweep.ts";

/** What the logs held, so that logs too tame to prove anything are found out. */
const held = { entered: 0, withheld: 0, degraded: 0 };

testProperties({
  "a bad verdict never stands beside a counted success": ({ log }) => {
    const state = createState();
    for (const event of log) {
      step(state, event);
      const atMs = state.evaluatedMs;
      if (state.dirtyTargets.size > 0) continue;
      for (const target of state.targets.values()) {
        if (!isBad(target.state) || target.target.spec.policy.rule !== "all") continue;
        const oks = votesOf(state, target, atMs).filter(({ vote }) => vote === "ok");
        assert.equal(oks.length, 0, `${target.id} is ${target.state} beside a success at ${atMs}`);
      }
    }
  },

  "entering bad takes the needed domains, all of them confirmed": ({ effects }) => {
    for (const effect of effects) {
      if (effect.type !== "transition" || !isBad(effect.to) || isBad(effect.from)) continue;
      const { quorum, vantages, assessment, rule } = effect.explanation;
      held.entered += 1;
      assert.equal(assessment, "allfail");
      assert.ok(quorum.confirmed >= quorum.need && quorum.need >= 2, JSON.stringify(quorum));
      if (rule !== "all") continue;
      assert.ok(vantages.every(({ vote }) => vote !== "ok" && vote !== "suspect"));
    }
  },

  "no single probe makes a target bad, whatever it sends": ({ seed }) => {
    const { effects } = fold(randomLog({ seed, events: 100, onlyFailing: "p1" }));
    assert.ok(!effects.some((effect) => effect.type === "transition" && isBad(effect.to)));
  },

  "uncertified failures and void results change no verdict": ({ seed }) => {
    const log = randomLog({ seed, events: 100, looks: "uncertified", changes: false });
    const { effects } = fold(log);
    const states = effects.filter(({ type }) => type === "transition" || type === "recheck");
    assert.equal(told(states), "");
  },

  "without failures there is no suspicion": ({ seed }) => {
    const { effects } = fold(randomLog({ seed, events: 100, looks: "ok" }));
    for (const effect of effects) {
      assert.notEqual(effect.type, "recheck");
      if (effect.type === "transition") assert.match(effect.to, /^(up|degraded|unknown)$/);
    }
  },

  "business calls that fail bring nothing down and open no suspicion": ({ seed }) => {
    const { effects } = fold(randomLog({ seed, events: 100, looks: "ok", calls: "failed" }));
    for (const effect of effects) {
      assert.ok(effect.type !== "recheck" && effect.type !== "incident");
      if (effect.type === "transition") assert.match(effect.to, /^(up|degraded|unknown)$/);
      if (effect.type === "transition" && effect.to === "degraded") held.degraded += 1;
    }
  },

  "silence ends in unknown": ({ log }) => {
    const { state } = fold(log);
    step(state, { seq: 0, atMs: state.atMs + 3_600_000, body: { type: "tick" } });
    for (const target of state.targets.values()) assert.equal(target.state, "unknown");
  },

  "an incident is opened once, and ended only after it was opened": ({ effects }) => {
    const opened = new Set<string>();
    const ended = new Set<string>();
    for (const effect of effects) {
      if (effect.type !== "incident") continue;
      const { incidentId: id, change } = effect;
      if (change === "opened") {
        assert.ok(!opened.has(id), `${id} is opened twice`);
        opened.add(id);
      } else assert.ok(opened.has(id) && !ended.has(id), `${id} ${change} while it is not open`);
      if (change === "resolved" || change === "withdrawn") ended.add(id);
    }
  },

  "takeover, join and edit alone never open an incident": ({ log, seed }) => {
    const { state } = fold(log);
    const atMs = state.atMs + 500;
    step(state, { seq: 0, atMs, body: { type: "tick" } });
    const target = [...state.targets.values()][seed % state.targets.size]?.target;
    if (!target) return;
    const edited = { ...target, revision: target.revision + 1 };
    const options = { ...target.spec.options, url: "y" };
    const changes: LogEvent["body"][] = [
      { type: "takeover" },
      { type: "target_set", target: { ...edited, spec: { ...edited.spec, options } } },
      { type: "probe_left", probeId: "p0", hard: seed % 2 === 0 },
    ];
    const effects = changes.flatMap((body) => step(state, { seq: 0, atMs, body }));
    effects.push(...step(state, { seq: 0, atMs: atMs + 200_000, body: { type: "tick" } }));
    assert.ok(!effects.some((effect) => effect.type === "incident" && effect.change === "opened"));
  },

  "at most one alert for an incident, cleared only after it was raised": ({ effects }) => {
    const raised = new Set<string>();
    const cleared = new Set<string>();
    for (const effect of effects) {
      if (effect.type !== "alert") continue;
      const { change, incidentId: id } = effect;
      if (change === "cleared") {
        assert.ok(raised.has(id) && !cleared.has(id), `${id} is cleared and was not raised`);
        cleared.add(id);
        continue;
      }
      assert.ok(!raised.has(id), `${id} is ${change} after it was raised`);
      if (change === "raised") raised.add(id);
      else held.withheld += 1;
    }
  },

  "an alert is raised while its incident is open, and never under maintenance": ({ effects }) => {
    const open = new Set<string>();
    for (const effect of effects) {
      if (effect.type === "incident" && effect.change === "opened") open.add(effect.incidentId);
      else if (effect.type === "incident" && effect.change !== "changed") {
        open.delete(effect.incidentId);
      } else if (effect.type === "alert" && effect.change === "raised") {
        assert.ok(open.has(effect.incidentId));
        assert.equal(effect.explanation.maintenance, null);
      }
    }
  },

  "an alert that is raised is cleared in the moment in which its incident ends": ({ effects }) => {
    const raised = new Set<string>();
    for (const effect of effects) {
      if (effect.type === "alert" && effect.change === "raised") raised.add(effect.incidentId);
      else if (effect.type === "incident" && /resolved|withdrawn/.test(effect.change)) {
        const { incidentId, atMs } = effect;
        const cleared = effects.some(
          (other) =>
            other.type === "alert" &&
            other.change === "cleared" &&
            other.incidentId === incidentId &&
            other.atMs === atMs,
        );
        assert.equal(cleared, raised.has(incidentId));
      }
    }
  },

  "the times spent in each state follow each other without a gap": ({ effects }) => {
    const ends = new Map<string, number>();
    for (const effect of effects) {
      if (effect.type !== "uptime") continue;
      const { targetId, fromMs, toMs } = effect;
      assert.ok(toMs > fromMs && fromMs === (ends.get(targetId) ?? fromMs));
      ends.set(targetId, toMs);
    }
  },
});

test("the random logs are not too tame to prove anything", () => {
  assert.ok(held.entered > SWEEP_LOGS / 10, `only ${held.entered} times a target turned bad`);
  assert.ok(held.withheld > SWEEP_LOGS / 20, `only ${held.withheld} alerts were withheld`);
});

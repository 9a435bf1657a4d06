import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../shared/random.ts";
import type { Effect } from "../../../aggregator/verdict/effect.ts";
import type { LogEvent } from "../../../aggregator/verdict/event.ts";
import { isBad } from "../../../aggregator/verdict/machine.ts";
import { restoreSnapshot, takeSnapshot } from "../../../aggregator/verdict/snapshot.ts";
import { createState } from "../../../aggregator/verdict/state.ts";
import type { EngineState } from "../../../aggregator/verdict/state.ts";
import { step } from "../../../aggregator/verdict/step.ts";
import { votesOf } from "../../../aggregator/verdict/vote.ts";
import { randomLog } from "../../helpers/random-log.ts";
import { effectLine } from "../../helpers/verdict-mesh.ts";

/** Random logs of each property; a failure names its seed. */
const RUNS = 150;

function forAllLogs(check: (log: LogEvent[], seed: number) => void, first = 1): void {
  for (let seed = first; seed < first + RUNS; seed += 1) {
    try {
      check(randomLog({ seed }), seed);
    } catch (error) {
      throw new Error(`Seed ${seed} fails.`, { cause: error });
    }
  }
}

function run(
  log: readonly LogEvent[],
  state = createState(),
): { state: EngineState; effects: Effect[] } {
  return { state, effects: log.flatMap((event) => step(state, event)) };
}

/** Effects that people are told of, as lines. */
function told(effects: readonly Effect[]): string[] {
  return effects.filter(({ type }) => type !== "canaries").map(effectLine);
}

test("the same log gives the same effects and the same state", () => {
  forAllLogs((log) => {
    const [one, other] = [run(log), run(log)];
    assert.deepEqual(told(one.effects), told(other.effects));
    assert.equal(
      JSON.stringify(takeSnapshot(one.state)),
      JSON.stringify(takeSnapshot(other.state)),
    );
  });
});

test("a snapshot at any event and the rest of the log equal the whole", () => {
  forAllLogs((log, seed) => {
    const cut = Math.floor(seededRandom(seed).float() * log.length);
    const before = run(log.slice(0, cut));
    const restored = restoreSnapshot(structuredClone(takeSnapshot(before.state)));
    const after = run(log.slice(cut), restored);
    const whole = run(log);
    assert.deepEqual(told([...before.effects, ...after.effects]), told(whole.effects));
    assert.equal(
      JSON.stringify(takeSnapshot(after.state)),
      JSON.stringify(takeSnapshot(whole.state)),
    );
  });
});

test("extra ticks and duplicates change nothing", () => {
  forAllLogs((log, seed) => {
    const random = seededRandom(seed);
    const noisy = log.flatMap((event): LogEvent[] => {
      const tick: LogEvent = { seq: 0, atMs: event.atMs, body: { type: "tick" } };
      const again = event.body.type === "results" && random.float() < 0.3;
      return again ? [tick, event, event] : [tick, event];
    });
    assert.deepEqual(told(run(noisy).effects), told(run(log).effects));
  });
});

test("the order of results inside a window changes nothing", () => {
  forAllLogs((log, seed) => {
    const shuffled = shuffleWindows(log, seed);
    assert.deepEqual(told(run(shuffled).effects), told(run(log).effects));
  });
});

/** Shuffles neighbouring results of one window; their log times stay in order. */
function shuffleWindows(log: readonly LogEvent[], seed: number): LogEvent[] {
  const random = seededRandom(seed);
  const shuffled = [...log];
  for (let index = 1; index < shuffled.length; index += 1) {
    const [left, right] = [shuffled[index - 1], shuffled[index]];
    if (!left || !right || left.body.type !== "results" || right.body.type !== "results") continue;
    if (left.atMs !== right.atMs || random.float() < 0.4) continue;
    shuffled[index - 1] = { ...right, seq: left.seq };
    shuffled[index] = { ...left, seq: right.seq };
  }
  return shuffled;
}

test("a bad verdict never stands beside a counted success", () => {
  forAllLogs((log) => {
    const state = createState();
    for (const event of log) {
      step(state, event);
      const atMs = state.evaluatedMs;
      if (state.dirtyTargets.size > 0) continue;
      for (const target of state.targets.values()) {
        if (!isBad(target.state)) continue;
        const oks = votesOf(state, target, atMs).filter(({ vote }) => vote === "ok");
        assert.equal(oks.length, 0, `${target.id} is ${target.state} beside a success at ${atMs}`);
      }
    }
  });
});

test("entering bad takes the needed domains, all of them confirmed", () => {
  let entered = 0;
  forAllLogs((log) => {
    for (const effect of run(log).effects) {
      if (effect.type !== "transition" || !isBad(effect.to) || isBad(effect.from)) continue;
      const { quorum, vantages, assessment } = effect.explanation;
      entered += 1;
      assert.equal(assessment, "allfail");
      assert.ok(quorum.confirmed >= quorum.need && quorum.need >= 2, JSON.stringify(quorum));
      assert.ok(vantages.every(({ vote }) => vote !== "ok" && vote !== "suspect"));
    }
  });
  assert.ok(
    entered > RUNS / 10,
    `only ${entered} logs reach a bad verdict: too tame to prove much`,
  );
});

test("no single probe makes a target bad, whatever it sends", () => {
  forAllLogs((_log, seed) => {
    const { effects } = run(randomLog({ seed, onlyFailing: "p1" }));
    assert.ok(!effects.some((effect) => effect.type === "transition" && isBad(effect.to)));
  });
});

test("uncertified failures and void results change no verdict", () => {
  forAllLogs((_log, seed) => {
    const { effects } = run(randomLog({ seed, looks: "uncertified", changes: false }));
    const states = effects.filter(({ type }) => type === "transition" || type === "recheck");
    assert.deepEqual(told(states), []);
  });
});

test("without failures there is no suspicion", () => {
  forAllLogs((_log, seed) => {
    const { effects } = run(randomLog({ seed, looks: "ok" }));
    for (const effect of effects) {
      assert.notEqual(effect.type, "recheck");
      if (effect.type === "transition") assert.match(effect.to, /^(up|unknown)$/);
    }
  });
});

test("silence ends in unknown", () => {
  forAllLogs((log) => {
    const { state } = run(log);
    step(state, { seq: 0, atMs: state.atMs + 3_600_000, body: { type: "tick" } });
    for (const target of state.targets.values()) assert.equal(target.state, "unknown");
  });
});

test("an incident is opened once, and ended only after it was opened", () => {
  forAllLogs((log) => {
    const opened = new Set<string>();
    const ended = new Set<string>();
    for (const effect of run(log).effects) {
      if (effect.type !== "incident") continue;
      const { incidentId: id, change } = effect;
      if (change === "opened") {
        assert.ok(!opened.has(id), `${id} is opened twice`);
        opened.add(id);
      } else assert.ok(opened.has(id) && !ended.has(id), `${id} ${change} while it is not open`);
      if (change === "resolved" || change === "withdrawn") ended.add(id);
    }
  });
});

test("takeover, join and edit alone never open an incident", () => {
  forAllLogs((log, seed) => {
    const { state } = run(log);
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
    for (let late = 500; late < 200_000; late += 500) {
      effects.push(...step(state, { seq: 0, atMs: atMs + late, body: { type: "tick" } }));
    }
    assert.ok(!effects.some((effect) => effect.type === "incident" && effect.change === "opened"));
  });
});

test("shifting the log by whole windows shifts the effects and changes nothing else", () => {
  const shiftMs = 12_500;
  forAllLogs((log) => {
    const shifted = log.map((event) => ({ ...event, atMs: event.atMs + shiftMs }));
    const lines = run(log).effects.filter(({ type }) => type === "transition");
    const moved = run(shifted.map(shiftAnchor)).effects.filter(({ type }) => type === "transition");
    assert.deepEqual(
      moved.map((effect) => effect.type === "transition" && [effect.atMs - shiftMs, effect.to]),
      lines.map((effect) => effect.type === "transition" && [effect.atMs, effect.to]),
    );
  });

  /** The probe's clock is not shifted, so the anchor that ties it to log time is. */
  function shiftAnchor(event: LogEvent): LogEvent {
    if (event.body.type !== "results") return event;
    const { batch } = event.body;
    const anchored = { ...batch, anchorAtMs: batch.anchorAtMs + shiftMs };
    return { ...event, body: { ...event.body, batch: anchored } };
  }
});

/**
 * Properties over random logs: each log is made and folded once, and every property looks at it.
 * With QUORATE_TEST_ALL=1 there are 2,000 logs; a failure names the seed of its log.
 */
import { test } from "node:test";
import type { Effect } from "../../aggregator/verdict/effect.ts";
import type { LogEvent } from "../../aggregator/verdict/event.ts";
import { takeSnapshot } from "../../aggregator/verdict/snapshot.ts";
import { createState } from "../../aggregator/verdict/state.ts";
import type { EngineState } from "../../aggregator/verdict/state.ts";
import { step } from "../../aggregator/verdict/step.ts";
import { randomLog } from "./random-log.ts";
import { effectLine } from "./verdict-mesh.ts";

/** Random logs that every property is held to. */
export const SWEEP_LOGS = process.env["QUORATE_TEST_ALL"] === "1" ? 2_000 : 150;

/** Events of a log beside heartbeats: long enough for several incidents. */
const EVENTS = 100;

/** A folded log: the state it ends in, and all effects. */
export interface FoldedLog {
  state: EngineState;
  effects: Effect[];
}

/** A random log and what came of it; a property must not change the state. */
export interface SweptLog extends FoldedLog {
  seed: number;
  log: LogEvent[];
}

/** A property: throws when a log does not have it. */
export type LogProperty = (swept: SweptLog) => void;

/** Folds a log, by default from the beginning. */
export function fold(log: readonly LogEvent[], state = createState()): FoldedLog {
  return { state, effects: log.flatMap((event) => step(state, event)) };
}

/** Effects that people are told of, as lines of one text. */
export function told(effects: readonly Effect[]): string {
  return effects
    .filter(({ type }) => type !== "canaries")
    .map(effectLine)
    .join("\n");
}

/** The state as one text: equal states give equal texts, however they came about. */
export function hashOf(state: EngineState): string {
  return JSON.stringify(takeSnapshot(state));
}

/** Makes a test of every property; the first of them folds the logs for all. */
export function testProperties(properties: Readonly<Record<string, LogProperty>>): void {
  let failures: Map<string, Error> | null = null;
  for (const title of Object.keys(properties)) {
    test(title, () => {
      failures ??= sweep(properties);
      const failure = failures.get(title);
      if (failure) throw failure;
    });
  }
}

function sweep(properties: Readonly<Record<string, LogProperty>>): Map<string, Error> {
  const failures = new Map<string, Error>();
  for (let seed = 1; seed <= SWEEP_LOGS; seed += 1) {
    const log = randomLog({ seed, events: EVENTS });
    const swept = { seed, log, ...fold(log) };
    for (const [title, property] of Object.entries(properties)) {
      if (failures.has(title)) continue;
      try {
        property(swept);
      } catch (error) {
        failures.set(title, new Error(`Seed ${seed} fails.`, { cause: error }));
      }
    }
  }
  return failures;
}

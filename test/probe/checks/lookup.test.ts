import assert from "node:assert/strict";
import { test } from "node:test";
import { createLookups } from "../../../probe/checks/lookup.ts";
import type { LookupAnswered } from "../../../probe/checks/lookup.ts";
import { simClock } from "../../helpers/sim-clock.ts";

/** Lookups of a system that answers when the test says. */
function room(runningMax: number) {
  const clock = simClock();
  const asked: { host: string; answer: LookupAnswered }[] = [];
  const lookups = createLookups({
    runningMax,
    lookup: ({ host }, answer) => void asked.push({ host, answer }),
  });
  const answers: string[] = [];
  return {
    clock,
    answers,
    hosts: () => asked.map(({ host }) => host),
    ask: (host: string) =>
      lookups.ask({ host, family: 0 }, clock, (error, address) => {
        answers.push(`${host} ${error === null ? address : "failed"}`);
      }),
    /** Ends the oldest lookup of a host that runs, after some time. */
    end(host: string, afterMs: number, error: unknown = null) {
      clock.advance(afterMs);
      const at = asked.findIndex((one) => one.host === host);
      const [found] = asked.splice(at, 1);
      found?.answer(error, error === null ? "10.0.0.1" : undefined);
    },
  };
}

test("questions alike share one lookup, and all get its answer", () => {
  const { ask, answers, hosts, end } = room(2);
  ask("a.example");
  ask("a.example");
  assert.deepEqual(hosts(), ["a.example"]);
  end("a.example", 1);
  assert.deepEqual(answers, ["a.example 10.0.0.1", "a.example 10.0.0.1"]);
  ask("a.example");
  assert.deepEqual(hosts(), ["a.example"], "a later question is asked anew");
});

test("names that hang take at most half of the places, so that others are still looked up", () => {
  const { ask, answers, hosts, end } = room(2);
  for (const host of ["dead-1", "dead-2", "dead-3"]) ask(host);
  assert.deepEqual(hosts(), ["dead-1", "dead-2"]);
  end("dead-1", 10_000, new Error("timeout"));
  end("dead-2", 0, new Error("timeout"));
  end("dead-3", 10_000, new Error("timeout"));
  for (const host of ["dead-1", "dead-2", "dead-3", "well"]) ask(host);
  assert.deepEqual(hosts(), ["dead-1", "well"]);
  end("well", 1);
  ask("well");
  assert.deepEqual(hosts(), ["dead-1", "well"]);
  assert.equal(answers.at(-1), "well 10.0.0.1");
});

test("a name that answers quickly again is slow no more", () => {
  const { ask, hosts, end } = room(2);
  ask("a");
  end("a", 5_000);
  ask("a");
  end("a", 1);
  ask("b");
  end("b", 5_000);
  ask("b");
  ask("a");
  assert.deepEqual(hosts(), ["b", "a"]);
});

test("a question that nobody waits for leaves the queue, and one that runs is not answered", () => {
  const { ask, answers, hosts, end } = room(1);
  const first = ask("stuck");
  const second = ask("waits");
  assert.deepEqual([first.begun(), second.begun()], [true, false]);
  second.withdraw();
  first.withdraw();
  end("stuck", 20_000);
  assert.deepEqual(hosts(), []);
  assert.deepEqual(answers, []);
  ask("later");
  assert.deepEqual(hosts(), ["later"]);
});

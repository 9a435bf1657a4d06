import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import type { Clock } from "../../../shared/clock.ts";
import { startCli, startFakeApi, cliAgainst, problem } from "./fake-api.ts";
import type { Answer } from "./fake-api.ts";
import { pageOf } from "./samples.ts";

const event = (number: number): object => ({
  number,
  id: `evt_${number}`,
  type: "target.down",
  timestamp: "2026-01-01T12:04:31.000Z",
  data: { sentence: "Down: nobody reaches it.", target: { name: "checkout" } },
});

const frame = (number: number): string => {
  const { number: _, ...data } = { ...event(number), number };
  return `id: ${number}\nevent: target.down\ndata: ${JSON.stringify(data)}\n\n`;
};

/** A stream that stays open after these events, or ends when told to. */
const stream =
  (numbers: number[], ends = false): Answer =>
  (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": welcome\n\n" + numbers.map(frame).join(""));
    if (ends) response.end();
  };

const LINE = "2026-01-01 12:04:31  target.down         checkout: Down: nobody reaches it.";

/** Resolves when the condition holds; the test runner's deadline is the limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that waits for nothing, so that a pause before trying again costs no time. */
function hastyClock(): Clock {
  const clock = systemClock();
  return { ...clock, after: (_delayMs, callback) => clock.after(0, callback) };
}

async function following(
  answer: Answer,
  args: string[],
  body: (cli: ReturnType<typeof startCli>, paths: () => string[]) => Promise<void>,
): Promise<void> {
  const api = await startFakeApi({ "GET /events": answer });
  const settings = { url: api.url, token: null, probeToken: null, noColor: true };
  const cli = startCli(["events", "--follow", ...args], { settings, clock: hastyClock() });
  try {
    await body(cli, () => api.asked.map(({ path }) => path));
  } finally {
    cli.stop();
    await cli.done;
    await api.close();
  }
}

test("events --follow prints what comes and stops on a signal", { timeout: 10_000 }, async () => {
  const args = ["--after", "40", "--types", "target.*,incident.opened"];
  await following(stream([41, 42]), args, async (cli, paths) => {
    await until(() => cli.out().split("\n").length === 3);
    cli.stop();
    const { code, out, err } = await cli.done;
    assert.equal(code, 0);
    assert.equal(out, `    41  ${LINE}\n    42  ${LINE}\n`);
    assert.equal(err, "");
    assert.deepEqual(paths(), ["/events?after=40&types=target.*%2Cincident.opened"]);
  });
});

test("a stream that ends is taken up after the last event seen", { timeout: 10_000 }, async () => {
  await following(stream([7], true), ["--json"], async (cli, paths) => {
    await until(() => paths().length >= 2);
    assert.deepEqual(paths().slice(0, 2), ["/events", "/events?after=7"]);
    const first: unknown = JSON.parse(cli.out().split("\n")[0] ?? "");
    assert.deepEqual(first, event(7));
  });
});

test("a follower whose token is refused ends with 4 at once", async () => {
  const answers = { "GET /events": problem("unauthenticated", "No token was sent.") };
  const { code, err } = await cliAgainst(answers, ["events", "--follow"]);
  assert.equal(code, 4);
  assert.equal(err, "error: No token was sent.\n");
});

test("a follower of an aggregator that is not there ends with 5 at once", async () => {
  const { code } = await startCli(["events", "--follow"]).done;
  assert.equal(code, 5);
});

test("without --follow the events are listed", async () => {
  const answers = { "GET /events": { json: pageOf(event(1), event(2)) } };
  const { out, asked } = await cliAgainst(answers, ["events", "--after", "0", "--limit", "2"]);
  assert.equal(out, `     1  ${LINE}\n     2  ${LINE}\n`);
  assert.equal(asked[0]?.path, "/events?after=0&limit=2&format=json");
});

test("a reader that was dropped goes on where it was", { timeout: 10_000 }, async () => {
  const dropping: Answer = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`${frame(7)}event: dropped\ndata: This reader was too slow.\n\n`);
  };
  await following(dropping, [], async (cli, paths) => {
    await until(() => paths().length >= 2);
    assert.deepEqual(paths().slice(0, 2), ["/events", "/events?after=7"]);
    cli.stop();
    assert.equal((await cli.done).code, 0);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliContext } from "../../../../aggregator/cli/context.ts";
import type { Screen, ScreenHandlers } from "../../../../aggregator/cli/screen.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { capture } from "../capture.ts";
import { cliAgainst, problem, startCli, startFakeApi } from "../fake-api.ts";
import type { Answer } from "../fake-api.ts";
import { pageOf, sampleExplanation } from "../samples.ts";
import { eventOf, GLANCES, NOW_MS, summaryOf, verdictOf, VERDICTS } from "./scene.ts";

const unpainted = (lines: readonly string[]): string =>
  lines.join("\n").replaceAll(/\u001b\[[\d;]*m/g, "");

/** A screen that is no terminal: what was drawn last, and what types into it. */
function fakeScreen() {
  const seen: { lines: readonly string[]; isOpen: boolean; closings: number } = {
    lines: [],
    isOpen: false,
    closings: 0,
  };
  let handlers: ScreenHandlers | null = null;
  const screen: Screen = {
    open: (told) => {
      handlers = told;
      seen.isOpen = true;
    },
    draw: (lines) => void (seen.lines = lines),
    suspend: () => undefined,
    close: () => {
      seen.isOpen = false;
      seen.closings += 1;
    },
  };
  return { screen, seen, type: (text: string) => handlers?.onInput(text) };
}

/** A stream that sends one event, and then keeps silent. */
const stream: Answer = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const { number, ...event } = eventOf("target.up", "checkout", NOW_MS);
  response.write(`id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
};

/** A stream that says nothing. */
const silent: Answer = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": welcome\n\n");
};

const answers = {
  "GET /verdicts": { json: pageOf(...VERDICTS) },
  "GET /summary": { json: summaryOf() },
  "GET /glances": { json: pageOf(...GLANCES) },
  "GET /verdicts/tgt_legacy/explain": { json: sampleExplanation({ targetName: "legacy" }) },
};

const size = { isTerminal: true, width: () => 100, height: () => 20 };

test("the table lives on events, explains, and gives the terminal back", async () => {
  const api = await startFakeApi({ ...answers, "GET /events": stream });
  const { screen, seen, type } = fakeScreen();
  const { printer } = capture(size);
  const settings: CliContext["settings"] = {
    url: api.url,
    token: "qrt_read_x",
    probeToken: null,
    noColor: true,
  };
  const { done } = startCli(["top"], { printer, settings, screen: () => screen });
  const shows = (pattern: RegExp): Promise<void> =>
    eventually(String(pattern), () => pattern.test(unpainted(seen.lines)));
  try {
    // The event came over the stream: checkout is up, so the worst is another one.
    await shows(/VERDICT▼.*\n✖ legacy/);
    type("\r");
    await shows(/legacy is DOWN since/);
    type("\u001b/pay");
    await shows(/\/pay +1 of 9/);
    type("\r?");
    await shows(/why: who saw what/);
    type("xq");
    assert.equal((await done).code, 0);
    assert.deepEqual([seen.isOpen, seen.closings], [false, 1]);
  } finally {
    await api.close();
  }
});

test("a refusal is told after the terminal is given back", async () => {
  const { screen, seen } = fakeScreen();
  const { printer, err } = capture(size);
  const refused = problem("unauthenticated", "The token is unknown.");
  const all = { ...answers, "GET /verdicts": refused };
  const { code } = await cliAgainst(all, ["top"], { printer, screen: () => screen });
  assert.equal(code, 4);
  assert.deepEqual([seen.isOpen, seen.closings], [false, 1]);
  assert.match(err(), /The token is unknown/);
});

test("without a terminal one table is printed; names and JSON are for machines", async () => {
  const { code, out } = await cliAgainst(answers, ["top", "--filter", "ch"]);
  assert.equal(code, 0);
  assert.match(out, /^Of 9 targets: 2 up, /);
  assert.match(out, /✖ {2}checkout {2}down .* ✖✖○ {7}█××× /);
  assert.doesNotMatch(out, /legacy/);
  const names = await cliAgainst(answers, ["top", "-o", "name", "--limit", "2"]);
  assert.equal(names.out, "checkout\nlegacy\n");
  const json = await cliAgainst(answers, ["top", "--json", "--sort", "uptime", "--limit", "1"]);
  assert.match(json.out, /"name": "legacy",\n {6}"state": "sub_healthy"/);
});

test("of ten thousand targets only those on the screen are asked about", async () => {
  const many = Array.from({ length: 10_000 }, (_, at) => verdictOf(`t${at}`, "up"));
  const verdicts = { "GET /verdicts": { json: pageOf(...many) } };
  const api = await startFakeApi({ ...answers, ...verdicts, "GET /events": silent });
  const { screen, seen, type } = fakeScreen();
  const { printer } = capture(size);
  const settings = { url: api.url, token: "qrt_read_x", probeToken: null, noColor: true };
  const { done } = startCli(["top"], { printer, settings, screen: () => screen });
  const shows = (pattern: RegExp): Promise<void> =>
    eventually(String(pattern), () => pattern.test(unpainted(seen.lines)));
  try {
    await shows(/1–14 of 10,000/);
    type("G");
    await shows(/9,987–10,000 of 10,000/);
    const glances = (): string[] => {
      return api.asked.map(({ path }) => path).filter((path) => path.startsWith("/glances"));
    };
    await eventually("the last rows are asked about", () => glances().length >= 2);
    for (const path of glances()) assert.equal(path.split("target=").length - 1, 14);
    type("q");
    assert.equal((await done).code, 0);
  } finally {
    await api.close();
  }
});

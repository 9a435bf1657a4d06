import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import {
  collectLabel,
  collectOption,
  parseDuration,
  parseIntegerIn,
  parseList,
  parseListen,
} from "../../../aggregator/cli/parse.ts";
import { formatHostPort } from "../../../shared/host-port.ts";

const refuses = (read: () => unknown, sentence: RegExp): void =>
  assert.throws(read, (thrown: unknown) => {
    assert.ok(thrown instanceof InvalidArgumentError);
    assert.match(thrown.message, sentence);
    return true;
  });

test("a duration is a number and a unit", () => {
  const cases = {
    "500ms": 500,
    "30s": 30_000,
    "5m": 300_000,
    "1.5h": 5_400_000,
    "2d": 172_800_000,
  };
  for (const [text, expectedMs] of Object.entries(cases)) {
    assert.equal(parseDuration(text), expectedMs, text);
  }
});

test("a duration without a unit, negative, or with words is refused", () => {
  for (const text of ["30", "", "s", "-5s", "5 s", "1e3s", "5seconds", "constructor"]) {
    refuses(() => parseDuration(text), /Expected a duration such as/);
  }
});

test("an address to listen on is HOST:PORT, IPv6 in brackets", () => {
  assert.deepEqual(parseListen("127.0.0.1:7700"), { host: "127.0.0.1", port: 7700 });
  assert.deepEqual(parseListen("[::1]:0"), { host: "::1", port: 0 });
  assert.deepEqual(parseListen("probe.example:80"), { host: "probe.example", port: 80 });
  assert.equal(formatHostPort(parseListen("[::1]:7701")), "[::1]:7701");
});

test("an address without a port or with a port that cannot be is refused", () => {
  for (const text of ["127.0.0.1", ":80", "::1:80", "a:65536", "a:b", "a b:1", ""]) {
    refuses(() => parseListen(text), /Expected HOST:PORT/);
  }
});

test("labels gather, and the same key again replaces the former", () => {
  const labels = collectLabel("team=ops", collectLabel("tier=1", collectLabel("team=pay")));
  assert.deepEqual(labels, { team: "ops", tier: "1" });
  assert.deepEqual(collectLabel("a=b=c"), { a: "b=c" });
  refuses(() => collectLabel("team"), /Expected key=value/);
  refuses(() => collectLabel("=x"), /Expected key=value/);
});

test("option values are JSON, and anything else is text", () => {
  const options = [
    "method=POST",
    "status=[200,204]",
    "follow=false",
    "limit=250",
    'body="404"',
    "empty=",
  ].reduce<Record<string, unknown>>((all, one) => collectOption(one, all), {});
  assert.deepEqual(options, {
    method: "POST",
    status: [200, 204],
    follow: false,
    limit: 250,
    body: "404",
    empty: "",
  });
});

test("a broken JSON structure is refused instead of taken as text", () => {
  refuses(() => collectOption("status=[200"), /looks like JSON but is none/);
});

test("an option named __proto__ is an own key and nothing else", () => {
  const options = collectOption('__proto__={"x":1}');
  assert.deepEqual(Object.keys(options), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(options), Object.prototype);
});

test("integers have bounds, lists have no empty names", () => {
  assert.equal(parseIntegerIn(1, 10)("10"), 10);
  for (const text of ["0", "11", "x", "1.5", ""]) {
    refuses(() => parseIntegerIn(1, 10)(text), /an integer from 1 to 10/);
  }
  assert.deepEqual(parseList("a, b,c"), ["a", "b", "c"]);
  refuses(() => parseList("a,,b"), /separated by commas/);
});

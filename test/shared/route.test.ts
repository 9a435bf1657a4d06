import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { matcherSchema, matchesAll } from "../../shared/matcher.ts";
import { channelsNamed, destinationsOf, isWithin, routeNodeSchema } from "../../shared/route.ts";
import type { RouteHours, RouteNode } from "../../shared/route.ts";
import { silenceOf, silenceSpecSchema } from "../../shared/silence.ts";

const matcher = (text: string) => {
  const [, name = "", op = "", value = ""] = /^(\w+)(!?[=~])(.*)$/.exec(text) ?? [];
  return matcherSchema.parse({ name, op, value });
};

const holds = (text: string, facts: Record<string, string>): boolean =>
  matchesAll([matcher(text)], facts);

test("a matcher compares a label or a fact, and what is absent reads as empty", () => {
  const facts = { team: "shop", target: "web-7" };
  assert.equal(holds("team=shop", facts), true);
  assert.equal(holds("team!=shop", facts), false);
  assert.equal(holds("rack=", facts), true);
  assert.equal(holds("rack!=r1", facts), true);
  assert.equal(holds("target~web-*", facts), true);
  assert.equal(holds("target!~web-*", facts), false);
  assert.equal(holds("target~*-7", facts), true);
  assert.equal(holds("toString=", facts), true);
});

test("a pattern is like a text as a regular expression would say, without its cost", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
  fc.assert(
    fc.property(word, pattern, (text, like) => {
      const expected = new RegExp(`^${like.replaceAll("*", ".*")}$`).test(text);
      assert.equal(holds(`x~${like}`, { x: text }), expected);
    }),
  );
});

const TREE = routeNodeSchema.parse({
  channels: ["everybody"],
  routes: [
    { matchers: [matcher("severity=minor")], channels: [] },
    {
      matchers: [matcher("team=shop")],
      channels: ["shop"],
      goOn: true,
      routes: [{ matchers: [matcher("severity=critical")], channels: ["shop-phone"] }],
    },
    { matchers: [matcher("env=prod")], channels: ["ops"] },
    { channels: ["rest"] },
  ],
});

function channelsOf(root: RouteNode, facts: Record<string, string>, atMs: number) {
  const told = destinationsOf(root, { facts, atMs });
  return told && told.flatMap(({ channels }) => channels);
}

const at = (text: string): number => Date.parse(text);

test("the deepest node that holds is told, and siblings after it only if it says so", () => {
  const told = (facts: Record<string, string>) => channelsOf(TREE, facts, 0);
  assert.deepEqual(told({ severity: "minor", team: "shop" }), []);
  assert.deepEqual(told({ severity: "critical", team: "shop", env: "prod" }), [
    "shop-phone",
    "ops",
  ]);
  assert.deepEqual(told({ severity: "major", team: "shop" }), ["shop", "rest"]);
  assert.deepEqual(told({ env: "prod" }), ["ops"]);
  assert.deepEqual(told({}), ["rest"]);
  const closed = routeNodeSchema.parse({ matchers: [matcher("env=prod")], channels: ["ops"] });
  assert.equal(channelsOf(closed, {}, 0), null);
});

test("how an alert is said again comes from the nearest node above that says it", () => {
  const tree = routeNodeSchema.parse({
    remindAfterMs: [60_000],
    escalate: [{ afterMs: 5_000, channels: ["boss"] }],
    routes: [
      {
        matchers: [matcher("team=shop")],
        channels: ["shop"],
        group: { min: 3 },
        remindAfterMs: [],
      },
      { channels: ["rest"] },
    ],
  });
  const manner = (facts: Record<string, string>) =>
    destinationsOf(tree, { facts, atMs: 0 })?.map((one) => one.manner)[0];
  assert.deepEqual(manner({ team: "shop" }), {
    group: { min: 3, waitMs: 5_000, intervalMs: 60_000 },
    remindAfterMs: [],
    escalate: [{ afterMs: 5_000, channels: ["boss"] }],
  });
  assert.deepEqual(manner({})?.remindAfterMs, [60_000]);
  assert.deepEqual(channelsNamed(tree), ["boss", "shop", "rest"]);
});

test("hours hold in their time zone, over midnight they belong to the day they begin on", () => {
  const office: RouteHours = {
    timeZone: "Europe/Berlin",
    days: ["mon", "fri"],
    from: "08:00",
    to: "17:30",
  };
  // 2026-01-02 is a Friday; Berlin is an hour ahead in winter, two in summer.
  assert.equal(isWithin(office, at("2026-01-02T07:00:00Z")), true);
  assert.equal(isWithin(office, at("2026-01-02T16:30:00Z")), false);
  assert.equal(isWithin(office, at("2026-07-03T06:00:00Z")), true);
  assert.equal(isWithin(office, at("2026-01-01T10:00:00Z")), false);
  const night: RouteHours = {
    ...office,
    timeZone: "UTC",
    days: ["fri"],
    from: "22:00",
    to: "06:00",
  };
  assert.equal(isWithin(night, at("2026-01-02T23:00:00Z")), true);
  assert.equal(isWithin(night, at("2026-01-03T05:59:00Z")), true, "Saturday, before six");
  assert.equal(isWithin(night, at("2026-01-02T05:00:00Z")), false, "Friday, of Thursday's night");
  const always: RouteHours = { ...night, days: ["fri"], from: "00:00", to: "00:00" };
  assert.equal(isWithin(always, at("2026-01-02T12:00:00Z")), true);
  assert.equal(isWithin(always, at("2026-01-03T00:00:00Z")), false);
});

test("a tree with an unknown zone, a wrong hour or a strange option is refused", () => {
  for (const node of [
    { hours: { timeZone: "Mars/Olympus" } },
    { hours: { from: "24:00" } },
    { colour: "red" },
    { routes: [{ channels: ["not a name"] }] },
  ]) {
    assert.equal(routeNodeSchema.safeParse(node).success, false, JSON.stringify(node));
  }
});

test("a silence covers what it matches from its beginning until its end", () => {
  const spec = {
    matchers: [matcher("team=shop")],
    startsAtMs: 1_000,
    endsAtMs: 2_000,
    author: "ada",
    comment: "The shop moves.",
  };
  const made = { id: "sil_1", revision: 1, createdAtMs: 0, createdBy: "ada", endedBy: null };
  const silence = { ...made, spec: silenceSpecSchema.parse(spec) };
  const found = (facts: Record<string, string>, atMs: number) =>
    silenceOf([silence], facts, atMs)?.id ?? null;
  assert.deepEqual(
    [999, 1_000, 1_999, 2_000].map((atMs) => found({ team: "shop" }, atMs)),
    [null, "sil_1", "sil_1", null],
  );
  assert.equal(found({ team: "mail" }, 1_500), null);
  for (const wrong of [
    { endsAtMs: 1_000 },
    { endsAtMs: 1e12 },
    { matchers: [] },
    { comment: "" },
  ]) {
    assert.equal(silenceSpecSchema.safeParse({ ...spec, ...wrong }).success, false);
  }
});
